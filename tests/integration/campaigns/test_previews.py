"""One real person, masked: what they would read of a campaign, and whether they would at all."""

from dataclasses import replace

import pytest

from app.broadcast.types import Unfit
from app.core.access import Role
from app.core.errors import NotFound
from app.deps import Deps
from app.queries import campaign_previews as previews
from app.services import campaigns
from tests.console import an_actor
from tests.integration.campaigns.planning import WORDS, plan, two_people
from tests.integration.segments.people import someone

OFFER = "广告\n{机构}：{产品}，{年化区间}。\n不想再收到，发“不再推送”。"
NEWER = "征信报告一年可以免费查两次，手机银行里也能查。"
VARIANTS = [
    {"name": "A", "content": {"text": WORDS}, "share": 0.5},
    {"name": "B", "content": {"text": NEWER}, "share": 0.5},
]
TERMS = {"metric": "conversation_started", "minimum_per_arm": 20, "minimum_days": 2}


@pytest.fixture
def maker(deps: Deps):
    return two_people(deps)[0]


def shown(deps: Deps, maker, **changes):
    return previews.of_campaign(deps, maker, campaigns.plan(deps, maker, plan(**changes)))


def compared(deps: Deps, maker, **changes) -> int:
    """Plan one with two variants."""
    return campaigns.plan(deps, maker, {**plan(variants=VARIANTS, **changes), "content": None})


def test_the_figures_are_those_of_the_product_record(deps: Deps, maker) -> None:
    someone(deps)
    found = shown(deps, maker, **{"class": "marketing", "content": {"text": OFFER}})
    assert "{" not in found.said.text
    assert "IRR" in found.said.text
    assert found.missing == ()


def no_rulebook():
    raise NotFound("No policy is in force.")


def test_without_a_product_record_it_is_said_what_has_no_value(deps: Deps, maker) -> None:
    someone(deps)
    campaign = campaigns.plan(
        deps, maker, plan(**{"class": "marketing", "content": {"text": OFFER}})
    )
    bare = replace(deps, rulebook=no_rulebook)
    found = previews.of_campaign(bare, maker, campaign)
    assert found.missing == ("机构", "产品", "年化区间")
    with pytest.raises(Unfit, match="年化区间"):
        campaigns.rehearse(bare, maker, campaign)


def test_the_answer_is_that_of_the_one_rule(deps: Deps, maker) -> None:
    someone(deps)
    assert shown(deps, maker).answer == previews.Answer("now")
    deps.clock.advance(hours=13)
    later = shown(deps, maker).answer
    assert (later.verdict, later.because) == ("later", "quiet_hours")
    assert later.at is not None


def test_who_may_not_be_written_to_is_shown_with_the_reason(deps: Deps, maker) -> None:
    someone(deps, on_hold="complaint")
    assert shown(deps, maker).answer == previews.Answer("no", "on_hold")


def test_everybody_reads_their_own_variant(deps: Deps, maker) -> None:
    people = sorted(someone(deps) for _ in range(12))
    campaign = compared(deps, maker)
    told = {}
    for one in people:
        found = previews.of_campaign(deps, maker, campaign, one)
        told[found.who.variant] = found.said.text
    assert told == {"A": WORDS, "B": NEWER}


def test_who_is_held_out_gets_nothing(deps: Deps, maker) -> None:
    people = [someone(deps) for _ in range(30)]
    campaign = compared(deps, maker, experiment={**TERMS, "hold_out": 0.5})
    answers = {previews.of_campaign(deps, maker, campaign, one).answer for one in people}
    assert answers == {previews.Answer("no", "held_out"), previews.Answer("now")}


def test_who_waits_for_the_winner_is_told_so(deps: Deps, maker) -> None:
    people = [someone(deps) for _ in range(30)]
    campaign = compared(deps, maker, experiment={**TERMS, "sample": 0.5})
    answers = {previews.of_campaign(deps, maker, campaign, one).answer for one in people}
    assert answers == {previews.Answer("later", "winner"), previews.Answer("now")}


def test_nobody_is_named_where_the_question_reads_guarded_facts(deps: Deps, maker) -> None:
    someone(deps)
    segment = 'follows and not tier = "guarded"'
    found = shown(deps, maker, segment=segment)
    assert found.is_hidden
    assert found.who is None
    assert found.said.text == WORDS


def test_a_sample_shows_each_variant_to_people_who_would_get_it(deps: Deps, maker) -> None:
    for _ in range(12):
        someone(deps)
    someone(deps, on_hold="complaint")
    campaign = compared(deps, maker)
    campaigns.rehearse(deps, maker, campaign)
    found = previews.sample(deps, maker, campaign)
    assert [one.variant for one in found] == ["A", "A", "B", "B"]
    assert {one.said.text for one in found} == {WORDS, NEWER}
    assert all("…" in one.person or "*" in one.person for one in found)


def test_a_sample_names_nobody_to_whom_the_facts_are_closed(deps: Deps, maker) -> None:
    someone(deps)
    campaign = campaigns.plan(deps, maker, plan(segment='follows and not tier = "guarded"'))
    assert previews.sample(deps, maker, campaign) is None
    reviewer = an_actor(deps, Role.REVIEWER, Role.OPERATOR)
    assert previews.sample(deps, reviewer, campaign)
