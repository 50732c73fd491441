"""What waits for a second person: for me, of mine, and what lapsed unanswered."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, cast, select

from app.core.access import Actor, Permission
from app.deps import Deps
from app.store.approvals import Approval
from app.store.contents import ContentVersion
from app.store.operators import Operator

_LATELY = timedelta(days=30)
_MOST = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """One request: what it is about, who asked and why, and until when it can be answered.

    `kind` is what the content's page needs beside its id: welcome words, keywords, the menu.
    """

    subject: str
    subject_id: str
    kind: str
    title: str
    reason: str
    asked_by: str
    is_mine: bool
    asked_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Desk:
    """The requests that this person may answer, those that are theirs, and what lapsed lately."""

    for_me: tuple[Waiting, ...]
    others: tuple[Waiting, ...]
    mine: tuple[Waiting, ...]
    lapsed: tuple[Waiting, ...]


def desk(deps: Deps, actor: Actor) -> Desk:
    """Return what waits for a second person, the oldest first."""
    actor.require(Permission.LOOK)
    now = deps.clock.now()
    statement = (
        select(Approval, Operator.name, ContentVersion.kind)
        .join(Operator, Operator.id == Approval.asked_by)
        .outerjoin(
            ContentVersion,
            (Approval.subject == "content")
            & (cast(ContentVersion.id, String) == Approval.subject_id),
        )
        .where(Approval.state == "open", Approval.expires_at > now - _LATELY)
        .order_by(Approval.asked_at)
        .limit(_MOST)
    )
    with deps.sessions() as session:
        rows = [_waiting(*row, actor) for row in session.execute(statement)]
    live = [one for one in rows if one.expires_at > now]
    foreign = tuple(one for one in live if not one.is_mine)
    may = actor.may(Permission.APPROVE)
    return Desk(
        for_me=foreign if may else (),
        others=() if may else foreign,
        mine=tuple(one for one in live if one.is_mine),
        lapsed=tuple(one for one in rows if one.expires_at <= now),
    )


def _waiting(row: Approval, asker: str, kind: str | None, actor: Actor) -> Waiting:
    return Waiting(
        subject=row.subject,
        subject_id=row.subject_id,
        kind=kind or "",
        title=row.title,
        reason=row.reason,
        asked_by=asker,
        is_mine=row.asked_by == actor.id,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
    )
