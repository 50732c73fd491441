"""Record what a delivery was: somebody followed, scanned, pressed or wrote; never the words."""

from app.core.types import Attachment, Followed, Inbound, MenuClicked, Place, Scanned, Text
from app.steps.effects import TurnContext, happened


def record_arrival(context: TurnContext, inbound: Inbound) -> None:
    """Add the act that this delivery is."""
    if isinstance(inbound, Followed):
        happened(context, "followed", "again" if _was_here(context) else "new")
    elif isinstance(inbound, Scanned):
        happened(context, "scanned", inbound.scene)
    elif isinstance(inbound, MenuClicked):
        happened(context, "menu", inbound.key)
    else:
        happened(context, "messaged", _kind(inbound))


def _was_here(context: TurnContext) -> bool:
    return context.seat.row is not None or "erased" in context.loaded.markers


def _kind(inbound: Inbound) -> str:
    if isinstance(inbound, Text):
        return "tap" if inbound.option_id else "text"
    if isinstance(inbound, Attachment):
        return inbound.kind
    return "place" if isinstance(inbound, Place) else ""
