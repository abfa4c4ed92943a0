"""A thread knows which consent was asked for and given, and what a form said before there was a conversation."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_Int = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for name in ("consent_asked", "consent_given", "form_waiting"):
        op.add_column("threads", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("threads", sa.Column("form_at", _Int))
