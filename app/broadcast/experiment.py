"""Which variant won, by a rule fixed before the start: winner, no difference, or why not yet.

The moment of the verdict depends on days and on how many people were counted, never on what they
did: looking every hour therefore costs nothing, and the first verdict that is final is the verdict.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from app.broadcast.guardrails import Guardrail, broken_by
from app.broadcast.intervals import (
    Estimate,
    Proportion,
    chance_of_split,
    difference,
    relative_lift,
)

MISMATCH = 0.001
"""Below this chance a split is broken (issue 4; GrowthBook warns at the same)."""
MISMATCH_LEAST = 8
"""People expected in an arm before its split is looked at, as GrowthBook has it."""
_TWO = 2


class Metric(StrEnum):
    """What people do within the window after they were sent something."""

    STARTED = "conversation_started"
    FINISHED = "form_finished"
    UNFOLLOWED = "unfollow"
    COMPLAINED = "complaint"

    @property
    def is_harm(self) -> bool:
        """Say whether less of it is better."""
        return self in (Metric.UNFOLLOWED, Metric.COMPLAINED)


class Standing(StrEnum):
    """What an experiment came to."""

    WINNER = "winner"
    NO_DIFFERENCE = "no_difference"
    TOO_EARLY = "too_early"
    TOO_FEW = "too_few"
    BLOCKED_BY_SRM = "blocked_by_srm"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Rule:
    """What decides, written down before the start.

    `window`: how long after being sent what people do still counts. `minimum_days`: whole days
    from the start, so that no hour of the day weighs more. `minimum_per_arm`: people whose window
    has closed.
    """

    metric: Metric
    minimum_per_arm: int
    minimum_days: int
    confidence: float = 0.95
    window: timedelta = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of one variant's sample.

    `assigned`: everybody frozen at launch; `open`: of these, who has no end yet; `sent`: what
    reached the platform; `counted`: of these, whose window has closed; `did`: how many of the
    counted did it, within their window; `harmed`: how many of the sent did, so far.
    """

    name: str
    share: float
    assigned: int
    sent: int
    counted: int
    did: Mapping[Metric, int] = field(default_factory=dict)
    harmed: Mapping[Metric, int] = field(default_factory=dict)
    open: int = 0

    @property
    def is_over(self) -> bool:
        """Say whether nobody more will ever count."""
        return not self.open and self.counted == self.sent

    def result(self, metric: Metric) -> Proportion:
        """Return how many did it, of those whose window has closed."""
        return Proportion(self.did.get(metric, 0), self.counted)

    def harm(self, metric: Metric) -> Proportion:
        """Return how many did it so far, of those who were sent something."""
        return Proportion(self.harmed.get(metric, 0), self.sent)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One variant beside another: apart by so much, and by what part; None where nobody counts."""

    name: str
    against: str
    apart: Estimate | None
    lift: Estimate | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rule says now; `broken` names variants and the guardrails that stopped them.

    `split_chance`: how likely this split is by chance. `because`: days or people, while early.
    """

    standing: Standing
    winner: str = ""
    because: str = ""
    split_chance: float = 1.0
    broken: Mapping[str, Metric] = field(default_factory=dict)


def judge(
    rule: Rule,
    guardrails: Sequence[Guardrail],
    trials: Sequence[Trial],
    started_at: datetime,
    now: datetime,
) -> Verdict:
    """Apply the rule: harm first, then the split, then time and people, then the metric.

    A broken split blocks a winner even early. Where the whole sample has been tried and is smaller
    than the rule asks for, waiting longer helps nobody, and the rule says so. Of a variant that a
    guardrail stopped nothing more is sent, so the others are judged without it; with fewer than
    two left nothing is compared.
    """
    broken = broken_variants(guardrails, trials)
    left = [one for one in trials if one.name not in broken]
    if len(left) < _TWO:
        return Verdict(Standing.STOPPED, broken=broken)
    early = _why_early(rule, left, started_at, now)
    chance = split_chance(left, is_counted=not early)
    if chance < MISMATCH:
        return Verdict(Standing.BLOCKED_BY_SRM, split_chance=chance, broken=broken)
    if early:
        if early == "people" and all(one.is_over for one in left):
            return Verdict(Standing.TOO_FEW, split_chance=chance, broken=broken)
        return Verdict(Standing.TOO_EARLY, because=early, split_chance=chance, broken=broken)
    winner = _winner(rule, left)
    standing = Standing.WINNER if winner else Standing.NO_DIFFERENCE
    return Verdict(standing, winner=winner, split_chance=chance, broken=broken)


def broken_variants(
    guardrails: Sequence[Guardrail], trials: Sequence[Trial]
) -> Mapping[str, Metric]:
    """Name the variants that do harm beyond doubt, each with the first guardrail it broke."""
    found: dict[str, Metric] = {}
    for guardrail in guardrails:
        metric = Metric(guardrail.metric)
        for one in trials:
            if broken_by(guardrail, one.harm(metric)):
                found.setdefault(one.name, metric)
    return found


def due_at(rule: Rule, started_at: datetime) -> datetime:
    """Return the earliest moment of a verdict: whole days, and the window of who came first."""
    return started_at + max(timedelta(days=rule.minimum_days), rule.window)


def compare(rule: Rule, trials: Sequence[Trial], against: str) -> tuple[Comparison, ...]:
    """Set every other variant beside one, at the rule's confidence shared over the comparisons."""
    base = next(one for one in trials if one.name == against)
    others = [one for one in trials if one.name != against]
    confidence = shared_confidence(rule.confidence, len(others))
    mine = base.result(rule.metric)
    return tuple(
        Comparison(
            one.name,
            against,
            difference(one.result(rule.metric), mine, confidence),
            relative_lift(one.result(rule.metric), mine, confidence),
        )
        for one in others
    )


def shared_confidence(confidence: float, comparisons: int) -> float:
    """Share the doubt over so many comparisons: Bonferroni, as in O. J. Dunn, JASA 56 (1961)."""
    return 1 - (1 - confidence) / max(comparisons, 1)


def split_chance(trials: Sequence[Trial], *, is_counted: bool) -> float:
    """Return how likely the split is: of everybody assigned, or of the counted once it is due.

    While batches are on their way one variant is ahead of another, which proves nothing.
    """
    counts = [one.counted if is_counted else one.assigned for one in trials]
    shares = [one.share for one in trials]
    if sum(counts) * min(shares) / sum(shares) < MISMATCH_LEAST:
        return 1.0
    return chance_of_split(counts, shares)


def _why_early(rule: Rule, trials: Sequence[Trial], started_at: datetime, now: datetime) -> str:
    if now < due_at(rule, started_at):
        return "days"
    return "people" if any(one.counted < rule.minimum_per_arm for one in trials) else ""


def _winner(rule: Rule, trials: Sequence[Trial]) -> str:
    """Return the variant whose interval against each other one leaves out zero on its good side."""
    sign = -1 if rule.metric.is_harm else 1
    ranked = sorted(
        trials, key=lambda one: sign * (one.result(rule.metric).rate or 0.0), reverse=True
    )
    best = ranked[0]
    for other in compare(rule, trials, best.name):
        # `apart` is the other one minus the best.
        ahead = other.apart and (
            other.apart.interval.low > 0 if rule.metric.is_harm else other.apart.interval.high < 0
        )
        if not ahead:
            return ""
    return best.name
