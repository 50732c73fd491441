"""An experiment counts what people did within the window, once the window is over for them."""

from datetime import timedelta

import pytest

from app.broadcast.experiment import Metric, Standing
from app.core.access import Role
from app.core.errors import NotAllowed, NotFound
from app.deps import Deps
from app.queries.experiments import experiment_of
from tests.console import an_actor
from tests.fakes import FixedClock
from tests.integration.campaigns.experimenting import (
    TERMS,
    a_campaign,
    complained,
    did,
    left,
    people,
)


def figures(deps, campaign_id):
    page = experiment_of(deps, an_actor(deps, Role.OPERATOR), campaign_id)
    return page, {row.trial.name: row.trial for row in page.rows}


def test_a_campaign_without_terms_has_no_experiment(deps: Deps) -> None:
    assert experiment_of(deps, an_actor(deps, Role.OPERATOR), a_campaign(deps, None)) is None


def test_no_campaign_has_none_and_no_stranger_sees_one(deps: Deps) -> None:
    with pytest.raises(NotFound):
        experiment_of(deps, an_actor(deps, Role.OPERATOR), 0)
    with pytest.raises(NotAllowed):
        experiment_of(deps, an_actor(deps, Role.ADMINISTRATOR), a_campaign(deps))


def test_before_anything_was_sent_there_is_no_figure(deps: Deps) -> None:
    campaign = a_campaign(deps)
    people(deps, campaign, "A", 3, state="queued", sent_at=None)
    page, trials = figures(deps, campaign)
    assert (page.verdict.standing, page.verdict.because) == (Standing.TOO_EARLY, "start")
    assert (trials["A"].assigned, trials["A"].sent, page.due_at) == (3, 0, None)
    assert not page.has_figures
    assert [row.rate for row in page.rows] == [None, None]


def test_who_waits_is_held_out_or_was_skipped_is_in_no_variants_figures(deps: Deps) -> None:
    campaign = a_campaign(deps)
    people(deps, campaign, "A", 2)
    people(deps, campaign, "A", 1, state="failed", reason="refused")
    people(deps, campaign, None, 4, state="queued", sent_at=None)
    people(deps, campaign, "", 3, state="skipped", reason="held_out", sent_at=None)
    page, trials = figures(deps, campaign)
    assert (page.waiting, page.held_out) == (4, 3)
    assert (trials["A"].assigned, trials["A"].sent) == (3, 2)


def test_what_people_did_counts_within_the_window_and_once_each(
    deps: Deps, clock: FixedClock
) -> None:
    campaign = a_campaign(deps)
    one, other, third, *_ = people(deps, campaign, "A", 5)
    did(deps, [one], "messaged", hours=-1)
    did(deps, [one, other], "messaged", hours=1)
    did(deps, [other], "menu", hours=2)
    did(deps, [other], "submitted", hours=23)
    did(deps, [third], "messaged", hours=24)
    complained(deps, [one])
    left(deps, [third])
    clock.moment += timedelta(days=1)
    _, trials = figures(deps, campaign)
    assert trials["A"].counted == 5
    assert trials["A"].did == {
        Metric.STARTED: 2, Metric.FINISHED: 1, Metric.UNFOLLOWED: 1, Metric.COMPLAINED: 1,
    }  # fmt: skip


def test_before_a_window_has_closed_its_people_do_not_count_but_their_harm_does(
    deps: Deps, clock: FixedClock
) -> None:
    campaign = a_campaign(deps)
    left(deps, people(deps, campaign, "A", 3)[:1])
    clock.moment += timedelta(hours=23)
    page, trials = figures(deps, campaign)
    assert (trials["A"].sent, trials["A"].counted) == (3, 0)
    assert trials["A"].harm(Metric.UNFOLLOWED).part == 1
    assert page.rows[0].rate is None


def test_a_clear_winner_is_named_once_the_days_are_over(deps: Deps, clock: FixedClock) -> None:
    campaign = a_campaign(deps)
    people(deps, campaign, "A", 40)
    did(deps, people(deps, campaign, "B", 40)[:30], "messaged", hours=1)
    clock.moment += timedelta(days=1, hours=23)
    early, _ = figures(deps, campaign)
    assert (early.verdict.standing, early.verdict.because) == (Standing.TOO_EARLY, "days")
    clock.moment = early.due_at
    page, _ = figures(deps, campaign)
    assert (page.verdict.standing, page.verdict.winner) == (Standing.WINNER, "B")
    assert [row.is_winner for row in page.rows] == [False, True]
    apart = page.rows[1].beside.apart
    assert apart.interval.low > 0
    assert apart.value == pytest.approx(0.75)


def test_a_broken_split_is_told_before_any_figure(deps: Deps) -> None:
    campaign = a_campaign(deps, {**TERMS, "minimum_per_arm": 1})
    people(deps, campaign, "A", 90)
    people(deps, campaign, "B", 40)
    page, _ = figures(deps, campaign)
    assert page.verdict.standing is Standing.BLOCKED_BY_SRM
