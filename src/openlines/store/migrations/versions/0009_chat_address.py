"""A chat's own page may have an address in the owner's words."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("channels", sa.Column("alias", sa.Text))
    op.create_index("channels_alias", "channels", ["alias"], unique=True)
