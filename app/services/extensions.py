"""Give a complaint more time: asked by who handles it, released by a second person."""

import json

from app.core.access import Actor
from app.core.errors import NotAllowed
from app.deps import Deps
from app.dialogue.types import Say
from app.steps import approval, cases
from app.steps.staff_words import Draft, fitting, queue_words, require_desk
from app.store.complaints import Complaint

SUBJECT = "complaint_extension"


def ask(deps: Deps, actor: Actor, complaint_id: int, *, reason: str) -> None:
    """Ask for the time until the last day that is allowed."""
    require_desk(actor)
    if not reason.strip():
        raise NotAllowed("It needs words.", why="words_missing")
    with cases.handled(deps, actor, complaint_id) as hand:
        session, case = hand.session, hand.case
        if case.extended_at is not None or case.final_due_at >= case.last_due_at:
            raise NotAllowed("There is no more time to be had.", why="no_more_time")
        title = f"{case.number} {case.final_due_at:%Y-%m-%d} → {case.last_due_at:%Y-%m-%d}"
        approval.ask(
            deps, session, actor, SUBJECT, case.id,
            title=title, content=_content(case), reason=reason.strip(),
        )  # fmt: skip
        hand.enter("asked_time", reason)


def answer(deps: Deps, actor: Actor, complaint_id: int, *, approve: bool, words: str = "") -> None:
    """Release or refuse more time, as a second person; the person who complained is told."""
    with deps.sessions.begin() as session:
        hand = cases.take(deps, session, actor, complaint_id)
        case, person = hand.case, hand.person
        asked = approval.answer(
            deps, session, actor, SUBJECT, case.id,
            content=_content(case), approve=approve, words=words,
        )  # fmt: skip
        if not approve:
            hand.enter("refused_time", words)
            return
        case.final_due_at, case.extended_at = case.last_due_at, deps.clock.now()
        hand.enter("extended", asked.reason)
        if person is not None:
            told = {**hand.values(asked.reason), "due_on": case.final_due_at}
            text = fitting(deps, Say("complaint.extended", told))
            draft = Draft("complaint.extended", text, f"complaint-{case.id}")
            queue_words(deps, session, person, draft)


def _content(case: Complaint) -> str:
    """Return what is released: any change of it voids the answer."""
    return json.dumps(
        {
            "complaint": case.id,
            "from": case.final_due_at.isoformat(),
            "to": case.last_due_at.isoformat(),
        }
    )
