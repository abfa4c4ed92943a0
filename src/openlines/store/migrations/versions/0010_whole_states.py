"""Saved states of lines hold faces and how chats look; channels say who changed them last."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("line_versions", sa.Column("faces", sa.Text))
    op.add_column("line_versions", sa.Column("looks", sa.Text))
    op.add_column("channels", sa.Column("saved_by", sa.BigInteger))
    op.add_column("channels", sa.Column("saved_at", sa.BigInteger))
