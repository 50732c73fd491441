"""Who works on a case: held for some minutes, by one reviewer, so that nobody decides it twice."""

from datetime import datetime

from app.core.access import Actor
from app.core.dated import day_of
from app.core.errors import NotAllowed
from app.reviewing.rulebook import DeskRules, desk_rules
from app.store.enquiries import Review


def rules_of(now: datetime) -> DeskRules:
    """Return the desk's rules of today."""
    return desk_rules(day_of(now))


def identity(actor: Actor) -> int:
    """Return whose hands a case is put into; raise `NotAllowed` for a job."""
    if actor.id is None:
        raise NotAllowed("Only a reviewer works on a case.", why="no_right")
    return actor.id


def check_open(review: Review) -> None:
    """Raise `NotAllowed` when the case is over."""
    if review.state == "decided":
        raise NotAllowed(f"{review.decided_by} has decided it already.", why="case_decided")
    if review.state != "open":
        raise NotAllowed("The person has withdrawn; nothing is left to decide.", why="case_over")


def check_held(review: Review, actor: Actor, now: datetime) -> None:
    """Raise `NotAllowed` unless the case is open and this reviewer works on it."""
    check_open(review)
    if review.locked_by != identity(actor) or not is_locked(review, now):
        raise NotAllowed("Somebody else works on it, or your time ran out.", why="case_not_held")


def is_locked(review: Review, now: datetime) -> bool:
    """Say whether anybody works on the case now."""
    return review.locked_until is not None and review.locked_until > now


def hold(review: Review, actor: Actor, now: datetime) -> None:
    """Put the case into the reviewer's hands; raise `NotAllowed` when it is in somebody else's."""
    check_open(review)
    me = identity(actor)
    if is_locked(review, now) and review.locked_by != me:
        raise NotAllowed("Somebody else works on it now.", why="case_not_held")
    review.locked_by, review.locked_until = me, now + rules_of(now).lock


def let_go(review: Review) -> None:
    """Nobody works on the case any more."""
    review.locked_by = review.locked_until = None
