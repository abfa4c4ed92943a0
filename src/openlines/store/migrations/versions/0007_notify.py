"""How words to staff leave: mail settings, keys of web push and webhooks; what did not arrive is found quickly."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "notify_settings",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("mail", sa.Text, nullable=False, server_default="{}"),
        sa.Column("private_hooks", sa.SmallInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("push_public", sa.Text, nullable=False),
        sa.Column("secrets", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False, server_default=sa.text("1")),
    )
    where = sa.text("state IN ('failed', 'unknown')")
    op.create_index("notices_trouble", "notices", ["id"], sqlite_where=where, postgresql_where=where)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE notify_settings_ids AS bigint INCREMENT BY 64")
