"""Raw events that were put aside are found and counted without looking through the inbox."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    where = sa.text("state = 'quarantined'")
    op.create_index("inbox_quarantined", "inbox", ["id", "received_at"], sqlite_where=where, postgresql_where=where)
