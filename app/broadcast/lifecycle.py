"""The life of a campaign: which acts are allowed when, and what follows.

draft → rehearsed → approved → scheduled → sending ⇄ paused → finished | cancelled. Any edit leads
back to draft, and another rehearsal back to rehearsed: what was approved was something else.
"""

from collections.abc import Mapping
from enum import StrEnum

from app.core.errors import NotAllowed


class State(StrEnum):
    """Where a campaign stands."""

    DRAFT = "draft"
    REHEARSED = "rehearsed"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class Act(StrEnum):
    """What somebody, or the clock, does to a campaign."""

    EDIT = "edit"
    REHEARSE = "rehearse"
    APPROVE = "approve"
    LAPSE = "lapse"
    SCHEDULE = "schedule"
    LAUNCH = "launch"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    FINISH = "finish"


_NOT_STARTED = (State.DRAFT, State.REHEARSED, State.APPROVED, State.SCHEDULED)
_RULES: Mapping[Act, tuple[tuple[State, ...], State]] = {
    Act.EDIT: (_NOT_STARTED, State.DRAFT),
    Act.REHEARSE: (_NOT_STARTED, State.REHEARSED),
    Act.APPROVE: ((State.REHEARSED,), State.APPROVED),
    Act.LAPSE: ((State.APPROVED, State.SCHEDULED), State.DRAFT),
    Act.SCHEDULE: ((State.APPROVED,), State.SCHEDULED),
    Act.LAUNCH: ((State.APPROVED, State.SCHEDULED), State.SENDING),
    Act.PAUSE: ((State.SENDING,), State.PAUSED),
    Act.RESUME: ((State.PAUSED,), State.SENDING),
    Act.CANCEL: ((*_NOT_STARTED, State.SENDING, State.PAUSED), State.CANCELLED),
    # Paused too: its time may be over while it is held.
    Act.FINISH: ((State.SENDING, State.PAUSED), State.FINISHED),
}
_UNREADY: Mapping[tuple[Act, State], str] = {
    (Act.APPROVE, State.DRAFT): "not_rehearsed",
    (Act.LAUNCH, State.DRAFT): "not_approved",
    (Act.LAUNCH, State.REHEARSED): "not_approved",
}
_SAYS: Mapping[str, str] = {
    "not_rehearsed": "It has not been rehearsed since it was last changed.",
    "not_approved": "It has not been approved since it was last changed.",
}
_DONE: Mapping[Act, str] = {
    Act.EDIT: "edited",
    Act.REHEARSE: "rehearsed",
    Act.APPROVE: "approved",
    Act.LAPSE: "called lapsed",
    Act.SCHEDULE: "scheduled",
    Act.LAUNCH: "launched",
    Act.PAUSE: "paused",
    Act.RESUME: "resumed",
    Act.CANCEL: "cancelled",
    Act.FINISH: "finished",
}
OVER = frozenset({State.FINISHED, State.CANCELLED})
"""Nothing follows these."""
LAUNCHED = frozenset({State.SENDING, State.PAUSED, State.FINISHED})
"""Its recipients are frozen."""


def may(act: Act, state: State) -> bool:
    """Say whether this may be done to a campaign that stands so."""
    return state in _RULES[act][0]


def after(act: Act, state: State) -> State:
    """Return where a campaign stands after an act; raise `NotAllowed` where it may not be done."""
    if not may(act, state):
        why = _UNREADY.get((act, state), "not_in_this_state")
        plainly = f"It is {state}, and cannot be {_DONE[act]} now."
        raise NotAllowed(_SAYS.get(why, plainly), why=why)
    return _RULES[act][1]
