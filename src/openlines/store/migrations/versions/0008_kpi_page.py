"""The page of figures reads answers from an index alone, and late ones newest first."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.drop_index("kpi_records_line", "kpi_records")
    op.drop_index("kpi_records_holder", "kpi_records")
    measured = ["line_id", "started_at", "kind", "outcome", "elapsed", "holder_id"]
    op.create_index("kpi_records_line", "kpi_records", measured)
    where = sa.text("outcome = 'breached'")
    late = ["started_at", "id"]
    op.create_index("kpi_records_late", "kpi_records", late, sqlite_where=where, postgresql_where=where)
