"""Answers that are owed now are found by their line."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    where = sa.text("stopped_at IS NULL")
    op.create_index("kpi_records_running", "kpi_records", ["line_id"], sqlite_where=where, postgresql_where=where)
