"""More work than a batch holds leaves a bell for the rest, and nobody is forgotten."""

import uuid

from sqlalchemy import select

from app.core.jobs import JobName
from app.deps import Deps
from app.services import decisions
from app.store.enquiries import Enquiry
from app.store.messages import OutboxRow
from tests.builders import fill, say

BATCH = 50


def test_fifty_enquiries_are_decided_at_once_and_a_bell_is_left_for_more(deps: Deps) -> None:
    fill(deps)
    say(deps, "1")
    with deps.sessions.begin() as session:
        one = session.scalars(select(Enquiry)).one()
        columns = [column for column in Enquiry.__table__.columns if column.computed is None]
        kept = {column.name: getattr(one, column.name) for column in columns}
        session.add_all(Enquiry(**{**kept, "id": uuid.uuid4()}) for _ in range(BATCH))
    assert decisions.score_due(deps) == BATCH
    with deps.sessions() as session:
        trails = select(OutboxRow.trail).where(OutboxRow.job == JobName.SCORE_DUE.value)
        assert "more" in session.scalars(trails).all()
    assert decisions.score_due(deps) == 1
    assert decisions.score_due(deps) == 0
