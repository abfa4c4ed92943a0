"""What is looked at with every tick is found by an index, however much waits or was kept beside it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    # Those under way apart from those that wait.
    op.drop_index("deliveries_open", "deliveries")
    _index("deliveries_open", "deliveries", "state", "not_before", where="state IN ('queued', 'sending')")
    op.drop_index("notices_due", "notices")
    _index("notices_due", "notices", "state", "due_at", where="state IN ('queued', 'sending')")
    # In the order of arrival; and what is to be forgotten without walking along what is kept.
    op.drop_index("inbox_new", "inbox")
    _index("inbox_new", "inbox", "received_at", "id", where="state = 'new'")
    _index("inbox_done", "inbox", "received_at", where="state = 'done' AND error IS NULL")
    op.create_index("idempotency_keys_at", "idempotency_keys", ["at"])


def _index(name: str, table: str, *columns: str, where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)
