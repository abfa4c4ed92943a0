"""Who began the slow part of an event, so that a node knows its own former life from another node."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("inbox", sa.Column("taken_by", sa.Text))
