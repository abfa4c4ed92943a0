"""Places in the queue are measured; administrators are told once that a queue is empty or that nobody is there."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("lines", sa.Column("queue_empty_at", sa.BigInteger))
    op.add_column("lines", sa.Column("nobody_at", sa.BigInteger))
    where = sa.text("place_said > 0 AND replied_at IS NOT NULL")
    op.create_index(
        "conversations_placed",
        "conversations",
        ["line_id", "replied_at"],
        sqlite_where=where,
        postgresql_where=where,
    )
