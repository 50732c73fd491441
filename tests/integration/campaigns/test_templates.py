"""Words are kept in versions, checked; a campaign that takes them over keeps them as its own."""

from typing import Any

import pytest

from app.broadcast.types import Unfit
from app.core.access import Role
from app.core.dated import day_of
from app.core.errors import NotAllowed, NotFound
from app.deps import Deps
from app.queries import template_pages as pages
from app.services import campaigns, templates
from app.services.templates import Draft
from app.store import campaigns as kept
from app.store.operators import Operator
from tests.console import an_actor
from tests.integration.campaigns.planning import WORDS, plan, two_people

NEWER = "征信报告一年可以免费查两次，手机银行里也能查。"


def draft(text: str = WORDS, **changes: Any) -> Draft:
    content = {"text": text}
    return Draft(**{"name": "查征信", "klass": "education", "channel": "mass",
                       "content": content, **changes})  # fmt: skip


def pack_of(deps: Deps) -> str:
    return deps.wording.on(day_of(deps.clock.now())).version


def definition_of(deps: Deps, campaign_id: int) -> dict[str, Any]:
    with deps.sessions() as session:
        return kept.get(session, campaign_id).definition


def test_a_template_is_kept_with_the_rules_that_it_passed(deps: Deps) -> None:
    maker, _ = two_people(deps)
    template = templates.save(deps, maker, draft(note="第一版"))
    page = pages.template_page(deps, maker, template)
    assert (page.name, page.klass, page.channel) == ("查征信", "education", "mass")
    (version,) = page.versions
    assert (version.number, version.saved_by, version.note) == (1, maker.name, "第一版")
    assert version.said.text == WORDS
    assert version.wording_pack == pack_of(deps)


def test_words_that_may_not_be_said_are_not_kept(deps: Deps) -> None:
    maker, _ = two_people(deps)
    with pytest.raises(Unfit) as unfit:
        templates.save(deps, maker, draft("零门槛，秒到账"))
    assert any("M-03" in str(one) for one in unfit.value.mistakes)


def test_marketing_is_never_a_template_message(deps: Deps) -> None:
    maker, _ = two_people(deps)
    with pytest.raises(Unfit, match="never goes by template"):
        templates.save(
            deps, maker,
            draft(klass="marketing", channel="template", content={"template_id": "t", "data": {}}),
        )  # fmt: skip


def test_only_the_authorised_keep_marketing(deps: Deps) -> None:
    maker, _ = two_people(deps)
    with deps.sessions.begin() as session:
        session.get_one(Operator, maker.id).is_marketing_authorised = False
    with pytest.raises(NotAllowed) as no:
        templates.save(deps, maker, draft("广告", klass="marketing"))
    assert no.value.why == "not_marketing_authorised"


def test_a_change_is_a_new_version_and_the_same_words_are_none(deps: Deps) -> None:
    maker, other = two_people(deps)
    template = templates.save(deps, maker, draft())
    writer = an_actor(deps, Role.OPERATOR)
    assert templates.change(deps, writer, template, draft(NEWER), seen=1) == 2
    assert templates.change(deps, writer, template, draft(NEWER), seen=2) == 2
    difference = pages.difference(deps, other, template, 2)
    assert (difference.older.number, difference.newer.number) == (1, 2)
    assert ("-", WORDS) in difference.lines
    assert ("+", NEWER) in difference.lines


def test_nobody_saves_over_somebody_else(deps: Deps) -> None:
    maker, _ = two_people(deps)
    template = templates.save(deps, maker, draft())
    templates.change(deps, maker, template, draft(NEWER), seen=1)
    with pytest.raises(NotAllowed) as no:
        templates.change(deps, maker, template, draft("另一句话。"), seen=1)
    assert no.value.why == "saved_meanwhile"


def test_a_name_is_taken_until_its_template_is_removed(deps: Deps) -> None:
    maker, _ = two_people(deps)
    template = templates.save(deps, maker, draft())
    with pytest.raises(NotAllowed) as no:
        templates.save(deps, maker, draft())
    assert no.value.why == "template_exists"
    templates.remove(deps, maker, template)
    with pytest.raises(NotFound):
        pages.template_page(deps, maker, template)
    assert templates.save(deps, maker, draft()) != template


def test_a_name_cannot_hold_what_stands_before_the_number(deps: Deps) -> None:
    maker, _ = two_people(deps)
    with pytest.raises(Unfit, match="name"):
        templates.save(deps, maker, draft(name="查征信@2"))


def test_a_campaign_takes_over_the_words_of_the_version_that_it_names(deps: Deps) -> None:
    maker, _ = two_people(deps)
    template = templates.save(deps, maker, draft())
    templates.change(deps, maker, template, draft(NEWER), seen=1)
    campaign = campaigns.plan(deps, maker, plan(content={"template": "查征信@1"}))
    content = definition_of(deps, campaign)["content"]
    assert (content["text"], content["template"]) == (WORDS, "查征信@1")
    assert [use.id for use in pages.template_page(deps, maker, template).uses] == [campaign]


def test_what_is_approved_stays_when_the_template_goes_on(deps: Deps) -> None:
    maker, approver = two_people(deps)
    template = templates.save(deps, maker, draft())
    campaign = campaigns.plan(deps, maker, plan(content={"template": "查征信@1"}))
    campaigns.rehearse(deps, maker, campaign)
    campaigns.approve(deps, approver, campaign)
    templates.change(deps, maker, template, draft(NEWER), seen=1)
    campaigns.launch(deps, maker, campaign)
    assert definition_of(deps, campaign)["content"]["text"] == WORDS


def test_words_changed_since_are_the_campaigns_own(deps: Deps) -> None:
    maker, _ = two_people(deps)
    templates.save(deps, maker, draft())
    content = {"template": "查征信@1", "text": NEWER}
    campaign = campaigns.plan(deps, maker, plan(content=content))
    found = definition_of(deps, campaign)["content"]
    assert (found["text"], found["template"]) == (NEWER, None)


def test_each_variant_may_name_its_own(deps: Deps) -> None:
    maker, _ = two_people(deps)
    template = templates.save(deps, maker, draft())
    templates.change(deps, maker, template, draft(NEWER), seen=1)
    variants = [
        {"name": name, "content": {"template": f"查征信@{number}"}, "share": 0.5}
        for name, number in (("A", 1), ("B", 2))
    ]
    campaign = campaigns.plan(deps, maker, {**plan(variants=variants), "content": None})
    found = definition_of(deps, campaign)["variants"]
    assert [one["content"]["text"] for one in found] == [WORDS, NEWER]


@pytest.mark.parametrize("named", ["查征信@9", "查征信", "别的@1", "查征信@one", "@"])
def test_a_version_that_is_not_there_is_a_mistake(deps: Deps, named: str) -> None:
    maker, _ = two_people(deps)
    templates.save(deps, maker, draft())
    with pytest.raises(Unfit, match=r"content\.template"):
        campaigns.plan(deps, maker, plan(content={"template": named}))
