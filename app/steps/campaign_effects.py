"""What a campaign caused afterwards: what those whom it reached did, and those it left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.broadcast.intervals import Estimate, Proportion, difference
from app.broadcast.outcomes import ATTRIBUTED
from app.broadcast.types import Definition
from app.store import campaign_effects as store
from app.store.campaign_effects import EFFECTS
from app.store.campaign_launch import Places
from app.store.session import Transaction

DAYS = ATTRIBUTED.days
"""How long after the message an act counts as after it; the page states it."""
CONFIDENCE = 95
"""How sure the intervals beside the held out are, in percent."""


@dataclass(frozen=True, slots=True)
class Beside:
    """One effect, among those who were meant to get it and those who were left out."""

    kind: str
    meant: Proportion
    held_out: Proportion
    apart: Estimate | None

    @property
    def is_sure(self) -> bool:
        """Say whether the interval leaves out zero."""
        return self.apart is not None and not self.apart.interval.holds(0)


@dataclass(frozen=True, slots=True)
class After:
    """How many people it reached, and how many of them did each thing within `days` of it.

    `beside`: only where some were left out. Both sides are as chance divided them, whether the
    message arrived or not, and count from the first message on: only so is the difference the
    campaign's doing.
    """

    people: int
    counts: Mapping[str, int]
    beside: Sequence[Beside]
    days: int
    is_running: bool
    confidence: int = CONFIDENCE


def effects_of(
    session: Transaction, campaign_id: int, definition: Definition, now: datetime
) -> After:
    """Count what followed; each person once for each thing."""
    span = store.span(session, campaign_id)
    if span is None:
        return After(0, dict.fromkeys(EFFECTS, 0), (), DAYS, is_running=False)
    people, counts = store.count_effects(session, store.reached(campaign_id), ATTRIBUTED)
    split, beside = definition.split, tuple[Beside, ...]()
    if split is not None and split.hold_out:
        arms = tuple((one.name, one.share) for one in split.arms)
        places = Places(arms, split.hold_out, split.sample)
        beside = _beside(session, campaign_id, span[0], places)
    return After(people, counts, beside, DAYS, is_running=now < span[1] + ATTRIBUTED)


def _beside(
    session: Transaction, campaign_id: int, since: datetime, places: Places
) -> tuple[Beside, ...]:
    tried = store.tried(campaign_id, since, places)
    meant, did = store.count_effects(session, tried, ATTRIBUTED)
    out = store.held_out(campaign_id, since)
    left_out, did_too = store.count_effects(session, out, ATTRIBUTED)
    return tuple(
        _compare(kind, Proportion(did[kind], meant), Proportion(did_too[kind], left_out))
        for kind in EFFECTS
    )


def _compare(kind: str, meant: Proportion, held_out: Proportion) -> Beside:
    return Beside(kind, meant, held_out, difference(meant, held_out, CONFIDENCE / 100))
