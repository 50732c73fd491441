"""What a round of a campaign needs to know before it sends: read anew before every batch."""

from dataclasses import dataclass

from app.broadcast.types import Definition


@dataclass(frozen=True, slots=True)
class Plan:
    """A campaign that may send now, as its row says at this moment."""

    campaign_id: int
    definition: Definition
