"""Say whether people would hear the same reasons from a card fitted on others like them.

A reason that changes with every refit is chance, not a reason. The declined of a card are scored by
its refits too, and the heaviest adverse group and the set of up to four are held side by side.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scoring.card import Card
from scoring.card.scalar import reasons


@dataclass(frozen=True, slots=True)
class Steadiness:
    """How far refits tell the reasons of a card; shares of all pairs of a refit and a declined row.

    `same_first`: the heaviest reason is the same. `first_among`: it is still among those told.
    `overlap`: the mean share of the reasons told by either that both tell.
    """

    declined: int
    refits: int
    same_first: float
    first_among: float
    overlap: float


def steadiness(
    card: Card, refits: Sequence[Card], rows: Sequence[Mapping[str, object]], cut_off: int
) -> Steadiness | None:
    """Compare the reasons of rows below a cut-off; none where nobody is declined with a reason."""
    told = []
    for row in rows:
        score = card.score(row)
        own = reasons(score.contributions)
        if score.total < cut_off and own:
            told.append((row, own))
    if not told or not refits:
        return None
    pairs = [
        (own, reasons(other.score(row).contributions)) for other in refits for row, own in told
    ]
    count = len(pairs)
    return Steadiness(
        declined=len(told),
        refits=len(refits),
        same_first=sum(own[0] in other[:1] for own, other in pairs) / count,
        first_among=sum(own[0] in other for own, other in pairs) / count,
        overlap=sum(_overlap(own, other) for own, other in pairs) / count,
    )


def _overlap(own: Sequence[str], other: Sequence[str]) -> float:
    return len(set(own) & set(other)) / len(set(own) | set(other))
