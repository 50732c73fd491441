"""What the operators' switch holds back now, for whoever asks the contact rule."""

from app.contact.types import MessageClass
from app.store import stops
from app.store.session import Transaction

EVERY_CLASS = frozenset(MessageClass)


def stopped_classes(session: Transaction) -> frozenset[MessageClass]:
    """Return the classes of messages that are stopped at this moment."""
    standing = stops.standing_classes(session)
    if stops.EVERYTHING in standing:
        return EVERY_CLASS
    return frozenset(one for one in MessageClass if one.value in standing)
