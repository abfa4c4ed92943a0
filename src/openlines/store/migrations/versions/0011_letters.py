"""Operators' words follow a visitor who has left, and a conversation can be sent as a letter."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "reply_letters",
        sa.Column("thread_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("mailed_seq", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("mailed_at", sa.BigInteger),
    )
    where = sa.text("due_at IS NOT NULL")
    op.create_index("reply_letters_due", "reply_letters", ["due_at"], sqlite_where=where, postgresql_where=where)
    op.create_table(
        "transcripts",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("thread_id", sa.BigInteger, nullable=False),
        sa.Column("conversation_id", sa.BigInteger, nullable=False),
        sa.Column("to_hash", sa.Text, nullable=False),
        sa.Column("user_id", sa.BigInteger),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("transcripts_thread", "transcripts", ["thread_id", "at"])
    op.create_index("transcripts_to", "transcripts", ["to_hash", "at"])
    if op.get_context().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE transcripts_ids AS bigint INCREMENT BY 64")
