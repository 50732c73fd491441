"""Experiments end by their rule, once: the rest gets the winner, what does harm goes no further."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.core.access import Role
from app.core.errors import NotAllowed, NotFound
from app.deps import Deps
from app.queries.experiments import experiment_of
from app.services import experiments
from app.store.campaigns import CampaignEvent, CampaignRecipient
from app.store.incidents import Incident
from tests.console import an_actor
from tests.fakes import FixedClock
from tests.integration.campaigns.experimenting import TERMS, a_campaign, did, left, people


def judged(deps, campaign_id):
    with deps.sessions() as session:
        return session.scalars(
            select(CampaignEvent).where(
                CampaignEvent.campaign_id == campaign_id, CampaignEvent.act == "experiment_judged"
            )
        ).all()


def counts(deps, campaign_id):
    with deps.sessions() as session:
        rows = session.execute(
            select(CampaignRecipient.variant, CampaignRecipient.state, func.count())
            .where(CampaignRecipient.campaign_id == campaign_id)
            .group_by(CampaignRecipient.variant, CampaignRecipient.state)
        )
        return {(variant, state): count for variant, state, count in rows}


def a_trial(deps, started_of_b=30, terms=TERMS):
    campaign = a_campaign(deps, terms)
    people(deps, campaign, None, 50, state="queued", sent_at=None)
    people(deps, campaign, "A", 40)
    did(deps, people(deps, campaign, "B", 40)[:started_of_b], "messaged", hours=1)
    return campaign


def test_nothing_is_given_to_the_rest_before_the_rule_says_so(
    deps: Deps, clock: FixedClock
) -> None:
    campaign = a_trial(deps)
    clock.moment += timedelta(days=1, hours=23)
    assert experiments.judge_due(deps) == 0
    assert counts(deps, campaign)[(None, "queued")] == 50


def test_the_rest_gets_the_winner_and_a_second_run_changes_nothing(
    deps: Deps, clock: FixedClock
) -> None:
    campaign = a_trial(deps)
    clock.moment += timedelta(days=2)
    assert experiments.judge_due(deps) == 1
    assert experiments.judge_due(deps) == 0
    assert counts(deps, campaign) == {("A", "sent"): 40, ("B", "sent"): 40, ("B", "queued"): 50}
    (event,) = judged(deps, campaign)
    assert (event.facts["winner"], event.facts["released"]) == ("B", 50)


def test_without_a_difference_the_rest_gets_what_is_listed_first(
    deps: Deps, clock: FixedClock
) -> None:
    campaign = a_trial(deps, started_of_b=1)
    clock.moment += timedelta(days=2)
    experiments.judge_due(deps)
    assert counts(deps, campaign)[("A", "queued")] == 50
    assert judged(deps, campaign)[0].facts["standing"] == "no_difference"


def test_the_figures_of_a_verdict_never_change_again(deps: Deps, clock: FixedClock) -> None:
    campaign = a_trial(deps)
    clock.moment += timedelta(days=2)
    viewer = an_actor(deps, Role.OPERATOR)
    live = experiment_of(deps, viewer, campaign)
    experiments.judge_due(deps)
    people(deps, campaign, "B", 100)
    clock.moment += timedelta(days=9)
    kept = experiment_of(deps, viewer, campaign)
    assert [row.trial for row in kept.rows] == [row.trial for row in live.rows]
    assert (kept.verdict.winner, kept.chosen) == ("B", "B")
    assert kept.judged_at is not None


def test_an_experiment_whose_campaign_has_finished_is_judged_all_the_same(
    deps: Deps, clock: FixedClock
) -> None:
    campaign = a_campaign(deps)
    people(deps, campaign, "A", 40)
    did(deps, people(deps, campaign, "B", 40)[:30], "messaged", hours=1)
    clock.moment += timedelta(days=2)
    assert experiments.judge_due(deps) == 1
    assert judged(deps, campaign)[0].facts["released"] == 0


def harmful(deps):
    campaign = a_campaign(deps)
    people(deps, campaign, None, 50, state="queued", sent_at=None)
    people(deps, campaign, "A", 200)
    left(deps, people(deps, campaign, "B", 200)[:40])
    people(deps, campaign, "B", 5, state="queued", sent_at=None)
    return campaign


def test_a_variant_that_does_harm_goes_no_further_and_nobody_gets_another_by_itself(
    deps: Deps,
) -> None:
    campaign = harmful(deps)
    assert experiments.judge_due(deps) == 0
    experiments.judge_due(deps)
    assert counts(deps, campaign) == {
        (None, "queued"): 50, ("A", "sent"): 200, ("B", "sent"): 200, ("B", "skipped"): 5,
    }  # fmt: skip
    with deps.sessions() as session:
        notes = session.scalars(select(CampaignEvent.facts).where(
            CampaignEvent.act == "variant_stopped")).all()  # fmt: skip
    assert notes == [{"variant": "B", "metric": "unfollow", "skipped": 5}]


def test_a_person_chooses_where_the_rule_cannot(deps: Deps) -> None:
    campaign, operator = harmful(deps), an_actor(deps, Role.OPERATOR)
    with pytest.raises(NotAllowed, match="No such variant"):
        experiments.choose(deps, operator, campaign, "B", "试试")
    with pytest.raises(NotAllowed, match="why"):
        experiments.choose(deps, operator, campaign, "A", " ")
    experiments.choose(deps, operator, campaign, "A", "B 版退订太多")
    assert counts(deps, campaign)[("A", "queued")] == 50
    (event,) = judged(deps, campaign)
    assert (event.actor, event.why) == (operator.name, "B 版退订太多")
    with pytest.raises(NotAllowed, match="rule decides"):
        experiments.choose(deps, operator, campaign, "A", "再来")


def test_where_the_rule_decides_nobody_chooses_and_an_approver_never(
    deps: Deps, clock: FixedClock
) -> None:
    campaign, operator = a_trial(deps), an_actor(deps, Role.OPERATOR)
    clock.moment += timedelta(days=2)
    with pytest.raises(NotAllowed, match="rule decides"):
        experiments.choose(deps, operator, campaign, "A", "我喜欢 A")
    with pytest.raises(NotAllowed):
        experiments.choose(deps, an_actor(deps, Role.APPROVER), campaign, "A", "我喜欢 A")
    with pytest.raises(NotFound):
        experiments.choose(deps, operator, a_campaign(deps, None), "A", "我喜欢 A")


def test_a_broken_split_calls_somebody_once_and_chooses_nobody(deps):
    campaign = a_campaign(deps, {**TERMS, "minimum_per_arm": 1})
    people(deps, campaign, "A", 90)
    people(deps, campaign, "B", 40)
    assert [experiments.judge_due(deps), experiments.judge_due(deps)] == [0, 0]
    with deps.sessions() as session:
        incident = session.scalars(select(Incident)).one()
    assert (incident.kind, incident.scope) == ("experiment_split", str(campaign))
    experiments.choose(deps, an_actor(deps, Role.OPERATOR), campaign, "A", "B 的名单传错了")
    with deps.sessions() as session:
        assert session.scalars(select(Incident)).one().closed_at is not None


def test_where_the_sample_is_over_and_too_small_a_person_chooses(
    deps: Deps, clock: FixedClock
) -> None:
    campaign, operator = a_campaign(deps), an_actor(deps, Role.OPERATOR)
    people(deps, campaign, None, 50, state="queued", sent_at=None)
    people(deps, campaign, "A", 10)
    people(deps, campaign, "B", 9)
    (late,) = people(deps, campaign, "B", 1, state="queued", sent_at=None)
    clock.moment += timedelta(days=4)
    assert experiments.judge_due(deps) == 0
    with pytest.raises(NotAllowed, match="rule decides"):
        experiments.choose(deps, operator, campaign, "B", "还有一位没轮到")
    with deps.sessions.begin() as session:
        session.get_one(CampaignRecipient, (campaign, late)).state = "skipped"
    page = experiment_of(deps, operator, campaign)
    assert (page.verdict.standing, page.choices) == ("too_few", ("A", "B"))
    assert experiments.judge_due(deps) == 0
    experiments.choose(deps, operator, campaign, "B", "人群太小，选更清楚的一版")
    assert counts(deps, campaign)[("B", "queued")] == 50
    kept = experiment_of(deps, operator, campaign)
    assert (kept.verdict.standing, kept.chosen) == ("too_few", "B")
