"""likeness of enquiries"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "enquiries",
        sa.Column(
            "likeness",
            sa.String(length=32),
            sa.Computed("md5((answers - 'amount_fen'::text)::text)", persisted=True),
            nullable=False,
        ),
    )
    op.create_index(
        "ix_enquiries_likeness_submitted_at",
        "enquiries",
        ["likeness", "submitted_at"],
        unique=False,
        postgresql_include=["person_id"],
    )


def downgrade() -> None:
    op.drop_index(
        "ix_enquiries_likeness_submitted_at",
        table_name="enquiries",
        postgresql_include=["person_id"],
    )
    op.drop_column("enquiries", "likeness")
