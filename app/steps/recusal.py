"""Nobody looks into a complaint about themselves, or about what they decided or closed before."""

from app.core.access import Actor
from app.core.errors import NotAllowed
from app.store import complaints, operators
from app.store.complaints import ENDED, Complaint
from app.store.operators import Operator
from app.store.session import Transaction


def is_recused(session: Transaction, who: Operator | Actor, complaint: Complaint) -> bool:
    """Say whether somebody must not handle this case."""
    if who.id is not None and complaint.about_operator == who.id:
        return True
    if complaint.closed_by == who.name and complaint.state not in ENDED:
        # Taken up again: whoever closed it has had their say.
        return True
    return who.name in complaints.list_deciders(session, complaint)


def check(session: Transaction, actor: Actor, complaint: Complaint) -> None:
    """Raise `NotAllowed` for whoever is complained about or decided the person's case."""
    if is_recused(session, actor, complaint):
        raise NotAllowed("Whoever it is about, or decided it, cannot handle it.", why="recused")


def check_other(session: Transaction, operator_id: int, complaint: Complaint) -> Operator:
    """Return who the case is to be given to; raise for whoever must not, or is not there."""
    operator = operators.get(session, operator_id)
    if is_recused(session, operator, complaint) or not operator.is_active:
        raise NotAllowed("This colleague cannot handle the case.", why="recused_other")
    return operator
