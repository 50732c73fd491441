"""An experiment as it stands: what the rows say, judged by the terms it started with."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from app.broadcast.experiment import Metric, Standing, Trial, Verdict, judge
from app.broadcast.guardrails import guardrails_on
from app.broadcast.terms import Terms
from app.broadcast.types import Definition
from app.store import experiments as store
from app.store.experiments import VariantSums
from app.store.session import Transaction

FINAL = frozenset({Standing.WINNER, Standing.NO_DIFFERENCE})
"""After these nothing is counted any more."""
STUCK = frozenset({Standing.BLOCKED_BY_SRM, Standing.STOPPED, Standing.TOO_FEW})
"""The rule cannot decide here, and a person may."""


@dataclass(frozen=True, slots=True)
class State:
    """Where an experiment stands; `started_at` once something was sent.

    `judged_at` once the verdict is kept; `chosen`: what the rest was given then.
    """

    terms: Terms
    trials: tuple[Trial, ...]
    verdict: Verdict
    started_at: datetime | None
    judged_at: datetime | None = None
    chosen: str = ""


def state_of(
    session: Transaction, campaign_id: int, definition: Definition, now: datetime
) -> State | None:
    """Return where the experiment of a campaign stands; None where it has none."""
    terms = definition.experiment
    if terms is None:
        return None
    kept = store.verdict_of(session, campaign_id)
    if kept is not None:
        return _read(terms, *kept)
    sums = {one.variant: one for one in store.sum_up(session, campaign_id, terms.rule.window, now)}
    trials = tuple(_trial(one.name, one.share, sums.get(one.name)) for one in definition.variants)
    firsts = [one.first_sent_at for one in sums.values() if one.first_sent_at is not None]
    started_at = min(firsts, default=None)
    if started_at is None:
        return State(terms, trials, Verdict(Standing.TOO_EARLY, because="start"), None)
    verdict = judge(terms.rule, guardrails_on(now), trials, started_at, now)
    return State(terms, trials, verdict, started_at)


def to_facts(state: State) -> dict[str, Any]:
    """Return a state as an event of the campaign keeps it."""
    verdict = state.verdict
    return {
        "standing": verdict.standing.value,
        "winner": verdict.winner,
        "split_chance": verdict.split_chance,
        "broken": dict(verdict.broken),
        "trials": [asdict(one) for one in state.trials],
        "started_at": state.started_at.isoformat() if state.started_at else None,
    }


def _read(terms: Terms, at: datetime, facts: Mapping[str, Any]) -> State:
    verdict = Verdict(
        Standing(facts["standing"]),
        winner=facts["winner"],
        split_chance=facts["split_chance"],
        broken=_metrics(facts["broken"]),
    )
    started = facts["started_at"]
    return State(
        terms,
        tuple(_kept(facts["trials"])),
        verdict,
        datetime.fromisoformat(started) if started else None,
        judged_at=at,
        chosen=facts.get("chosen", ""),
    )


def _kept(trials: Sequence[Mapping[str, Any]]) -> Sequence[Trial]:
    return [
        Trial(
            one["name"],
            one["share"],
            one["assigned"],
            one["sent"],
            one["counted"],
            {Metric(name): count for name, count in one["did"].items()},
            {Metric(name): count for name, count in one["harmed"].items()},
        )
        for one in trials
    ]


def _metrics(broken: Mapping[str, str]) -> dict[str, Metric]:
    return {name: Metric(metric) for name, metric in broken.items()}


def _trial(name: str, share: float, sums: VariantSums | None) -> Trial:
    if sums is None:
        return Trial(name, share, 0, 0, 0)
    did = {
        Metric.STARTED: sums.started,
        Metric.FINISHED: sums.finished,
        Metric.UNFOLLOWED: sums.left,
        Metric.COMPLAINED: sums.complained,
    }
    harmed = {
        Metric.UNFOLLOWED: sums.left_so_far,
        Metric.COMPLAINED: sums.complained_so_far,
    }
    return Trial(name, share, sums.assigned, sums.sent, sums.counted, did, harmed, sums.open)
