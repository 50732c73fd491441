"""Every effect of a step leaves its row, and changes of the person nothing else."""

from datetime import datetime, timedelta

import pytest

from app.core.clock import SHANGHAI
from app.core.jobs import JobName
from app.core.types import Secret, Text
from app.dialogue.types import (
    Answer,
    Answered,
    Asked,
    Consented,
    Position,
    Reached,
    Stopped,
    Submitted,
    Told,
)
from app.steps.effects import apply_effects
from app.store.acts import Happening
from tests.unit.steps.people import (
    INDEX,
    NOW,
    a_context,
    a_person,
    an_enquiry,
    envelope,
    loaded,
)

WORDS = Text(**envelope(), words=Secret("你好"))
POSITION = Position(
    stage="asking", form="personal", version=1, answers={"region": Answer("330100")}
)
TOMORROW_EVENING = datetime(2026, 11, 24, 18, tzinfo=SHANGHAI)


@pytest.fixture
def after(bag):
    """Let a step of somebody known have these effects; return the turn."""

    def after(*effects, enquiry=None, **person):
        start = loaded(person=a_person(bag, **person), enquiry=enquiry)
        context = a_context(bag, WORDS, start)
        apply_effects(context, POSITION, effects)
        return context

    return after


def funnel(context):
    return [(act.kind, act.detail) for _, _, act in written(context, "happened")]


def written(context, name):
    return context.writes.named(name)


def test_a_consent_names_the_notice_and_the_words_of_the_moment(after, bag):
    context = after(Consented("sensitive", "given", "可以读吗？", "可以" * 40))
    ((_person, delivery, row),) = written(context, "consent")
    assert delivery == context.key.delivery
    assert (row["purpose"], row["act"], row["prompt"]) == ("sensitive", "given", "可以读吗？")
    assert row["notice_hash"] == bag.notice.hash
    assert row["words"] == "可以" * 32
    assert context.after.consents == {"notice:1", "sensitive"}
    assert funnel(context) == [("consented", "sensitive")]


@pytest.mark.parametrize("act", ["refused", "withdrawn"])
def test_a_consent_that_is_not_given_does_not_live(after, act):
    assert after(Consented("answers", act, "", "")).after.consents == set()


@pytest.mark.parametrize(("act", "is_stopped"), [("given", False), ("refused", True)])
def test_marketing_is_asked_for_now_whatever_the_answer(after, act, is_stopped):
    context = after(Consented("marketing", act, "", ""))
    assert context.after.marketing_asked_at == NOW
    assert context.after.marketing_stopped is is_stopped


def test_an_answer_keeps_its_code_in_the_open_and_its_words_sealed(after):
    context = after(Answered("purpose", Answer("other", "typed", "装修")))
    ((_person, row),) = written(context, "answer")
    assert (row["question"], row["value"], row["how"]) == ("purpose", "other", "typed")
    assert context.seat.sealer.open_text(row["words_sealed"]) == "装修"
    assert funnel(context) == [("answered", "purpose")]


def test_a_correction_says_so_and_an_answer_that_fell_away_has_no_value(after):
    context = after(Answered("region", Answer(330100), corrected=True), Answered("tenure", None))
    corrected, dropped = (row for _person, row in written(context, "answer"))
    assert (corrected["value"], corrected["corrected"]) == ("330100", True)
    assert corrected["words_sealed"] is None
    assert (dropped["value"], dropped["how"]) == (None, "dropped")
    assert funnel(context) == [("corrected", "region")]


def test_a_question_that_was_reached_is_an_act_of_its_form_and_nothing_else(after):
    context = after(Reached("region"))
    act = Happening("reached", "region", "personal", 1)
    assert context.writes.rows == [("happened", (context.seat.id, "poster-7", act))]


@pytest.mark.parametrize("by_person", [True, False])
def test_handing_in_leaves_an_enquiry_and_a_bell(after, by_person):
    context = after(Submitted(by_person))
    ((enquiry_id, person, form, answers, channel, asked),) = written(context, "enquiry")
    assert enquiry_id == context.after.enquiry_id
    assert person == context.seat.id
    assert (form, answers, channel) == (("personal", 1), {"region": "330100"}, "poster-7")
    assert asked is by_person
    assert written(context, "bell") == [(JobName.SCORE_DUE.value,)]


@pytest.mark.parametrize(
    ("cause", "erase", "markers"),
    [
        ("under_age", "erase", [(INDEX, "stopped")]),
        ("student", "erase", [(INDEX, "stopped")]),
        ("forbidden_purpose", "discard", []),
    ],
)
def test_a_stop_by_law_erases_and_a_forbidden_purpose_only_the_answers(
    after, cause, erase, markers
):
    context = after(Stopped(cause))
    assert context.after.erase == erase
    assert written(context, "marker") == markers
    assert funnel(context) == [("stopped", cause)]


def test_a_copy_is_reached_by_a_link_of_which_only_the_look_up_is_kept(after, bag):
    context = after(Told("export"))
    ((index, person, until),) = written(context, "export_link")
    assert index == bag.keyring.index("export", context.after.export_token)
    assert (person, until) == (context.seat.id, NOW + timedelta(minutes=30))
    assert len(context.after.export_token) >= 43


@pytest.mark.parametrize("topic", ["quota", "review_status", "handover_status"])
def test_what_is_only_told_leaves_nothing(after, topic):
    assert after(Told(topic)).writes.rows == []


@pytest.mark.parametrize("what", ["human", "complaint", "unmatched", "distress"])
def test_words_for_the_staff_are_sealed_and_due_on_the_next_working_day(after, what):
    context = after(Asked(what, "我想问问"))
    ((_person, kind, sealed, due),) = written(context, "note")
    assert (kind, due) == (what, TOMORROW_EVENING)
    assert context.seat.sealer.open_text(sealed) == "我想问问"


def test_distress_ends_everything_unasked(after):
    context = after(Asked("distress", "很难"))
    assert context.after.on_hold == "distress"
    ((_person, classes, reason),) = written(context, "cancel_messages")
    assert set(classes) == {"reminder", "marketing", "education"}
    assert reason == "in_distress"


def test_a_complaint_holds_what_was_not_asked_for_but_distress_goes_before(after):
    context = after(Asked("complaint", "我要投诉"))
    assert context.after.on_hold == "complaint"
    ((_person, classes, reason),) = written(context, "cancel_messages")
    assert (set(classes), reason) == ({"reminder", "marketing", "education"}, "complaint")
    distressed = after(Asked("complaint", "我要投诉"), on_hold="distress")
    assert distressed.after.on_hold == "distress"


@pytest.mark.parametrize(
    ("effect", "kind", "state"),
    [
        (Told("export"), "copy", "done"),
        (Told("why"), "explain", "done"),
        (Asked("erase", "确认删除"), "delete", "open"),
        (Asked("correct", "地区不对"), "correct", "open"),
        (Asked("restrict", "限制处理"), "restrict", "open"),
        (Consented("marketing", "withdrawn", "p", "不再推送"), "withdraw", "done"),
    ],
)
def test_what_the_law_lets_people_ask_for_leaves_a_request(after, effect, kind, state):
    ((sql, _person, written_kind, _sealed, written_state, *_rest),) = [
        row for row in written(after(effect), "add") if "subject_requests" in row[0]
    ]
    assert (written_kind, written_state) == (kind, state)
    assert sql.startswith("INSERT INTO")


@pytest.mark.parametrize("what", ["review", "handover"])
@pytest.mark.parametrize("enquiry", [None, an_enquiry(decision_id=None)], ids=["none", "pending"])
def test_without_a_decision_there_is_nothing_to_review_or_hand_over(after, what, enquiry):
    assert after(Asked(what, "上午"), enquiry=enquiry).writes.rows == []


def test_a_review_is_due_in_two_working_days(after):
    enquiry = an_enquiry()
    context = after(Asked("review"), enquiry=enquiry)
    due = TOMORROW_EVENING + timedelta(days=1)
    ((sql, *given),) = written(context, "add")
    assert "INSERT INTO reviews" in sql
    assert (given[0], given[1], given[3]) == (enquiry.id, context.seat.id, due)


def test_an_answer_to_a_reviewer_is_sealed_and_kept_with_its_case(after):
    context = after(Asked("reply", "工资占八成"))
    (case, question) = written(context, "add")
    assert (case[1], "UPDATE reviews" in case[0]) == (context.seat.id, True)
    assert context.seat.sealer.open_text(question[1]) == "工资占八成"


def test_a_handover_names_the_decision_and_a_good_time(after):
    enquiry = an_enquiry()
    context = after(Asked("handover", "周六上午" * 20), enquiry=enquiry)
    good_time = ("周六上午" * 20)[:64]
    assert written(context, "handover") == [
        (context.seat.id, enquiry.decision_id, good_time, TOMORROW_EVENING)
    ]
    assert context.after.good_time == good_time


@pytest.mark.parametrize("enquiry", [None, an_enquiry()], ids=["none", "decided"])
def test_tomorrows_reminder_replaces_an_earlier_one_and_goes_stale(after, enquiry):
    context = after(Asked("remind_tomorrow"), enquiry=enquiry)
    ((message,),) = written(context, "message")
    assert message.not_before == NOW + timedelta(hours=22)
    assert message.expires_at == NOW + timedelta(hours=34)
    assert message.decision_id == (enquiry.decision_id if enquiry else None)
    assert written(context, "cancel_messages")[0][1] == ("reminder",)


def test_no_more_marketing_is_marked_for_good_and_takes_the_consent_back(after):
    context = after(Asked("stop_marketing"), consents=["answers", "marketing"])
    assert context.after.consents == {"answers"}
    assert context.after.marketing_stopped
    assert written(context, "marker") == [(INDEX, "no_marketing")]
    assert funnel(context) == [("opted_out", "")]


@pytest.mark.parametrize("what", ["erase", "discard"])
def test_what_is_to_be_erased_is_remembered_for_the_end_of_the_turn(after, what):
    assert after(Asked(what)).after.erase == what


def test_a_newcomer_starts_without_consents(bag):
    after = a_context(bag, WORDS).after
    assert (after.consents, after.marketing_asked_at, after.on_hold) == (set(), None, None)
