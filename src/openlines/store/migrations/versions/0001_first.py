"""The first tables.

A migration stands for itself: it imports nothing of the package, so that it does the same for ever.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# SQLite knows 64-bit integers as INTEGER, and only an INTEGER primary key is the row id itself.
_Int = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# Tables whose ids a node takes in blocks of 64; the events' numbers are taken one by one, in the order of commits.
_IDS = (
    "api_tokens",
    "channels",
    "conversations",
    "customers",
    "deliveries",
    "departments",
    "inbox",
    "lines",
    "messages",
    "portals",
    "sessions",
    "threads",
    "users",
)


def upgrade() -> None:
    _staff()
    _lines()
    _customers()
    _conversations()
    _messages()
    if op.get_bind().dialect.name == "postgresql":
        for table in _IDS:
            op.execute(f"CREATE SEQUENCE {table}_ids AS bigint INCREMENT BY 64")
        op.execute("CREATE SEQUENCE events_ids AS bigint")


def _columns(kind: Any, names: tuple[str, ...], *, default: str | None = None, **options: Any) -> list[sa.Column[Any]]:
    to, key, null = options.get("to"), options.get("key", False), options.get("null", False)
    return [
        sa.Column(
            name,
            kind,
            *([sa.ForeignKey(to)] if to else []),
            primary_key=key,
            autoincrement=False,
            nullable=null,
            unique=options.get("unique"),
            server_default=default if default is None or isinstance(kind, sa.Text) else sa.text(default),
        )
        for name in names
    ]


def _ints(*names: str, **options: Any) -> list[sa.Column[Any]]:
    return _columns(_Int, names, **options)


def _flags(*names: str, default: str = "0") -> list[sa.Column[Any]]:
    return _columns(sa.SmallInteger(), names, default=default)


def _texts(*names: str, **options: Any) -> list[sa.Column[Any]]:
    return _columns(sa.Text(), names, **options)


def _index(name: str, table: str, *columns: Any, unique: bool = False, where: str | None = None) -> None:
    condition = None if where is None else sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def _staff() -> None:
    op.create_table(
        "portals",
        *_ints("id", key=True),
        *_texts("name", default=""),
        *_texts("language", default="en"),
        *_texts("time_zone", default="UTC"),
        *_texts("settings", default="{}"),
        *_texts("epoch"),
        *_texts("setup_hash", null=True),
        *_ints("created_at"),
    )
    op.create_table(
        "users",
        *_ints("id", key=True),
        *_texts("email", unique=True),
        *_texts("name", "role"),
        *_texts("password_hash", null=True),
        *_texts("language", default="en"),
        *_texts("time_zone", default="UTC"),
        *_texts("position", default=""),
        *_texts("photo_id", null=True),
        *_flags("active", default="1"),
        *_texts("presence", default="online"),
        *_texts("pause_reason", default=""),
        *_ints("presence_since", "absent_from", "absent_until", null=True),
        *_flags("online"),
        *_ints("grace_until", null=True),
        *_flags("available"),
        *_texts("unavailable", null=True),
        *_ints("due_at", null=True),
        *_ints("created_at"),
        *_ints("version", default="1"),
    )
    _index("users_due", "users", "due_at", where="due_at IS NOT NULL")
    op.create_table(
        "departments",
        *_ints("id", key=True),
        *_texts("name"),
        *_ints("parent_id", to="departments.id", null=True),
        *_ints("head_id", to="users.id", null=True),
        *_ints("position", default="0"),
        *_ints("version", default="1"),
    )
    op.create_table(
        "department_members",
        *_ints("department_id", to="departments.id", key=True),
        *_ints("user_id", to="users.id", key=True),
    )
    _index("department_members_user", "department_members", "user_id")
    op.create_table(
        "sessions",
        *_ints("id", key=True),
        *_texts("token_hash", unique=True),
        *_ints("user_id", to="users.id"),
        *_ints("created_at", "seen_at", "expires_at"),
        *_texts("agent", "address", default=""),
    )
    _index("sessions_user", "sessions", "user_id")
    op.create_table(
        "api_tokens",
        *_ints("id", key=True),
        *_ints("user_id", to="users.id"),
        *_texts("name"),
        *_texts("token_hash", unique=True),
        *_texts("hint", "scopes"),
        *_ints("created_at"),
        *_ints("expires_at", "used_at", "revoked_at", null=True),
    )
    op.create_table(
        "nodes",
        *_texts("id", key=True),
        *_ints("leased_until"),
    )
    op.create_table(
        "presences",
        *_ints("user_id", to="users.id", key=True),
        *_texts("node", key=True),
        *_ints("connections", default="0"),
    )
    _index("presences_node", "presences", "node")
    op.create_table(
        "idempotency_keys",
        *_texts("owner", "key", key=True),
        *_texts("request_hash"),
        *_ints("status"),
        *_texts("response"),
        *_ints("at"),
    )


def _lines() -> None:
    op.create_table(
        "lines",
        *_ints("id", key=True),
        *_texts("name"),
        *_flags("active", default="1"),
        *_texts("off_reason", null=True),
        *_texts("settings"),
        *_ints("version", default="1"),
        *_ints("rearm_after", null=True),
        *_ints("created_at"),
        *_ints("deleted_at", null=True),
    )
    op.create_table(
        "queue_members",
        *_ints("line_id", to="lines.id", key=True),
        *_ints("position", key=True),
        *_ints("user_id", to="users.id", null=True),
        *_ints("department_id", to="departments.id", null=True),
    )
    op.create_table(
        "seats",
        *_ints("line_id", to="lines.id", key=True),
        *_ints("user_id", to="users.id", key=True),
        *_flags("member"),
        *_ints("position", default="0"),
        *_flags("present", "eligible"),
        *_ints("counted", "first_at", "again_at", default="0"),
    )
    _index("seats_evenly", "seats", "line_id", "first_at", "position", where="eligible = 1 AND member = 1")
    _index("seats_passed_evenly", "seats", "line_id", "first_at", where="eligible = 0 AND member = 1")
    _index("seats_passed_strictly", "seats", "line_id", "position", where="eligible = 0 AND member = 1")
    _index("seats_present", "seats", "line_id", where="present = 1 AND member = 1")
    _index("seats_strictly", "seats", "line_id", "position", where="eligible = 1 AND member = 1")
    _index("seats_user", "seats", "user_id")
    op.create_table(
        "channels",
        *_ints("id", key=True),
        *_ints("line_id", to="lines.id"),
        *_texts("kind", "name"),
        *_flags("active", default="1"),
        *_texts("key", unique=True),
        *_texts("settings", default="{}"),
        *_texts("secrets", default=""),
        *_texts("state", default="new"),
        *_texts("state_reason", "state_detail", default=""),
        *_ints("state_at", null=True),
        *_texts("cursor", default=""),
        *_ints("created_at"),
        *_ints("deleted_at", null=True),
        *_ints("version", default="1"),
    )
    _index("channels_line", "channels", "line_id")


def _customers() -> None:
    op.create_table(
        "customers",
        *_ints("id", key=True),
        *_texts("name", "email", "phone", default=""),
        *_texts("photo_id", null=True),
        *_texts("language", "time_zone", default=""),
        *_texts("fields", default="{}"),
        *_ints("merged_into", null=True),
        *_ints("created_at"),
        *_ints("version", default="1"),
    )
    op.create_table(
        "threads",
        *_ints("id", key=True),
        *_ints("channel_id", to="channels.id"),
        *_texts("external_id"),
        *_ints("customer_id", to="customers.id"),
        *_texts("handle", "address", default=""),
        *_texts("context", default="{}"),
        *_ints("created_at"),
        *_ints("delivered_seq", "read_seq", default="0"),
        *_ints("greeted_at", "consent_at", "blocked_at", null=True),
        *_texts("unreachable", null=True),
        *_ints("last_operator_id", "last_conversation_id", null=True),
        sa.UniqueConstraint("channel_id", "external_id", name="threads_identity"),
    )
    _index("threads_customer", "threads", "customer_id")
    op.create_table(
        "files",
        *_texts("id", key=True),
        *_texts("hash", "name"),
        *_ints("size"),
        *_texts("type"),
        *_ints("width", "height", "thread_id", "user_id", null=True),
        *_ints("created_at"),
    )


def _conversations() -> None:
    op.create_table(
        "conversations",
        *_ints("id", key=True),
        *_ints("thread_id", to="threads.id"),
        *_ints("channel_id", "customer_id"),
        *_ints("line_id", to="lines.id"),
        *_ints("version", default="1"),
        *_texts("state"),
        *_texts("awaiting", null=True),
        *_texts("mode", default="incoming"),
        *_texts("reason", null=True),
        *_ints("operator_id", "offered_to", null=True),
        *_texts("offer", null=True),
        *_ints("sender_id", "wanted_id", "department_id", "bot_id", null=True),
        *_ints("priority", "round", default="0"),
        *_ints("opened_at"),
        *_ints(
            "responsible_at",
            "waiting_since",
            "offered_at",
            "accepted_at",
            "replied_at",
            "customer_at",
            "customer_since",
            "operator_at",
            "bot_at",
            "finished_at",
            "closed_at",
            "snoozed_until",
            "woken_at",
            "pinned_at",
            null=True,
        ),
        *_flags("greeted", "off_hours_said"),
        *_texts("no_answer", null=True),
        *_flags("unanswered", "escalated"),
        *_texts("last_words", null=True),
        *_ints("rating_asked_at", "rating", "rated_at", null=True),
        *_texts("rating_comment", null=True),
        *_ints("route_at", "due_at", null=True),
        *_ints("first_seq", "unread", default="0"),
        *_texts("last_text", "last_author", default=""),
        *_ints("last_at", "head_rating", null=True),
        *_texts("head_comment", null=True),
        *_ints("parent_id", null=True),
    )
    _index("conversations_customer", "conversations", "customer_id", "id")
    _index("conversations_due", "conversations", "due_at", where="due_at IS NOT NULL")
    _index(
        "conversations_holder",
        "conversations",
        "operator_id",
        "state",
        where="state <> 'closed' AND operator_id IS NOT NULL",
    )
    _index("conversations_offered", "conversations", "line_id", where="state = 'offered'")
    _index("conversations_offered_to", "conversations", "offered_to", where="offered_to IS NOT NULL")
    _index("conversations_closed", "conversations", "line_id", "operator_id", "id", where="state = 'closed'")
    _index("conversations_open_line", "conversations", "line_id", "id", where="state <> 'closed'")
    _index("conversations_open_thread", "conversations", "thread_id", unique=True, where="state <> 'closed'")
    _index(
        "conversations_waiting",
        "conversations",
        "line_id",
        sa.text("(waiting_since - priority * 600000000)"),
        where="state = 'waiting'",
    )
    op.create_table(
        "tries",
        *_ints("conversation_id", to="conversations.id", key=True),
        *_ints("user_id", key=True),
        *_texts("outcome"),
        *_ints("at"),
    )
    op.create_table(
        "listeners",
        *_ints("conversation_id", to="conversations.id", key=True),
        *_ints("user_id", key=True),
    )
    _index("listeners_user", "listeners", "user_id")


def _messages() -> None:
    op.create_table(
        "messages",
        *_ints("id", key=True),
        *_ints("thread_id", to="threads.id"),
        *_ints("conversation_id", "seq"),
        *_texts("author"),
        *_ints("author_id", null=True),
        *_texts("kind"),
        *_texts("text", "data", default=""),
        *_texts("dedupe", null=True),
        *_ints("at"),
        *_ints("edited_at", "deleted_at", null=True),
    )
    _index("messages_dedupe", "messages", "thread_id", "dedupe", unique=True, where="dedupe IS NOT NULL")
    _index("messages_thread", "messages", "thread_id", "seq", unique=True)
    op.create_table(
        "deliveries",
        *_ints("id", key=True),
        *_ints("message_id", "thread_id", "channel_id"),
        *_texts("what", "state"),
        *_ints("not_before"),
        *_ints("attempts", default="0"),
        *_texts("lease", null=True),
        *_ints("leased_until", null=True),
        *_texts("external_id", "error", "error_detail", null=True),
        *_ints("created_at", "state_at"),
    )
    _index("deliveries_external", "deliveries", "channel_id", "external_id", where="external_id IS NOT NULL")
    _index("deliveries_lane", "deliveries", "thread_id", "id", where="state IN ('queued', 'sending', 'unknown')")
    _index("deliveries_message", "deliveries", "message_id")
    _index("deliveries_open", "deliveries", "not_before", where="state IN ('queued', 'sending')")
    op.create_table(
        "inbox",
        *_ints("id", key=True),
        *_ints("channel_id", to="channels.id"),
        *_texts("dedupe", "lane"),
        *_texts("headers", default="{}"),
        sa.Column("body", sa.LargeBinary, nullable=False),
        *_ints("received_at"),
        *_texts("state", default="new"),
        *_texts("error", null=True),
        *_ints("attempts", default="0"),
        sa.UniqueConstraint("channel_id", "dedupe", name="inbox_dedupe"),
    )
    _index("inbox_new", "inbox", "id", where="state = 'new'")
    op.create_table(
        "events",
        *_ints("id", key=True),
        *_ints("at"),
        *_texts("kind"),
        *_ints("line_id", "conversation_id", "thread_id", "message_id", "user_id", null=True),
        *_texts("data", null=True),
    )
