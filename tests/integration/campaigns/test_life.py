"""A campaign's life: planned, rehearsed, approved by another, launched once, held, ended."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update

from app.broadcast.assignment import Group, place_of
from app.broadcast.types import Unfit, read_definition
from app.core.access import Role, system_actor
from app.core.errors import NotAllowed, NotFound
from app.services import campaigns
from app.store import upkeep
from app.store.audit import AuditRow
from app.store.campaigns import Campaign, CampaignRecipient
from app.store.messages import OutboxRow
from app.store.operators import Operator
from app.store.people import Person
from tests.console import an_actor
from tests.integration.campaigns.planning import WORDS, approved, plan, two_people
from tests.integration.segments.people import someone

SHELL = system_actor("terminal")


def told(deps, campaign_id):
    return campaigns.status(deps, SHELL, campaign_id)


def recipients(deps, campaign_id):
    with deps.sessions() as session:
        return session.scalars(
            select(CampaignRecipient).where(CampaignRecipient.campaign_id == campaign_id)
        ).all()


def refused(call, *args, **kwargs):
    with pytest.raises(NotAllowed) as no:
        call(*args, **kwargs)
    return no.value.why


def test_a_campaign_lives_from_draft_to_sending_and_ends_when_it_is_cancelled(deps):
    people = {someone(deps) for _ in range(5)}
    maker, approver = two_people(deps)
    campaign_id = campaigns.plan(deps, maker, plan())
    assert told(deps, campaign_id)["state"] == "draft"
    campaigns.rehearse(deps, maker, campaign_id)
    assert told(deps, campaign_id)["state"] == "rehearsed"
    campaigns.approve(deps, approver, campaign_id)
    assert told(deps, campaign_id)["state"] == "approved"
    assert campaigns.launch(deps, maker, campaign_id) == 5
    assert {one.person_id for one in recipients(deps, campaign_id)} == people
    campaigns.pause(deps, maker, campaign_id, "先停一下")
    assert told(deps, campaign_id)["state"] == "paused"
    campaigns.resume(deps, maker, campaign_id)
    campaigns.cancel(deps, maker, campaign_id, "不发了")
    assert told(deps, campaign_id) == {
        "state": "cancelled",
        "recipients": 5,
        **dict.fromkeys(("queued", "sending", "sent", "confirmed", "unknown"), 0),
        "skipped": {"cancelled": 5},
        "failed": {},
        "variants": {},
    }


def test_every_mistake_of_a_plan_is_in_one_list_and_nothing_is_kept(deps):
    maker, _ = two_people(deps)
    bad = plan(segment="no_such_thing", content={"text": "低至3%，秒批"}, channel="template")
    with pytest.raises(Unfit) as unfit:
        campaigns.plan(deps, maker, bad)
    assert "content" in {one.where.split(".")[0] for one in unfit.value.mistakes}
    bad = plan(segment="no_such_thing", content={"text": "低至3%，秒批"})
    with pytest.raises(Unfit) as unfit:
        campaigns.plan(deps, maker, bad)
    assert {one.where for one in unfit.value.mistakes} == {"segment", "content.text"}
    with deps.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Campaign)) == 0


def test_a_rehearsal_is_needed_before_an_approval(deps):
    maker, approver = two_people(deps)
    campaign_id = campaigns.plan(deps, maker, plan())
    assert refused(campaigns.approve, deps, approver, campaign_id) == "not_rehearsed"
    assert refused(campaigns.launch, deps, maker, campaign_id) == "not_approved"


def test_the_maker_never_approves_even_with_the_right_to(deps):
    both = an_actor(deps, Role.OPERATOR, Role.APPROVER)
    campaign_id = campaigns.plan(deps, both, plan())
    campaigns.rehearse(deps, both, campaign_id)
    assert refused(campaigns.approve, deps, both, campaign_id) == "own_request"


def test_an_edit_takes_the_approval_back(deps):
    maker, approver = two_people(deps)
    campaign_id = approved(deps, maker, approver)
    campaigns.edit(deps, maker, campaign_id, plan(calls_per_minute=3))
    assert told(deps, campaign_id)["state"] == "draft"
    assert refused(campaigns.launch, deps, maker, campaign_id) == "not_approved"


def test_what_was_asked_for_before_another_rehearsal_is_asked_anew(deps):
    maker, approver = two_people(deps)
    campaign_id = campaigns.plan(deps, maker, plan())
    campaigns.rehearse(deps, maker, campaign_id)
    campaigns.ask_approval(deps, maker, campaign_id)
    someone(deps)
    campaigns.rehearse(deps, maker, campaign_id)
    with deps.sessions() as session:
        assert session.get(Campaign, campaign_id).rehearsal["audience"] == 1
    campaigns.approve(deps, approver, campaign_id)
    assert told(deps, campaign_id)["state"] == "approved"


def test_a_changed_row_does_not_go_out_under_the_old_approval(deps):
    maker, approver = two_people(deps)
    campaign_id = approved(deps, maker, approver)
    with deps.sessions.begin() as session:
        other = read_definition(plan(content={"text": "别的话"})).to_json()
        session.execute(update(Campaign).values(definition=other))
    assert refused(campaigns.launch, deps, maker, campaign_id) == "changed_since"


def test_an_approval_lapses_after_thirty_days(deps, clock):
    maker, approver = two_people(deps)
    campaign_id = approved(deps, maker, approver)
    clock.advance(days=30)
    assert refused(campaigns.launch, deps, maker, campaign_id) == "lapsed"


def test_many_more_people_than_were_approved_are_not_sent_to(deps):
    maker, approver = two_people(deps)
    campaign_id = approved(deps, maker, approver)
    for _ in range(11):
        someone(deps)
    assert refused(campaigns.launch, deps, maker, campaign_id) == "audience_grown"
    assert recipients(deps, campaign_id) == []
    campaigns.rehearse(deps, maker, campaign_id)
    assert refused(campaigns.launch, deps, maker, campaign_id) == "not_approved"
    campaigns.approve(deps, approver, campaign_id)
    assert campaigns.launch(deps, maker, campaign_id) == len(recipients(deps, campaign_id))


def test_a_second_launch_is_refused_and_changes_nothing(deps):
    someone(deps)
    maker, approver = two_people(deps)
    campaign_id = approved(deps, maker, approver)
    campaigns.launch(deps, maker, campaign_id)
    someone(deps)
    assert refused(campaigns.launch, deps, maker, campaign_id) == "not_in_this_state"
    assert len(recipients(deps, campaign_id)) == 1


def test_the_first_batch_is_planned_by_the_recipients_that_are_there(deps):
    for _ in range(4):
        someone(deps)
    maker, approver = two_people(deps)
    campaigns.launch(deps, maker, approved(deps, maker, approver))
    with deps.sessions() as session:
        estimate = text("SELECT reltuples FROM pg_class WHERE relname = 'campaign_recipients'")
        assert session.scalar(estimate) == 4


def test_the_database_puts_everybody_where_the_pure_rule_puts_them(deps):
    for _ in range(200):
        someone(deps)
    maker, approver = two_people(deps)
    variants = [
        {"name": name, "share": share, "content": {"text": f"{WORDS}{words}"}}
        for name, share, words in (("A", 0.2, "甲"), ("B", 0.3, "乙"), ("C", 0.5, "丙"))
    ]
    terms = {"metric": "conversation_started", "minimum_per_arm": 10, "minimum_days": 1}
    terms |= {"sample": 0.5, "hold_out": 0.1}
    campaign_id = approved(deps, maker, approver, content=None, variants=variants, experiment=terms)
    campaigns.launch(deps, maker, campaign_id)
    with deps.sessions() as session:
        split = read_definition(session.get(Campaign, campaign_id).definition).split
    rows = recipients(deps, campaign_id)
    assert {one.variant for one in rows} == {None, "A", "B", "C"}
    for one in rows:
        place = place_of(campaign_id, one.person_id, split)
        assert (one.variant or "") == place.variant
        assert (one.reason == "held_out") == (place.group is Group.HELD_OUT)


def test_a_cap_holds_the_number_of_people(deps):
    for _ in range(5):
        someone(deps)
    maker, approver = two_people(deps)
    campaign_id = approved(deps, maker, approver, cap_people=3)
    assert campaigns.launch(deps, maker, campaign_id) == 3


def test_a_planned_launch_waits_for_its_time(deps, clock):
    someone(deps)
    maker, approver = two_people(deps)
    at = clock.now() + timedelta(hours=2)
    campaign_id = approved(deps, maker, approver, schedule={"at": at.isoformat()})
    assert campaigns.launch(deps, maker, campaign_id) == 0
    assert campaigns.launch_due(deps) == 0
    assert told(deps, campaign_id)["state"] == "scheduled"
    assert refused(campaigns.launch, deps, maker, campaign_id) == "already_scheduled"
    clock.advance(hours=2)
    assert campaigns.launch_due(deps) == 1
    assert campaigns.launch_due(deps) == 0
    assert told(deps, campaign_id)["recipients"] == 1


def test_what_is_due_after_its_approval_has_lapsed_becomes_a_draft(deps, clock):
    someone(deps)
    maker, approver = two_people(deps)
    at = clock.now() + timedelta(days=31)
    campaign_id = approved(deps, maker, approver, schedule={"at": at.isoformat()})
    campaigns.launch(deps, maker, campaign_id)
    clock.advance(days=31)
    assert campaigns.launch_due(deps) == 0
    assert told(deps, campaign_id)["state"] == "draft"


def test_a_repeating_campaign_launches_one_of_its_own_each_time(deps, clock):
    someone(deps)
    maker, approver = two_people(deps)
    campaign_id = approved(deps, maker, approver, schedule={"every": "week"}, cap_people=10)
    campaigns.launch(deps, maker, campaign_id)
    assert campaigns.launch_due(deps) == 1
    assert campaigns.launch_due(deps) == 0
    clock.advance(days=7)
    assert campaigns.launch_due(deps) == 1
    with deps.sessions() as session:
        children = session.scalars(
            select(Campaign).where(Campaign.parent_id == campaign_id).order_by(Campaign.id)
        ).all()
    assert [one.state for one in children] == ["sending", "sending"]
    assert [told(deps, one.id)["recipients"] for one in children] == [1, 1]


def test_what_repeats_needs_a_cap_on_people(deps):
    maker, _ = two_people(deps)
    with pytest.raises(Unfit) as unfit:
        campaigns.plan(deps, maker, plan(schedule={"every": "week"}))
    assert [one.where for one in unfit.value.mistakes] == ["cap_people"]


def test_each_repetition_is_frozen_anew_and_capped_until_the_approval_lapses(deps, clock):
    first = {someone(deps) for _ in range(2)}
    maker, approver = two_people(deps)
    repeats = {"schedule": {"every": "week"}, "cap_people": 3}
    campaign_id = approved(deps, maker, approver, **repeats)
    campaigns.launch(deps, maker, campaign_id)
    assert campaigns.launch_due(deps) == 1
    for weeks in range(1, 5):
        # Within the 30 days of the approval: the weeks 0 to 4.
        someone(deps)
        clock.advance(days=7)
        assert (weeks, campaigns.launch_due(deps)) == (weeks, 1)
    with deps.sessions() as session:
        children = session.scalars(
            select(Campaign.id).where(Campaign.parent_id == campaign_id).order_by(Campaign.id)
        ).all()
    assert [told(deps, one)["recipients"] for one in children] == [2, 3, 3, 3, 3]
    assert {one.person_id for one in recipients(deps, children[0])} == first
    clock.advance(days=7)
    assert campaigns.launch_due(deps) == 0
    assert told(deps, campaign_id)["state"] == "draft"
    assert refused(campaigns.launch, deps, maker, campaign_id) == "not_approved"
    campaigns.rehearse(deps, maker, campaign_id)
    campaigns.approve(deps, approver, campaign_id)
    campaigns.launch(deps, maker, campaign_id)
    assert campaigns.launch_due(deps) == 1


def test_marketing_needs_two_people_who_are_authorised_for_it(deps):
    maker, _ = two_people(deps)
    with deps.sessions.begin() as session:
        session.execute(update(Operator).values(is_marketing_authorised=False))
    assert refused(campaigns.plan, deps, maker, plan(**{"class": "marketing"})) == (
        "not_marketing_authorised"
    )
    with deps.sessions.begin() as session:
        session.execute(update(Operator).values(is_marketing_authorised=True))
    with pytest.raises(Unfit):
        # Authorised, and now held to the words of marketing: sender, way out, 广告.
        campaigns.plan(deps, maker, plan(**{"class": "marketing"}))


def test_only_who_may_do_each_step_does_it(deps):
    maker, approver = two_people(deps)
    campaign_id = campaigns.plan(deps, maker, plan())
    assert refused(campaigns.plan, deps, approver, plan()) == "no_right"
    assert refused(campaigns.rehearse, deps, approver, campaign_id) == "no_right"
    assert refused(campaigns.approve, deps, maker, campaign_id) == "no_right"
    for act in (campaigns.launch, campaigns.pause, campaigns.resume, campaigns.cancel):
        assert refused(act, deps, approver, campaign_id) == "no_right"
    with pytest.raises(NotFound):
        campaigns.launch(deps, maker, campaign_id + 1)


def test_an_erased_person_is_skipped_and_keeps_only_the_row(deps):
    person = someone(deps)
    maker, approver = two_people(deps)
    campaign_id = approved(deps, maker, approver)
    campaigns.launch(deps, maker, campaign_id)
    with deps.sessions.begin() as session:
        upkeep.erase_person(session, person, deps.clock.now())
        assert session.get(Person, person).state == "erased"
    (row,) = recipients(deps, campaign_id)
    assert (row.state, row.reason, row.text_hash) == ("skipped", "erased", None)


def test_every_act_is_in_the_audit_log(deps):
    maker, approver = two_people(deps)
    campaign_id = approved(deps, maker, approver)
    campaigns.launch(deps, maker, campaign_id)
    campaigns.cancel(deps, maker, campaign_id)
    with deps.sessions() as session:
        acts = session.scalars(select(AuditRow.act).order_by(AuditRow.seq)).all()
    assert acts == [
        *("campaign_planned", "campaign_rehearsed", "approval_asked", "approval_approved"),
        *("campaign_launched", "campaign_cancelled"),
    ]


def test_what_a_large_cancelled_campaign_leaves_is_closed_some_at_a_time(deps, monkeypatch):
    monkeypatch.setattr("app.store.campaign_launch.CLOSED_AT_ONCE", 2)
    for _ in range(7):
        someone(deps)
    maker, approver = two_people(deps)
    campaign_id = approved(deps, maker, approver)
    campaigns.launch(deps, maker, campaign_id)
    campaigns.cancel(deps, maker, campaign_id)
    there = told(deps, campaign_id)
    assert (there["state"], there["queued"], there["skipped"]) == ("cancelled", 5, {"cancelled": 2})
    with deps.sessions() as session:
        rung = session.scalars(select(OutboxRow.job).order_by(OutboxRow.id.desc())).first()
    assert rung == "launch_due"
    campaigns.launch_due(deps)
    assert told(deps, campaign_id)["skipped"] == {"cancelled": 7}
