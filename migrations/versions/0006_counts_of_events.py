"""counts of events"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Steps and questions are named as events are named, by kind and detail.
_NAMED_ALIKE = (
    "UPDATE funnel_events SET step = 'consented' WHERE step = 'consent_given'",
    "UPDATE funnel_events SET step = 'refused' WHERE step = 'consent_refused'",
    "UPDATE funnel_events SET step = 'withdrew' WHERE step = 'consent_withdrawn'",
    (
        "UPDATE funnel_events SET question = substr(step, 9), step = 'decided'"
        " WHERE step LIKE 'decided\\_%'"
    ),
    (
        "UPDATE funnel_events SET question = substr(step, 10), step = 'reviewed'"
        " WHERE step LIKE 'reviewed\\_%'"
    ),
)
_NAMED_AS_BEFORE = (
    (
        "UPDATE funnel_events SET step = step || '_' || question, question = ''"
        " WHERE step IN ('decided', 'reviewed')"
    ),
    "UPDATE funnel_events SET step = 'consent_given' WHERE step = 'consented'",
    "UPDATE funnel_events SET step = 'consent_refused' WHERE step = 'refused'",
    "UPDATE funnel_events SET step = 'consent_withdrawn' WHERE step = 'withdrew'",
)


def upgrade() -> None:
    op.alter_column(
        "funnel_events", "question", type_=sa.String(length=64), existing_type=sa.String(length=32)
    )
    op.alter_column("funnel_events", "count", type_=sa.BigInteger(), existing_type=sa.Integer())
    for statement in _NAMED_ALIKE:
        op.execute(statement)


def downgrade() -> None:
    for statement in _NAMED_AS_BEFORE:
        op.execute(statement)
    op.alter_column("funnel_events", "count", type_=sa.Integer(), existing_type=sa.BigInteger())
    op.alter_column(
        "funnel_events", "question", type_=sa.String(length=32), existing_type=sa.String(length=64)
    )
