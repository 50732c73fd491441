"""Cases to work on: people whose wish for a person waits at the desk."""

import itertools

from sqlalchemy import select

from app.core.access import Actor
from app.deps import Deps
from app.services import reviews
from app.store.enquiries import Review
from tests.builders import SALARIED, finish, say

_numbers = itertools.count(1)


def a_person(deps: Deps, *, words: tuple[str, ...] = SALARIED) -> str:
    """Let somebody finish the form and ask for a person; return their openid."""
    openid = f"oDeskTestPerson{next(_numbers):013d}"
    finish(deps, words=words, openid=openid)
    say(deps, "人工复核", openid=openid)
    return openid


def some_cases(deps: Deps, count: int) -> list[int]:
    """Return the ids of so many open cases, the first opened first."""
    for _ in range(count):
        a_person(deps)
    with deps.sessions() as session:
        return list(session.scalars(select(Review.id).order_by(Review.id)))


def a_case(deps: Deps) -> int:
    """Return one open case."""
    return some_cases(deps, 1)[-1]


def taken(deps: Deps, actor: Actor) -> int:
    """Return one open case in a reviewer's hands."""
    case = a_case(deps)
    reviews.take(deps, actor, case)
    return case


def row(deps: Deps, case: int) -> Review:
    """Return a case as it is now."""
    with deps.sessions() as session:
        found = session.get(Review, case)
        assert found is not None
        return found
