"""Only authorised staff write and approve marketing (M-01)."""

from app.core.access import Actor
from app.core.errors import NotAllowed
from app.store import operators
from app.store.session import Transaction


def require_marketing(session: Transaction, actor: Actor) -> None:
    """Raise `NotAllowed` unless the operator's authorisation for marketing is active now.

    It is read from the row, not from what was true at sign-in: whoever lost it can do no more.
    """
    if actor.id is None:
        return
    operator = operators.get(session, actor.id)
    if not (operator.is_active and operator.is_marketing_authorised):
        raise NotAllowed(
            f"{actor.name} is not authorised for marketing.", why="not_marketing_authorised"
        )
