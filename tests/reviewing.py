"""Work at the review desk: take a case and decide it, as a reviewer does."""

import uuid

from app.core.access import Actor, Role
from app.core.errors import NotAllowed
from app.deps import Deps
from app.services import reviews, verdicts
from app.services.verdicts import Verdicted
from tests.console import an_actor


def a_reviewer(deps: Deps, name: str = "") -> Actor:
    """Make somebody who decides."""
    return an_actor(deps, Role.REVIEWER, name=name)


def an_approver(deps: Deps, name: str = "") -> Actor:
    """Make a second person."""
    return an_actor(deps, Role.APPROVER, name=name)


def decide(
    deps: Deps, review_id: int, approved_fen: int | None = None, *, note: str = ""
) -> uuid.UUID | None:
    """Let somebody new take the case and decide it; what is refused leaves it free."""
    reviewer = a_reviewer(deps)
    reviews.take(deps, reviewer, review_id)
    wanted = Verdicted(approved_fen, reason="in_words", note=note)
    try:
        return verdicts.decide_review(deps, reviewer, review_id, wanted).decision_id
    except NotAllowed:
        reviews.release(deps, reviewer, review_id)
        raise
