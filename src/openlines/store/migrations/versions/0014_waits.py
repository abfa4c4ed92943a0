"""What waits for room at a server, or for people of a department, is found and left alone by itself."""

import json
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_CHUNK = 1000


def upgrade() -> None:
    op.add_column("notices", sa.Column("lane", sa.Text, nullable=False, server_default=""))
    if not op.get_context().as_sql:
        _name_lanes(op.get_bind())
    where = sa.text("state = 'waiting' AND department_id IS NOT NULL")
    op.create_index(
        "conversations_department", "conversations", ["line_id"], sqlite_where=where, postgresql_where=where
    )


def _name_lanes(connection: sa.Connection) -> None:
    """Of what is on its way, or may be sent once more; what was sent needs none."""
    notices = sa.table("notices", *(sa.column(name) for name in ("id", "medium", "state", "params", "lane")))
    on_its_way = notices.c.state.in_(["queued", "sending", "failed", "unknown"])
    connection.execute(notices.update().where(on_its_way, notices.c.medium == "email").values(lane="email"))
    hooks = sa.select(notices.c.id, notices.c.params).where(on_its_way, notices.c.medium == "webhook")
    after = 0
    while found := connection.execute(
        hooks.where(notices.c.id > after).order_by(notices.c.id).limit(_CHUNK)
    ).fetchall():
        for number, params in found:
            lane = f"webhook {_server(json.loads(params or '{}'))}"
            connection.execute(notices.update().where(notices.c.id == number).values(lane=lane))
        after = found[-1][0]


def _server(params: dict[str, Any]) -> str:
    try:
        return urlsplit(str(params.get("url", ""))).netloc.lower()
    except ValueError:
        return ""
