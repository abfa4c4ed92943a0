"""The tables of a portal, written once for both engines.

Conventions: instants are microseconds since the epoch, UTC (`Instant`); flags are 0/1 integers; JSON is
text written and read by msgspec. Ids come from `Tx.new_id`, never from the database's own counters, so a
use case knows them before its rows are written. A hot row (`conversations`, `threads`, `seats`) carries no
index on a column that changes with every message: `due_at` is moved earlier at once and later lazily,
so its index entry moves once per wait rather than once per message.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Table, Text, UniqueConstraint, literal_column

from openlines.store import line_tables
from openlines.store.columns import Id, Instant, metadata, partial_index
from openlines.store.columns import count as _count
from openlines.store.columns import flag as _flag
from openlines.store.columns import row_id as _id

# Tables of the settings' own rooms, part of the same collection.
timetables = line_tables.timetables
holiday_days = line_tables.holiday_days
line_faces = line_tables.line_faces
line_versions = line_tables.line_versions
kpi_records = line_tables.kpi_records
notices = line_tables.notices
consents = line_tables.consents
form_answers = line_tables.form_answers
push_subscriptions = line_tables.push_subscriptions
notify_settings = line_tables.notify_settings
reply_letters = line_tables.reply_letters
transcripts = line_tables.transcripts

portals = Table(
    "portals",
    metadata,
    _id(),
    Column("name", Text, nullable=False, server_default=""),
    Column("language", Text, nullable=False, server_default="en"),
    Column("time_zone", Text, nullable=False, server_default="UTC"),
    Column("settings", Text, nullable=False, server_default="{}"),
    # Changes when the log is replaced (restore, move to another engine): a cursor of another epoch is void.
    Column("epoch", Text, nullable=False),
    Column("setup_hash", Text),  # SHA-256 of the one-time set-up token; null once the portal is set up
    Column("created_at", Instant, nullable=False),
)

users = Table(
    "users",
    metadata,
    _id(),
    Column("email", Text, nullable=False, unique=True),  # lower case
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),  # administrator | operator
    Column("password_hash", Text),
    Column("language", Text, nullable=False, server_default="en"),
    Column("time_zone", Text, nullable=False, server_default="UTC"),
    Column("position", Text, nullable=False, server_default=""),
    Column("photo_id", Text),
    _flag("active", 1),
    Column("presence", Text, nullable=False, server_default="online"),  # chosen: online | pause | offline
    Column("pause_reason", Text, nullable=False, server_default=""),
    Column("presence_since", Instant),
    Column("absent_from", Instant),
    Column("absent_until", Instant),
    _flag("online"),  # a connection is alive, or the grace after the last one runs
    Column("grace_until", Instant),
    _flag("available"),  # folded: active, not absent, not paused, online (rules.md 3)
    Column("unavailable", Text),  # first failing reason: inactive | absent | pause | offline
    Column("due_at", Instant),  # next moment at which time alone changes availability
    Column("created_at", Instant, nullable=False),
    _count("version", 1),
    partial_index("users_due", "due_at", where="due_at IS NOT NULL"),
)

departments = Table(
    "departments",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("parent_id", Id, ForeignKey("departments.id")),
    Column("head_id", Id, ForeignKey("users.id")),
    _count("position"),
    _count("version", 1),
)

department_members = Table(
    "department_members",
    metadata,
    Column("department_id", Id, ForeignKey("departments.id"), primary_key=True),
    Column("user_id", Id, ForeignKey("users.id"), primary_key=True),
    Index("department_members_user", "user_id"),
)

sessions = Table(
    "sessions",
    metadata,
    _id(),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("agent", Text, nullable=False, server_default=""),
    Column("address", Text, nullable=False, server_default=""),
    Index("sessions_user", "user_id"),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    _id(),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("hint", Text, nullable=False),  # last four characters, for the list
    Column("scopes", Text, nullable=False),  # JSON list
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("used_at", Instant),
    Column("revoked_at", Instant),
)

lines = Table(
    "lines",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    _flag("active", 1),
    # Why a line is off: by hand, or because the number of lines was lowered (switched on again by itself).
    Column("off_reason", Text),
    Column("settings", Text, nullable=False),  # core.line.LineSettings as JSON
    _count("version", 1),
    Column("rearm_after", Id),  # a change of rules re-arms conversations in chunks: the last id done
    Column("created_at", Instant, nullable=False),
    Column("deleted_at", Instant),
    # Since when administrators know of it (services.line_trouble); null when there is nothing to know.
    Column("queue_empty_at", Instant),
    Column("nobody_at", Instant),  # conversations wait and nobody of the queue is there
)

queue_members = Table(
    "queue_members",
    metadata,
    Column("line_id", Id, ForeignKey("lines.id"), primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id")),
    Column("department_id", Id, ForeignKey("departments.id")),
    _flag("with_head"),  # of a department: its head too is offered conversations
)

# One row per line and user that is in its queue (`member`) or holds one of its conversations. Availability
# and capacity are folded into `eligible`, so that a decision reads a few index entries, not all members.
seats = Table(
    "seats",
    metadata,
    Column("line_id", Id, ForeignKey("lines.id"), primary_key=True),
    Column("user_id", Id, ForeignKey("users.id"), primary_key=True),
    _flag("member"),
    _count("position"),
    _flag("present"),  # may be counted as "somebody available" (capacity ignored)
    _flag("eligible"),  # present and below the limit and the cap
    _count("counted"),  # conversations of this line that count (rules.md 3)
    _count("first_at"),  # last first offer in this line
    _count("again_at"),  # last repeated offer in this line
    Index("seats_user", "user_id"),
    partial_index("seats_evenly", "line_id", "first_at", "position", where="eligible = 1 AND member = 1"),
    partial_index("seats_strictly", "line_id", "position", where="eligible = 1 AND member = 1"),
    # Who is passed over, for the reason that is kept with every offer.
    partial_index("seats_passed_evenly", "line_id", "first_at", where="eligible = 0 AND member = 1"),
    partial_index("seats_passed_strictly", "line_id", "position", where="eligible = 0 AND member = 1"),
    partial_index("seats_present", "line_id", where="present = 1 AND member = 1"),
)

channels = Table(
    "channels",
    metadata,
    _id(),
    Column("line_id", Id, ForeignKey("lines.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    _flag("active", 1),
    Column("key", Text, nullable=False, unique=True),  # public: in the snippet and in webhook addresses
    Column("settings", Text, nullable=False, server_default="{}"),
    Column("secrets", Text, nullable=False, server_default=""),  # JSON, encrypted as a whole
    Column("state", Text, nullable=False, server_default="new"),  # new | ok | broken | off
    Column("state_reason", Text, nullable=False, server_default=""),  # code of what is wrong, for the edge to word
    Column("state_detail", Text, nullable=False, server_default=""),
    Column("state_at", Instant),
    Column("cursor", Text, nullable=False, server_default=""),  # where polling goes on
    Column("created_at", Instant, nullable=False),
    Column("deleted_at", Instant),
    _count("version", 1),
    Column("alias", Text),  # the address of its own page, in the owner's words; the settings show it
    Column("saved_by", Id),  # who changed it last; null: nobody yet, or the house itself
    Column("saved_at", Instant),
    Index("channels_line", "line_id"),
    Index("channels_alias", "alias", unique=True),
)

customers = Table(
    "customers",
    metadata,
    _id(),
    Column("name", Text, nullable=False, server_default=""),
    Column("email", Text, nullable=False, server_default=""),
    Column("phone", Text, nullable=False, server_default=""),
    Column("photo_id", Text),
    Column("language", Text, nullable=False, server_default=""),
    Column("time_zone", Text, nullable=False, server_default=""),
    Column("fields", Text, nullable=False, server_default="{}"),
    Column("merged_into", Id),
    Column("created_at", Instant, nullable=False),
    _count("version", 1),
)

# A thread is the one identity of a customer on one channel together with its permanent history.
threads = Table(
    "threads",
    metadata,
    _id(),
    Column("channel_id", Id, ForeignKey("channels.id"), nullable=False),
    Column("external_id", Text, nullable=False),  # website: SHA-256 of the visitor's token
    Column("customer_id", Id, ForeignKey("customers.id"), nullable=False),
    Column("handle", Text, nullable=False, server_default=""),  # user name on the channel, as shown
    Column("address", Text, nullable=False, server_default=""),  # JSON of what the channel needs to answer
    Column("context", Text, nullable=False, server_default="{}"),  # page, device, referrer of the visitor
    Column("created_at", Instant, nullable=False),
    _count("delivered_seq"),  # watermarks of the customer's device, on channels without deliveries
    _count("read_seq"),
    Column("greeted_at", Instant),
    Column("consent_at", Instant),
    Column("blocked_at", Instant),
    Column("unreachable", Text),  # why nothing can be sent until the customer writes again
    Column("last_operator_id", Id),
    Column("last_conversation_id", Id),
    Column("consent_asked", Text, nullable=False, server_default=""),  # version of the text that was said last
    Column("consent_given", Text, nullable=False, server_default=""),  # version that the customer agreed to last
    Column("form_waiting", Text, nullable=False, server_default=""),  # answers given before a conversation: JSON
    Column("form_at", Instant),  # when the form was filled in last
    UniqueConstraint("channel_id", "external_id", name="threads_identity"),
    Index("threads_customer", "customer_id"),
)

# Columns in the order of core.state.Conversation, so that a row becomes one without a mapping step; then what only
# the lists show; then what later versions added, to both.
conversations = Table(
    "conversations",
    metadata,
    _id(),
    Column("thread_id", Id, ForeignKey("threads.id"), nullable=False),
    Column("channel_id", Id, nullable=False),
    Column("customer_id", Id, nullable=False),
    Column("line_id", Id, ForeignKey("lines.id"), nullable=False),
    _count("version", 1),
    Column("state", Text, nullable=False),
    Column("awaiting", Text),
    Column("mode", Text, nullable=False, server_default="incoming"),
    Column("reason", Text),
    Column("operator_id", Id),
    Column("offered_to", Id),
    Column("offer", Text),
    Column("sender_id", Id),
    Column("wanted_id", Id),
    Column("department_id", Id),
    Column("bot_id", Id),
    _count("priority"),
    _count("round"),
    Column("opened_at", Instant, nullable=False),
    Column("responsible_at", Instant),
    Column("waiting_since", Instant),
    Column("offered_at", Instant),
    Column("accepted_at", Instant),
    Column("replied_at", Instant),
    Column("customer_at", Instant),
    Column("customer_since", Instant),
    Column("operator_at", Instant),
    Column("bot_at", Instant),
    Column("finished_at", Instant),
    Column("closed_at", Instant),
    Column("snoozed_until", Instant),
    Column("woken_at", Instant),
    Column("pinned_at", Instant),
    _flag("greeted"),
    _flag("off_hours_said"),
    Column("no_answer", Text),
    _flag("unanswered"),
    _flag("escalated"),
    Column("last_words", Text),
    Column("rating_asked_at", Instant),
    Column("rating", BigInteger),
    Column("rated_at", Instant),
    Column("rating_comment", Text),
    Column("route_at", Instant),
    Column("due_at", Instant),
    # for lists and statistics
    _count("first_seq"),
    _count("unread"),
    Column("last_text", Text, nullable=False, server_default=""),
    Column("last_author", Text, nullable=False, server_default=""),
    Column("last_at", Instant),
    Column("head_rating", BigInteger),
    Column("head_comment", Text),
    Column("parent_id", Id),
    _count("kpi_step"),  # highest step of the open record that was told
    _count("inactive_said"),  # inactivity messages since the last words of a person
    _count("place_said"),  # the place in the queue that the customer was told last; 0: none
    Column("consent_asked_at", Instant),
    Column("head_rated_by", Id),
    Column("head_rated_at", Instant),
    partial_index("conversations_open_thread", "thread_id", unique=True, where="state <> 'closed'"),
    partial_index("conversations_due", "due_at", where="due_at IS NOT NULL"),
    # Longest waiting first; a class of priority is worth ten minutes, so that ageing needs no update.
    partial_index(
        "conversations_waiting",
        "line_id",
        literal_column("(waiting_since - priority * 600000000)"),
        where="state = 'waiting'",
    ),
    # What waits for the people of a department, wherever: asked whenever somebody becomes available.
    partial_index("conversations_department", "line_id", where="state = 'waiting' AND department_id IS NOT NULL"),
    partial_index("conversations_offered", "line_id", where="state = 'offered'"),
    partial_index(
        "conversations_holder",
        "operator_id",
        "state",  # so that counting what an operator holds touches no row
        where="state <> 'closed' AND operator_id IS NOT NULL",
    ),
    partial_index("conversations_offered_to", "offered_to", where="offered_to IS NOT NULL"),
    partial_index("conversations_open_line", "line_id", "id", where="state <> 'closed'"),
    # Counts of the closed ones, by line and by who held them, without walking along the rows.
    partial_index("conversations_closed", "line_id", "operator_id", "id", where="state = 'closed'"),
    # How long a place in the queue took lately; only lines that tell it have entries.
    partial_index("conversations_placed", "line_id", "replied_at", where="place_said > 0 AND replied_at IS NOT NULL"),
    Index("conversations_customer", "customer_id", "id"),
)

# Who was asked in the present round of routing (or declined an offer to everyone).
tries = Table(
    "tries",
    metadata,
    Column("conversation_id", Id, ForeignKey("conversations.id"), primary_key=True),
    Column("user_id", Id, primary_key=True),
    Column("outcome", Text, nullable=False),  # offered | timeout | declined
    Column("at", Instant, nullable=False),
)

listeners = Table(
    "listeners",
    metadata,
    Column("conversation_id", Id, ForeignKey("conversations.id"), primary_key=True),
    Column("user_id", Id, primary_key=True),
    Index("listeners_user", "user_id"),
)

messages = Table(
    "messages",
    metadata,
    _id(),
    Column("thread_id", Id, ForeignKey("threads.id"), nullable=False),
    Column("conversation_id", Id, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("author", Text, nullable=False),  # customer | operator | bot | system
    Column("author_id", Id),
    Column("kind", Text, nullable=False),  # text | note | fact
    Column("text", Text, nullable=False, server_default=""),
    Column("data", Text, nullable=False, server_default=""),  # JSON: files, buttons, reply_to, auto, fact …
    # What makes a repeat recognisable: the client's own id, or the vendor's id of an incoming message.
    Column("dedupe", Text),
    Column("at", Instant, nullable=False),
    Column("edited_at", Instant),
    Column("deleted_at", Instant),
    Index("messages_thread", "thread_id", "seq", unique=True),
    partial_index("messages_dedupe", "thread_id", "dedupe", unique=True, where="dedupe IS NOT NULL"),
)

deliveries = Table(
    "deliveries",
    metadata,
    _id(),
    Column("message_id", Id, nullable=False),
    Column("thread_id", Id, nullable=False),  # the lane: one at a time, in order of id
    Column("channel_id", Id, nullable=False),
    Column("what", Text, nullable=False),  # message | edit | delete
    Column("state", Text, nullable=False),  # queued | sending | sent | delivered | read | failed | unknown
    Column("not_before", Instant, nullable=False),
    _count("attempts"),
    Column("lease", Text),  # node that is sending
    Column("leased_until", Instant),
    Column("external_id", Text),
    Column("error", Text),  # code; worded at the edge
    Column("error_detail", Text),
    Column("created_at", Instant, nullable=False),
    Column("state_at", Instant, nullable=False),
    partial_index("deliveries_open", "state", "not_before", where="state IN ('queued', 'sending')"),
    partial_index("deliveries_lane", "thread_id", "id", where="state IN ('queued', 'sending', 'unknown')"),
    Index("deliveries_message", "message_id"),
    partial_index("deliveries_external", "channel_id", "external_id", where="external_id IS NOT NULL"),
)

inbox = Table(
    "inbox",
    metadata,
    _id(),
    Column("channel_id", Id, ForeignKey("channels.id"), nullable=False),
    Column("dedupe", Text, nullable=False),
    Column("lane", Text, nullable=False),  # order is kept inside a lane
    Column("headers", Text, nullable=False, server_default="{}"),
    Column("body", LargeBinary, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("state", Text, nullable=False, server_default="new"),  # new | done | quarantined
    Column("error", Text),
    _count("attempts"),
    Column("taken_by", Text),  # node that began its slow part last
    UniqueConstraint("channel_id", "dedupe", name="inbox_dedupe"),
    partial_index("inbox_new", "received_at", "id", where="state = 'new'"),
    partial_index("inbox_done", "received_at", where="state = 'done' AND error IS NULL"),
    partial_index("inbox_quarantined", "id", "received_at", where="state = 'quarantined'"),
)

files = Table(
    "files",
    metadata,
    Column("id", Text, primary_key=True),  # 128 random bits, base64url
    Column("hash", Text, nullable=False),  # SHA-256 of the content; where the bytes lie
    Column("name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("width", BigInteger),
    Column("height", BigInteger),
    Column("thread_id", Id),  # whoever may see the thread may see the file; null for photos of staff
    Column("user_id", Id),  # who uploaded it; null for a customer
    Column("created_at", Instant, nullable=False),
)

# The event log: append-only facts with ids and versions, no personal data.
events = Table(
    "events",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("line_id", Id),
    Column("conversation_id", Id),
    Column("thread_id", Id),
    Column("message_id", Id),
    Column("user_id", Id),
    Column("data", Text),
)

nodes = Table(
    "nodes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("leased_until", Instant, nullable=False),
)

presences = Table(
    "presences",
    metadata,
    Column("user_id", Id, ForeignKey("users.id"), primary_key=True),
    Column("node", Text, primary_key=True),
    _count("connections"),
    Index("presences_node", "node"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("owner", Text, primary_key=True),  # user:12, thread:7
    Column("key", Text, primary_key=True),
    Column("request_hash", Text, nullable=False),
    Column("status", BigInteger, nullable=False),
    Column("response", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index("idempotency_keys_at", "at"),
)

# SQLite's memory of removed rows (store.last_ids).
last_ids = Table(
    "last_ids",
    metadata,
    Column("name", Text, primary_key=True),  # of a table
    Column("last", BigInteger, nullable=False),
)
