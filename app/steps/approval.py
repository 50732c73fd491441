"""Let what one person prepared be released by another: maker is not checker."""

from datetime import datetime, timedelta

from app.core.access import Actor, Permission
from app.core.errors import NotAllowed
from app.deps import Deps
from app.steps import audit
from app.store import approvals
from app.store.approvals import Approval
from app.store.session import Transaction

LAPSES_AFTER = timedelta(days=7)
"""A request that nobody has answered by then is asked anew; the number is ours."""


def ask(  # noqa: PLR0913 - what is asked for, of whom, and why belong together
    deps: Deps, session: Transaction, actor: Actor, subject: str, subject_id: object, *,
    title: str, content: str, reason: str = "",
) -> Approval:  # fmt: skip
    """Ask for a second person; an earlier open request about the same thing becomes void.

    `content` is everything that is to be released, as text: an edit of any of it voids the answer.
    """
    if actor.id is None:
        raise NotAllowed("Only an operator asks for a second person.")
    now = deps.clock.now()
    approvals.void(session, subject, str(subject_id), now)
    approval = Approval(
        subject=subject,
        subject_id=str(subject_id),
        title=title[:200],
        content_hash=_hash(deps, content),
        state="open",
        asked_by=actor.id,
        asked_at=now,
        expires_at=now + LAPSES_AFTER,
        reason=reason[:500],
    )
    session.add(approval)
    audit.record(deps, session, actor, audit.Act("approval_asked", subject, subject_id, reason))
    return approval


def answer(  # noqa: PLR0913 - see `ask`
    deps: Deps, session: Transaction, actor: Actor, subject: str, subject_id: object, *,
    content: str, approve: bool, words: str = "",
) -> Approval:  # fmt: skip
    """Approve or refuse; raise `NotAllowed` for the maker, for stale content, or when it lapsed."""
    actor.require(Permission.APPROVE)
    now = deps.clock.now()
    approval = approvals.get_open(session, subject, str(subject_id))
    _check(approval, actor, now)
    if approve and bytes(approval.content_hash) != _hash(deps, content):
        raise NotAllowed("It was changed after the request; ask again.", why="changed_since")
    approval.state = "approved" if approve else "refused"
    approval.decided_by, approval.decided_at, approval.answer = actor.id, now, words[:500]
    act = audit.Act(f"approval_{approval.state}", subject, subject_id, words)
    audit.record(deps, session, actor, act)
    return approval


def _check(approval: Approval, actor: Actor, now: datetime) -> None:
    if actor.id is None or approval.asked_by == actor.id:
        raise NotAllowed("Whoever asked cannot be the one who approves.", why="own_request")
    if approval.expires_at <= now:
        raise NotAllowed("The request has lapsed; ask again.", why="lapsed")


def _hash(deps: Deps, content: str) -> bytes:
    return deps.keyring.index("approval", content)
