"""The page of an experiment: its variants side by side, how far apart, and what the rule says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.broadcast.experiment import Comparison, Metric, Trial, Verdict, compare, due_at
from app.broadcast.intervals import Interval, wilson
from app.broadcast.terms import Terms
from app.broadcast.types import read_definition
from app.core.access import Actor, Permission
from app.deps import Deps
from app.steps.experiments import STUCK, State, state_of
from app.store import campaigns
from app.store import experiments as store


@dataclass(frozen=True, slots=True)
class Row:
    """One variant: its people, the rate of the metric with its interval, and its harms so far."""

    trial: Trial
    rate: float | None
    interval: Interval
    beside: Comparison | None
    is_winner: bool
    stopped_by: Metric | None


@dataclass(frozen=True, slots=True)
class ExperimentPage:
    """An experiment as it is shown; `against` is the variant that the others are held beside."""

    campaign_id: int
    terms: Terms
    verdict: Verdict
    rows: Sequence[Row]
    against: str
    waiting: int
    held_out: int
    due_at: datetime | None
    judged_at: datetime | None
    chosen: str
    may_choose: bool

    @property
    def choices(self) -> tuple[str, ...]:
        """List the variants that a person may give the rest, where the rule cannot decide."""
        names = (row.trial.name for row in self.rows if row.stopped_by is None)
        return tuple(names) if self.may_choose and self.judged_at is None else ()

    @property
    def has_figures(self) -> bool:
        """Say whether anybody's window has closed."""
        return any(row.trial.counted for row in self.rows)


def experiment_of(deps: Deps, actor: Actor, campaign_id: int) -> ExperimentPage | None:
    """Return the experiment of a campaign; None where it has none. Raise `NotFound`."""
    actor.require(Permission.LOOK)
    now = deps.clock.now()
    with deps.sessions() as session:
        campaign = campaigns.get(session, campaign_id)
        definition = read_definition(campaign.definition)
        state = state_of(session, campaign_id, definition, now)
        if state is None:
            return None
        waiting, held_out = store.count_others(session, campaign_id)
    against = definition.variants[0].name
    started = state.started_at
    return ExperimentPage(
        campaign_id,
        state.terms,
        state.verdict,
        _rows(state, against),
        against,
        waiting,
        held_out,
        due_at(state.terms.rule, started) if started else None,
        state.judged_at,
        state.chosen,
        may_choose=actor.may(Permission.SEND)
        and campaign.state in ("sending", "paused")
        and state.verdict.standing in STUCK,
    )


def _rows(state: State, against: str) -> list[Row]:
    rule, verdict = state.terms.rule, state.verdict
    beside: Mapping[str, Comparison] = {
        one.name: one for one in compare(rule, state.trials, against)
    }
    return [
        Row(
            trial,
            trial.result(rule.metric).rate,
            wilson(trial.result(rule.metric), rule.confidence),
            beside.get(trial.name),
            trial.name == verdict.winner,
            verdict.broken.get(trial.name),
        )
        for trial in state.trials
    ]
