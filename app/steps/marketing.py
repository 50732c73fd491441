"""Only authorised staff write and approve marketing (M-01)."""

from app.core.access import Actor
from app.core.errors import NotAllowed
from app.store import operators
from app.store.operators import Operator
from app.store.session import Transaction


def require_marketing(session: Transaction, actor: Actor) -> None:
    """Raise `NotAllowed` unless the operator's authorisation for marketing is active now.

    It is read from the row, not from what was true at sign-in: whoever lost it can do no more.
    """
    if actor.id is not None:
        _require(operators.get(session, actor.id), actor.name)


def require_marketing_still(session: Transaction, name: str) -> None:
    """Raise the same of whoever wrote or approved something earlier."""
    _require(operators.find_by_name(session, name), name)


def _require(operator: Operator | None, name: str) -> None:
    if operator is None or not (operator.is_active and operator.is_marketing_authorised):
        raise NotAllowed(f"{name} is not authorised for marketing.", why="not_marketing_authorised")
