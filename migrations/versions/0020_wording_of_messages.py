"""Keep with every message by which rules of wording it went out; of earlier ones nobody knows."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("wording_pack", sa.String(length=32), nullable=True))


def downgrade() -> None:
    op.drop_column("messages", "wording_pack")
