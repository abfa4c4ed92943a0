"""What the settings of a line lead to: timetables, faces, versions, response targets, notices, consents, forms."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_Int = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_IDS = ("consents", "kpi_records", "notices", "push_subscriptions", "timetables")


def upgrade() -> None:
    _add("queue_members", _flag("with_head"))
    for name in ("kpi_step", "inactive_said", "place_said"):
        _add("conversations", _int(name, default="0"))
    for name in ("consent_asked_at", "head_rated_by", "head_rated_at"):
        _add("conversations", _int(name, null=True))
    _lines()
    _first_versions()
    _targets()
    _customers()
    if op.get_bind().dialect.name == "postgresql":
        for table in _IDS:
            op.execute(f"CREATE SEQUENCE {table}_ids AS bigint INCREMENT BY 64")


def _add(table: str, column: sa.Column[Any]) -> None:
    op.add_column(table, column)


def _column(name: str, kind: Any, *, default: str | None = None, **options: Any) -> sa.Column[Any]:
    to = options.get("to")
    return sa.Column(
        name,
        kind,
        *([sa.ForeignKey(to)] if to else []),
        primary_key=options.get("key", False),
        autoincrement=False,
        nullable=options.get("null", False),
        unique=options.get("unique"),
        server_default=default if default is None or isinstance(kind, sa.Text) else sa.text(default),
    )


def _int(name: str, **options: Any) -> sa.Column[Any]:
    return _column(name, _Int, **options)


def _flag(name: str, default: str = "0") -> sa.Column[Any]:
    return _column(name, sa.SmallInteger(), default=default)


def _text(name: str, **options: Any) -> sa.Column[Any]:
    return _column(name, sa.Text(), **options)


def _index(name: str, table: str, *columns: str, unique: bool = False, where: str | None = None) -> None:
    condition = None if where is None else sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def _lines() -> None:
    op.create_table(
        "timetables",
        _int("id", key=True),
        _text("name"),
        _text("time_zone", default=""),
        _text("week"),
        _text("exceptions", default="[]"),
        _text("holidays_country", default=""),
        _text("holidays_region", default=""),
        _int("version", default="1"),
        _int("created_at"),
    )
    op.create_table(
        "holiday_days",
        _text("country", key=True),
        _text("region", key=True),
        _text("date", key=True),
        _text("name_en", default=""),
        _text("name_ru", default=""),
    )
    op.create_table(
        "line_faces",
        _int("line_id", to="lines.id", key=True),
        _int("user_id", to="users.id", key=True),
        _text("name", default=""),
        _text("photo", null=True),
    )
    op.create_table(
        "line_versions",
        _int("line_id", to="lines.id", key=True),
        _int("version", key=True),
        _text("name"),
        _flag("active", default="1"),
        _text("settings"),
        _text("queue"),
        _int("saved_by", null=True),
        _int("at"),
    )


def _first_versions() -> None:
    """Lines as they are now, so that the next change of each can be compared and undone. Who saved them is unknown."""
    bind = op.get_bind()
    queues: dict[int, list[dict[str, Any]]] = {}
    members = "SELECT line_id, user_id, department_id FROM queue_members ORDER BY line_id, position"
    for line_id, user_id, department_id in bind.execute(sa.text(members)):
        member = {"user_id": user_id} if department_id is None else {"department_id": department_id, "with_head": False}
        queues.setdefault(line_id, []).append(member)
    lines = "SELECT id, version, name, active, settings, created_at FROM lines WHERE deleted_at IS NULL"
    add = sa.text(
        "INSERT INTO line_versions (line_id, version, name, active, settings, queue, at)"
        " VALUES (:id, :version, :name, :active, :settings, :queue, :at)"
    )
    for line_id, version, name, active, settings, created_at in bind.execute(sa.text(lines)).all():
        queue = json.dumps(queues.get(line_id, []), separators=(",", ":"))
        row = {"id": line_id, "version": version, "name": name, "active": active}
        bind.execute(add, {**row, "settings": settings, "queue": queue, "at": created_at})


def _targets() -> None:
    op.create_table(
        "kpi_records",
        _int("id", key=True),
        _int("conversation_id"),
        _int("line_id"),
        _text("kind"),
        _int("started_at"),
        _int("target"),
        _int("due_at"),
        _int("stopped_at", null=True),
        _text("outcome", null=True),
        _int("elapsed", null=True),
        _int("holder_id", null=True),
        _int("answered_by", null=True),
        _text("held", default="[]"),
    )
    _index("kpi_records_open", "kpi_records", "conversation_id", unique=True, where="stopped_at IS NULL")
    _index("kpi_records_conversation", "kpi_records", "conversation_id")
    _index("kpi_records_line", "kpi_records", "line_id", "started_at")
    _index("kpi_records_holder", "kpi_records", "holder_id", "started_at")
    op.create_table(
        "notices",
        _int("id", key=True),
        _text("kind"),
        _int("subject"),
        _int("step"),
        _int("user_id", default="0"),
        _text("medium"),
        _text("state"),
        _text("params", default="{}"),
        _int("conversation_id", null=True),
        _int("line_id", null=True),
        _int("attempts", default="0"),
        _int("due_at"),
        _text("lease", null=True),
        _int("leased_until", null=True),
        _text("error", null=True),
        _int("created_at"),
        _int("state_at"),
        sa.UniqueConstraint("kind", "subject", "step", "user_id", "medium", name="notices_once"),
    )
    _index("notices_due", "notices", "due_at", where="state IN ('queued', 'sending')")
    _index("notices_person", "notices", "user_id", "id", where="medium = 'workspace'")
    op.create_table(
        "push_subscriptions",
        _int("id", key=True),
        _int("user_id", to="users.id"),
        _text("endpoint", unique=True),
        _text("p256dh"),
        _text("auth"),
        _text("agent", default=""),
        _int("created_at"),
        _int("failed_at", null=True),
    )
    _index("push_subscriptions_user", "push_subscriptions", "user_id")


def _customers() -> None:
    op.create_table(
        "consents",
        _int("id", key=True),
        _int("customer_id"),
        _int("thread_id"),
        _int("line_id"),
        _text("version"),
        _text("text"),
        _text("url", default=""),
        _text("how"),
        _int("at"),
    )
    _index("consents_customer", "consents", "customer_id")
    _index("consents_thread", "consents", "thread_id")
    op.create_table(
        "form_answers",
        _int("conversation_id", key=True),
        _int("thread_id"),
        _int("line_id"),
        _text("answers"),
        _int("at"),
    )
    _index("form_answers_thread", "form_answers", "thread_id")
