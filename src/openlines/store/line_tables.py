"""Tables of what a line's settings lead to: timetables, faces, versions, response targets, notices, consents, forms,
letters to customers.

Conventions as in tables. Rows that come with a customer's or an operator's words (`kpi_records`, `notices`,
`consents`, `form_answers`, `reply_letters`) name others without a foreign key: checking it would cost the hot path a
look each.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text, UniqueConstraint

from openlines.store.columns import Id, Instant, count, flag, metadata, partial_index, row_id

# Working time that several lines share (LineSettings.timetable_id).
timetables = Table(
    "timetables",
    metadata,
    row_id(),
    Column("name", Text, nullable=False),
    Column("time_zone", Text, nullable=False, server_default=""),  # empty: the portal's
    Column("week", Text, nullable=False),  # JSON: seven lists of intervals, Monday first
    Column("exceptions", Text, nullable=False, server_default="[]"),  # JSON: core.line.SpecialDays
    Column("holidays_country", Text, nullable=False, server_default=""),
    Column("holidays_region", Text, nullable=False, server_default=""),
    count("version", 1),
    Column("created_at", Instant, nullable=False),
)

# Public holidays as days, so that the core needs no library of them. A region of "" is the whole country.
holiday_days = Table(
    "holiday_days",
    metadata,
    Column("country", Text, primary_key=True),
    Column("region", Text, primary_key=True),
    Column("date", Text, primary_key=True),  # "2026-12-25"
    Column("name_en", Text, nullable=False, server_default=""),
    Column("name_ru", Text, nullable=False, server_default=""),
)

# How an operator is shown to the customers of one line (operator_shown = "line").
line_faces = Table(
    "line_faces",
    metadata,
    Column("line_id", Id, ForeignKey("lines.id"), primary_key=True),
    Column("user_id", Id, ForeignKey("users.id"), primary_key=True),
    Column("name", Text, nullable=False, server_default=""),  # empty: as in the profile
    Column("photo", Text),  # id of a file
)

# A line as it was saved each time: for undo, for what has changed, for who it was.
line_versions = Table(
    "line_versions",
    metadata,
    Column("line_id", Id, ForeignKey("lines.id"), primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("name", Text, nullable=False),
    flag("active", 1),
    Column("settings", Text, nullable=False),
    Column("queue", Text, nullable=False),  # JSON: [{"user_id": …} | {"department_id": …, "with_head": …}]
    Column("saved_by", Id),  # null: the house itself
    Column("at", Instant, nullable=False),
    # JSON; null: this state was kept before they were.
    Column("faces", Text),  # [{"user_id": …, "name": …, "photo": …}]
    Column("looks", Text),  # {channel: {setting: value}}: what stands on the line's page of each
)

# One answer that was due: the first, or a further one (rules.md 7).
kpi_records = Table(
    "kpi_records",
    metadata,
    row_id(),
    Column("conversation_id", Id, nullable=False),
    Column("line_id", Id, nullable=False),
    Column("kind", Text, nullable=False),  # first | further
    Column("started_at", Instant, nullable=False),
    Column("target", BigInteger, nullable=False),  # seconds, as the line had them
    Column("due_at", Instant, nullable=False),
    Column("stopped_at", Instant),
    Column("outcome", Text),  # met | breached | closed; null while it runs
    Column("elapsed", BigInteger),  # microseconds by the line's clock
    Column("holder_id", Id),  # who held it at the deadline; null: nobody, the line
    Column("answered_by", Id),
    # JSON: [[user or null, microseconds], …]; while it runs, [[user or null, since when], …]
    Column("held", Text, nullable=False, server_default="[]"),
    partial_index("kpi_records_open", "conversation_id", where="stopped_at IS NULL", unique=True),
    partial_index("kpi_records_running", "line_id", where="stopped_at IS NULL"),
    Index("kpi_records_conversation", "conversation_id"),
    # Holds all that the figures are made of, so that no row is looked up for them.
    Index("kpi_records_line", "line_id", "started_at", "kind", "outcome", "elapsed", "holder_id"),
    partial_index("kpi_records_late", "started_at", "id", where="outcome = 'breached'"),
)

# Words to staff about something, on their way by one medium; each is told once per step.
notices = Table(
    "notices",
    metadata,
    row_id(),
    Column("kind", Text, nullable=False),
    Column("subject", BigInteger, nullable=False),  # id of the record, or of what else it is about
    Column("step", BigInteger, nullable=False),
    count("user_id"),  # 0: no person, a webhook
    Column("medium", Text, nullable=False),  # workspace | email | push | webhook
    Column("state", Text, nullable=False),  # queued | sending | sent | failed | unknown | read | dropped
    Column("params", Text, nullable=False, server_default="{}"),  # JSON: what fills the title and the text
    Column("conversation_id", Id),
    Column("line_id", Id),
    count("attempts"),
    Column("due_at", Instant, nullable=False),
    Column("lease", Text),  # node that is sending
    Column("leased_until", Instant),
    Column("error", Text),
    Column("created_at", Instant, nullable=False),
    Column("state_at", Instant, nullable=False),
    Column("lane", Text, nullable=False, server_default=""),  # "email" | "webhook <server>"; push goes to several
    UniqueConstraint("kind", "subject", "step", "user_id", "medium", name="notices_once"),
    partial_index("notices_due", "state", "due_at", where="state IN ('queued', 'sending')"),
    partial_index("notices_person", "user_id", "id", where="medium = 'workspace'"),
    partial_index("notices_trouble", "id", where="state IN ('failed', 'unknown')"),
)

consents = Table(
    "consents",
    metadata,
    row_id(),
    Column("customer_id", Id, nullable=False),
    Column("thread_id", Id, nullable=False),
    Column("line_id", Id, nullable=False),
    Column("version", Text, nullable=False),  # SHA-256 of the text and the link
    Column("text", Text, nullable=False),
    Column("url", Text, nullable=False, server_default=""),
    Column("how", Text, nullable=False),  # notice | button | words | form
    Column("at", Instant, nullable=False),
    Index("consents_customer", "customer_id"),
    Index("consents_thread", "thread_id"),
)

form_answers = Table(
    "form_answers",
    metadata,
    Column("conversation_id", Id, primary_key=True, autoincrement=False),
    Column("thread_id", Id, nullable=False),
    Column("line_id", Id, nullable=False),
    Column("answers", Text, nullable=False),  # JSON: [{"key", "label", "value"}, …], labels as they were shown
    Column("at", Instant, nullable=False),
    Index("form_answers_thread", "thread_id"),
)

push_subscriptions = Table(
    "push_subscriptions",
    metadata,
    row_id(),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False),
    Column("endpoint", Text, nullable=False, unique=True),
    Column("p256dh", Text, nullable=False),
    Column("auth", Text, nullable=False),
    Column("agent", Text, nullable=False, server_default=""),
    Column("created_at", Instant, nullable=False),
    Column("failed_at", Instant),
    Index("push_subscriptions_user", "user_id"),
)

# How words to staff leave: the portal's one row, made when it is first needed.
notify_settings = Table(
    "notify_settings",
    metadata,
    row_id(),
    Column("mail", Text, nullable=False, server_default="{}"),  # JSON: services.notify_settings.MAIL, no password
    flag("private_hooks"),  # webhooks may go to addresses in the own network
    Column("push_public", Text, nullable=False),  # VAPID key that browsers subscribe with
    Column("secrets", Text, nullable=False),  # sealed as a whole: push_private, hook_secret, mail_password
    count("version", 1),
)

# Words of operators that may have to follow a visitor who has left (services.reply_letters): one row per thread.
reply_letters = Table(
    "reply_letters",
    metadata,
    Column("thread_id", Id, primary_key=True, autoincrement=False),
    Column("due_at", Instant),  # when to look whether he has read them; null: nothing to look for
    count("mailed_seq"),  # the last message that a letter held
    Column("mailed_at", Instant),
    partial_index("reply_letters_due", "due_at", where="due_at IS NOT NULL"),
)

# Conversations that were sent to somebody as a letter: what the limits of such letters count.
transcripts = Table(
    "transcripts",
    metadata,
    row_id(),
    Column("thread_id", Id, nullable=False),
    Column("conversation_id", Id, nullable=False),
    Column("to_hash", Text, nullable=False),  # SHA-256 of the address: enough to count, nothing to write to
    Column("user_id", Id),  # null: the visitor asked himself
    Column("at", Instant, nullable=False),
    Index("transcripts_thread", "thread_id", "at"),
    Index("transcripts_to", "to_hash", "at"),
)
