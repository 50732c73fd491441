"""The life of a model: which acts are allowed when, and what follows.

draft → validated → (shadow) → champion → retired. A retired one may be validated anew, so that the
last good card can come back by the same door.
"""

from collections.abc import Mapping
from enum import StrEnum

from app.core.errors import NotAllowed


class State(StrEnum):
    """Where a model stands."""

    DRAFT = "draft"
    VALIDATED = "validated"
    SHADOW = "shadow"
    CHAMPION = "champion"
    RETIRED = "retired"


class Act(StrEnum):
    """What somebody does to a model."""

    VALIDATE = "validate"
    SHADOW = "shadow"
    PUBLISH = "publish"
    RETIRE = "retire"


_RULES: Mapping[Act, tuple[tuple[State, ...], State]] = {
    Act.VALIDATE: ((State.DRAFT, State.RETIRED), State.VALIDATED),
    Act.SHADOW: ((State.VALIDATED,), State.SHADOW),
    Act.PUBLISH: ((State.VALIDATED, State.SHADOW), State.CHAMPION),
    Act.RETIRE: ((State.DRAFT, State.VALIDATED, State.SHADOW, State.CHAMPION), State.RETIRED),
}
_UNREADY: Mapping[tuple[Act, State], str] = {
    (Act.SHADOW, State.DRAFT): "not_validated",
    (Act.PUBLISH, State.DRAFT): "not_validated",
    (Act.PUBLISH, State.RETIRED): "not_validated",
}
_DONE: Mapping[Act, str] = {
    Act.VALIDATE: "validated",
    Act.SHADOW: "put in the shadow",
    Act.PUBLISH: "published",
    Act.RETIRE: "retired",
}
ASKABLE = frozenset({State.VALIDATED, State.SHADOW})
"""Here a second person may be asked to publish it."""


def may(act: Act, state: State) -> bool:
    """Say whether this may be done to a model that stands so."""
    return state in _RULES[act][0]


def after(act: Act, state: State) -> State:
    """Return where a model stands after an act; raise `NotAllowed` where it may not be done."""
    if not may(act, state):
        why = _UNREADY.get((act, state), "not_in_this_state")
        if why == "not_validated":
            raise NotAllowed("It has no validation record yet; validate it first.", why=why)
        raise NotAllowed(f"It is {state}, and cannot be {_DONE[act]} now.", why=why)
    return _RULES[act][1]
