"""What a campaign says is tried on the staff or on a pretend phone: marked, and counted nowhere."""

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.broadcast.types import Unfit
from app.core.access import Role
from app.core.errors import NotAllowed, NotFound, OutcomeUnknown
from app.deps import Deps
from app.queries import campaign_tests as pages
from app.services import campaign_tests, campaigns, delivery, operators, templates
from app.services.templates import Draft
from app.steps.person_key import sealer_of
from app.store import sending
from app.store.campaigns import CampaignRecipient, MassMonth
from app.store.events import Event
from app.store.messages import Message
from app.store.operators import Operator
from app.store.people import Person
from tests.builders import OPENID, follows, hear, say
from tests.console import an_actor, an_operator
from tests.fakes import RecordingGateway
from tests.integration.campaigns.planning import WORDS, approved, plan, two_people
from tests.integration.segments.people import someone

CARD = {"template_id": "t-1", "data": {"thing1": "国庆期间人工客服休息"}}
OFFER = "广告\n{机构}：{产品}，{年化区间}。\n不想再收到，发“不再推送”。"
MARKED = f"【测试】\n{WORDS}"


@pytest.fixture
def maker(deps: Deps):
    return two_people(deps)[0]


@pytest.fixture
def staff(deps: Deps) -> Person:
    """Somebody who works here, and follows."""
    return linked(deps, OPENID, "wang")


def linked(deps: Deps, openid: str, name: str) -> Person:
    hear(deps, follows(deps, openid))
    an_operator(deps, Role.OPERATOR, name=name)
    operators.link(deps, an_actor(deps, Role.ADMINISTRATOR), name, openid)
    with deps.sessions() as session:
        mine = session.scalars(select(Operator).where(Operator.name == name)).one()
        return session.get_one(Person, mine.person_id)


def tried(deps: Deps, maker, **changes: Any) -> list[Message]:
    """Plan a campaign, try it on the staff, and deliver; return the messages."""
    campaign = campaigns.plan(deps, maker, {**plan(**changes)})
    campaign_tests.send_to_staff(deps, maker, campaign)
    return delivered(deps)


def delivered(deps: Deps) -> list[Message]:
    delivery.deliver_due(deps)
    with deps.sessions() as session:
        return list(session.scalars(select(Message).order_by(Message.copy_key)))


def test_a_mass_campaign_is_shown_as_the_platform_previews_it(
    deps: Deps, maker, staff, gateway: RecordingGateway
) -> None:
    (row,) = tried(deps, maker)
    assert gateway.previews == [(OPENID, MARKED)]
    assert gateway.masses == []
    assert (row.state, row.channel, row.copy_key, row.klass) == (
        "sent", "mass", "test.mass", "education",
    )  # fmt: skip


def test_it_is_counted_nowhere(deps: Deps, maker, staff, gateway: RecordingGateway) -> None:
    tried(deps, maker)
    with deps.sessions() as session:
        counted = [
            session.scalar(select(func.count()).select_from(table))
            for table in (CampaignRecipient, MassMonth)
        ]
        received = session.scalars(select(Event).where(Event.kind == "received")).all()
    assert counted == [0, 0]
    assert received == []


def test_it_takes_none_of_its_readers_contacts(deps: Deps, maker, staff, gateway) -> None:
    for _ in range(5):
        tried(deps, maker)
    assert len(gateway.previews) == 5
    found = campaigns.rehearse(deps, maker, campaigns.plan(deps, maker, plan(channel="service")))
    assert found["skipped"].get("over_budget") is None


def test_the_figures_are_those_of_the_product_record(deps: Deps, maker, staff, gateway) -> None:
    tried(deps, maker, **{"class": "marketing", "content": {"text": OFFER}})
    ((_, words),) = gateway.previews
    assert "{" not in words
    assert "IRR" in words


def test_a_card_travels_as_the_template_message_that_it_is(
    deps: Deps, maker, staff, gateway: RecordingGateway
) -> None:
    tried(deps, maker, **{"class": "service", "channel": "template", "content": CARD})
    ((to, template_id, data, _),) = gateway.templates
    assert (to, template_id, data) == (OPENID, "t-1", CARD["data"])


def test_a_customer_service_message_needs_an_open_window(
    deps: Deps, maker, staff, gateway: RecordingGateway
) -> None:
    deps.clock.advance(days=3)
    (row,) = tried(deps, maker, channel="service", **{"class": "service"})
    assert (row.state, row.reason, gateway.sent) == ("skipped", "no_window", [])
    say(deps, "在吗")
    tried(deps, maker, channel="service", **{"class": "service"})
    assert gateway.sent[-1] == (OPENID, MARKED)


def test_hours_do_not_hold_a_test_up(deps: Deps, maker, staff, gateway: RecordingGateway) -> None:
    deps.clock.advance(hours=13)
    tried(deps, maker)
    assert len(gateway.previews) == 1


def test_who_wants_no_marketing_gets_none_not_even_as_a_test(
    deps: Deps, maker, staff, gateway: RecordingGateway
) -> None:
    with deps.sessions.begin() as session:
        session.execute(update(Person).values(marketing_stopped=True))
    (row,) = tried(deps, maker, **{"class": "marketing", "content": {"text": OFFER}})
    assert (row.state, row.reason) == ("skipped", "marketing_stopped")


def test_everybody_of_the_staff_gets_every_variant(
    deps: Deps, maker, staff, gateway: RecordingGateway
) -> None:
    linked(deps, "oAnotherOfTheStaff", "li")
    variants = [
        {"name": name, "content": {"text": f"{WORDS}{name}"}, "share": 0.5} for name in "甲乙"
    ]
    tried(deps, maker, content=None, variants=variants)
    assert len(gateway.previews) == len(set(gateway.previews)) == 4


def test_in_a_trial_the_staff_gets_tests_though_they_are_no_guests(
    deps: Deps, maker, staff, gateway: RecordingGateway
) -> None:
    real = replace(deps, settings=deps.settings.model_copy(update={"environment": "production"}))
    campaign = campaigns.plan(real, maker, plan())
    campaign_tests.send_to_staff(real, maker, campaign)
    delivered(real)
    assert len(gateway.previews) == 1


def test_without_anybody_linked_there_is_nobody_to_try_it_on(deps: Deps, maker) -> None:
    someone(deps)
    campaign = campaigns.plan(deps, maker, plan())
    with pytest.raises(NotAllowed) as no:
        campaign_tests.send_to_staff(deps, maker, campaign)
    assert no.value.why == "no_staff_linked"


def test_who_left_the_staff_meanwhile_gets_nothing(
    deps: Deps, maker, staff, gateway: RecordingGateway
) -> None:
    campaign = campaigns.plan(deps, maker, plan())
    campaign_tests.send_to_staff(deps, maker, campaign)
    operators.link(deps, an_actor(deps, Role.ADMINISTRATOR), "wang", None)
    (row,) = delivered(deps)
    assert (row.state, row.reason, gateway.previews) == ("skipped", "not_staff", [])


def test_nobody_is_tried_on_after_the_launch(deps: Deps, maker, staff) -> None:
    someone(deps), someone(deps)
    campaign = approved(deps, maker, an_actor(deps, Role.APPROVER))
    campaigns.launch(deps, maker, campaign)
    with pytest.raises(NotAllowed) as no:
        campaign_tests.send_to_staff(deps, maker, campaign)
    assert no.value.why == "not_in_this_state"


def test_words_that_may_be_said_no_more_are_not_tried(deps: Deps, maker, staff) -> None:
    campaign = campaigns.plan(
        deps, maker, plan(**{"class": "marketing", "content": {"text": OFFER}})
    )
    bare = replace(deps, rulebook=no_rulebook)
    with pytest.raises(Unfit):
        campaign_tests.send_to_staff(bare, maker, campaign)


def no_rulebook():
    raise NotFound("No policy is in force.")


@pytest.mark.parametrize("klass", ["service", "education"])
def test_what_became_of_a_lost_test_is_owed_to_nobody(
    deps: Deps, maker, staff, gateway: RecordingGateway, klass: str
) -> None:
    gateway.fail_next(OutcomeUnknown())
    (row,) = tried(deps, maker, **{"class": klass})
    assert (row.state, row.reason) == ("refused", "no_answer")
    assert WORDS not in say(deps, "你好")


def test_a_worker_that_dies_leaves_a_test_owed_to_nobody(deps: Deps, maker, staff) -> None:
    campaign_tests.send_to_staff(deps, maker, campaigns.plan(deps, maker, plan()))
    with deps.sessions.begin() as session:
        past = deps.clock.now()
        session.execute(update(Message).values(state="sending", lease_until=past))
    deps.clock.advance(minutes=1)
    with deps.sessions.begin() as session:
        assert sending.give_up_stalled(session, deps.clock.now()) == 1
        assert session.scalars(select(Message.state)).one() == "refused"


def test_what_was_tried_is_in_the_history_and_on_the_page(
    deps: Deps, maker, staff, gateway: RecordingGateway
) -> None:
    campaign = campaigns.plan(deps, maker, plan())
    assert campaign_tests.send_to_staff(deps, maker, campaign) == 1
    page = pages.page(deps, maker, campaign)
    assert page.is_under_way
    delivered(deps)
    page = pages.page(deps, maker, campaign)
    assert [(one.to, one.state) for one in page.tried] == [("wang", "sent")]
    assert (page.staff, page.tried_by, page.is_under_way) == (["wang"], maker.name, False)


def test_a_real_person_is_never_taken_for_a_phone(deps: Deps, maker) -> None:
    person = someone(deps)
    campaign = campaigns.plan(deps, maker, plan())
    for changes in ({"simulator": "off"}, {"environment": "production"}):
        real = replace(deps, settings=deps.settings.model_copy(update=changes))
        with pytest.raises(NotAllowed) as no:
            campaign_tests.show_campaign(real, maker, campaign, person)
        assert no.value.why == "no_simulator"
        assert pages.phones(real, maker) == ()


@pytest.fixture
def pretending(deps: Deps) -> Deps:
    settings = deps.settings.model_copy(update={"simulator": "on", "environment": "local"})
    return replace(deps, settings=settings)


def test_a_pretend_phone_shows_a_campaign_and_a_template(
    pretending: Deps, maker, gateway: RecordingGateway
) -> None:
    phone = someone(pretending)
    campaign = campaigns.plan(pretending, maker, plan())
    campaign_tests.show_campaign(pretending, maker, campaign, phone)
    draft = Draft("查征信", "service", "template", CARD)
    template = templates.save(pretending, maker, draft)
    campaign_tests.show_template(pretending, maker, template, 1, phone)
    card, _ = delivered(pretending)
    assert [words for _, words in gateway.previews] == [MARKED]
    assert [data for _, _, data, _ in gateway.templates] == [CARD["data"]]
    with pretending.sessions() as session:
        sealer = sealer_of(pretending, session.get_one(Person, phone))
    assert json.loads(sealer.open_text(card.text_sealed)) == CARD


def test_only_a_follower_is_linked(deps: Deps) -> None:
    admin = an_actor(deps, Role.ADMINISTRATOR)
    an_operator(deps, Role.OPERATOR, name="wang")
    with pytest.raises(NotAllowed) as no:
        operators.link(deps, admin, "wang", "oNobody")
    assert no.value.why == "not_following"
    with pytest.raises(NotFound):
        operators.link(deps, admin, "nobody", None)


def test_who_is_erased_is_of_the_staff_no_more(deps: Deps, maker, staff) -> None:
    say(deps, "删除我的信息", "确认删除")
    with deps.sessions() as session:
        mine = session.scalars(select(Operator).where(Operator.name == "wang")).one()
        assert mine.person_id is None
