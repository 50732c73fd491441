"""What a campaign says is checked by what its words make of it, and filled from the record."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from app.broadcast.types import Unfit, read_definition
from app.contact.types import month_of
from app.core.errors import NotAllowed
from app.services import broadcasting, campaigns
from app.steps.campaign_copy import contents_read, read_approved
from app.steps.product_record import record_values
from app.store.campaigns import Campaign, ForeignMassJob
from app.store.people import Person
from tests.builders import follows, hear
from tests.integration.broadcasting.crowds import Generous
from tests.integration.campaigns.planning import approved, plan, two_people

OTHER = "o-another-person"
ADVERTISEMENT = "广告\n{机构}：{产品}，{年化区间}。\n额度{额度区间}。\n不想再收到，发“不再推送”。"
BY_TEMPLATE = {"template_id": "t-1", "data": {"thing1": "国庆期间人工客服休息"}}


def told(deps, maker, **changes):
    with pytest.raises(Unfit) as unfit:
        campaigns.plan(deps, maker, plan(**changes))
    return [str(one) for one in unfit.value.mistakes]


def test_an_offer_declared_as_knowledge_is_not_kept(deps):
    maker, _ = two_people(deps)
    (mistake,) = told(deps, maker, content={"text": "您的额度可以提高了，点这里申请"})
    assert mistake.startswith("content.text: M-01 (额度、申请)")


def test_an_offer_is_not_hidden_in_one_of_the_variants(deps):
    maker, _ = two_people(deps)
    variants = [
        {"name": "甲", "share": 0.5, "content": {"text": "怎么认出骗子"}},
        {"name": "乙", "share": 0.5, "content": {"text": "点这里申请"}},
    ]
    mistakes = told(deps, maker, content=None, variants=variants)
    assert [one.split(":")[0] for one in mistakes] == ["variants.乙.content.text"]


def test_a_variable_without_a_value_is_not_kept(deps):
    maker, _ = two_people(deps)
    (mistake,) = told(deps, maker, content={"text": "{称呼}，征信报告怎么看"})
    assert "W-00 ({称呼})" in mistake


def test_a_field_of_a_template_has_twenty_characters(deps):
    maker, _ = two_people(deps)
    given = {"class": "service", "channel": "template"}
    assert campaigns.plan(deps, maker, plan(**given, content=BY_TEMPLATE))
    long = {**BY_TEMPLATE, "data": {"thing1": "好" * 21}}
    (mistake,) = told(deps, maker, **given, content=long)
    assert mistake.startswith("content.data.thing1: W-00")


def test_marketing_takes_its_figures_from_the_record_and_is_sent_filled(deps):
    maker, _ = two_people(deps)
    content = {"text": ADVERTISEMENT}
    assert campaigns.plan(deps, maker, plan(**{"class": "marketing"}, content=content))
    by_hand = {"text": ADVERTISEMENT.replace("{年化区间}", "年化12%–21.6%")}
    (mistake,) = told(deps, maker, **{"class": "marketing"}, content=by_hand)
    assert mistake.startswith("content.text: M-02")


def test_what_is_sent_is_what_was_approved_with_its_figures(deps, gateway):
    hear(deps, follows(deps))
    hear(deps, follows(deps, OTHER))
    with deps.sessions.begin() as session:
        session.execute(update(Person).values(consents=["marketing"]))
    maker, approver = two_people(deps)
    content = {"text": ADVERTISEMENT}
    campaign_id = approved(deps, maker, approver, **{"class": "marketing"}, content=content)
    campaigns.launch(deps, maker, campaign_id)
    broadcasting.send_batch_due(replace(deps, throttle=Generous()))
    ((openids, words, _),) = gateway.masses
    assert len(openids) == 2
    assert "{" not in words
    assert record_values(deps, deps.clock.now())["年化区间"] in words


def test_every_variant_and_every_field_is_filled(deps):
    now = deps.clock.now()
    house = record_values(deps, now)["机构"]
    variants = [
        {"name": name, "share": 0.5, "content": {"text": f"{name}{{机构}}"}} for name in "甲乙"
    ]
    both = plan(content=None, variants=variants)
    content = {"template_id": "t-1", "data": {"thing1": "{机构}"}}
    fields = plan(**{"class": "service"}, channel="template", content=content)
    assert approved_words(deps, both) == {"甲": f"甲{house}", "乙": f"乙{house}"}
    assert approved_words(deps, fields) == {"": {"thing1": house}}


def approved_words(deps, raw):
    contents = contents_read(deps, read_definition(raw), deps.clock.now())
    campaign = Campaign(definition=raw, rehearsal={"contents": contents})
    return {
        name: one.text or dict(one.data) for name, one in read_approved(campaign).contents.items()
    }


def test_figures_that_changed_after_the_approval_are_not_sent(deps):
    hear(deps, follows(deps))
    maker, approver = two_people(deps)
    content = {"text": ADVERTISEMENT}
    campaign_id = approved(deps, maker, approver, **{"class": "marketing"}, content=content)
    book = deps.rulebook()
    tiers = book.policy.person.tiers
    dearer = (*tiers[:-1], replace(tiers[-1], cap_fen=tiers[-1].cap_fen, rate_high_bp=2000))
    person = replace(book.policy.person, tiers=dearer)
    firm = replace(book.policy.firm, tiers=dearer)
    policy = replace(book.policy, person=person, firm=firm)
    changed = replace(book, desk=replace(book.desk, policy=policy))
    with pytest.raises(NotAllowed) as refused:
        campaigns.launch(replace(deps, rulebook=lambda: changed), maker, campaign_id)
    assert refused.value.why == "changed_since"
    campaigns.launch(deps, maker, campaign_id)


def test_what_the_official_console_sent_counts_against_everybodys_month(deps):
    hear(deps, follows(deps))
    hear(deps, follows(deps, OTHER))
    maker, _ = two_people(deps)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        for number in range(3):
            job = {"msg_id": str(number), "month": month_of(now)}
            session.add(ForeignMassJob(**job, seen_at=now, settled_at=now))
    campaign_id = campaigns.plan(deps, maker, plan())
    found = campaigns.rehearse(deps, maker, campaign_id)
    assert (found["now"], found["later"]) == (0, {"mass_spent": 2})
