"""Keep what the platform tells of mass sends until a list is known to be theirs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_campaign_recipients_platform_id",
        "campaign_recipients",
        ["platform_id"],
        unique=False,
        postgresql_where=sa.text("platform_id IS NOT NULL"),
    )
    op.add_column(
        "foreign_mass_jobs",
        sa.Column("status", sa.String(length=48), server_default="", nullable=False),
    )
    op.add_column(
        "foreign_mass_jobs",
        sa.Column(
            "counts",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
        ),
    )
    op.add_column(
        "foreign_mass_jobs", sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("foreign_mass_jobs", "settled_at")
    op.drop_column("foreign_mass_jobs", "counts")
    op.drop_column("foreign_mass_jobs", "status")
    op.drop_index(
        "ix_campaign_recipients_platform_id",
        table_name="campaign_recipients",
        postgresql_where=sa.text("platform_id IS NOT NULL"),
    )
