"""Between people and the staff: promises out of hours, how an answer is liked, the letter."""

import pytest
from sqlalchemy import select

from app.core.access import Role
from app.core.clock import SHANGHAI
from app.services import complaints, inbox, rights_acts
from app.services.complaints import Ending
from app.store.complaints import Complaint
from app.store.errands import Errand
from app.store.messages import Note
from app.store.replies import Rating
from app.store.rights import SubjectRequest
from tests.console import an_actor
from tests.phones import SALARIED, TOLD_IN_EXAMPLE

pytestmark = pytest.mark.journey


def only(rehearsal, column):
    with rehearsal.deps.sessions() as session:
        return session.scalars(select(column)).one()


def test_on_a_holiday_a_person_is_told_when_the_staff_are_in_and_is_answered_then(rehearsal, clock):
    clock.moment = clock.moment.astimezone(SHANGHAI).replace(month=9, day=30, hour=20)
    phone = rehearsal.wechat.phone("晚上来的人")
    phone.follow()
    # Seven days of National Day, worked again on Thursday the 8th.
    told = phone.type("人工", "提前还款怎么办")
    assert "10月8日（周四）9:00上班后会看到并回复" in told
    assert "明天" not in told
    ann = an_actor(rehearsal.deps, Role.OPERATOR)
    note = only(rehearsal, Note)
    assert f"{note.due_at.astimezone(SHANGHAI):%m-%d %H:%M}" == "10-08 18:00"
    rehearsal.pass_time(days=1, hours=14)
    assert inbox.answer_thread(rehearsal.deps, ann, note.person_id, words="可以。") == "now"
    rehearsal.work()
    assert "可以。" in phone.pushed()[-1]


def test_an_answer_is_liked_by_one_tap_that_costs_no_message(rehearsal):
    phone = rehearsal.wechat.phone("提问的人")
    phone.follow()
    phone.type("人工", "提前还款怎么办")
    rehearsal.pass_time(minutes=5)
    ann = an_actor(rehearsal.deps, Role.OPERATOR)
    person = only(rehearsal, Note.person_id)
    inbox.answer_thread(rehearsal.deps, ann, person, words="可以提前还。")
    rehearsal.work()
    (told,) = phone.pushed()
    assert "可以提前还。" in told
    assert "记下了" in phone.tap("不满意")
    assert "投诉" in phone.heard()[-1]
    assert only(rehearsal, Rating.score) == 1
    assert len(phone.pushed()) == 1


def test_a_complaint_closed_without_a_window_is_told_with_the_next_message(rehearsal):
    phone = rehearsal.wechat.phone("投诉的人")
    phone.follow()
    assert "已经登记" in phone.type("投诉")
    phone.type("三天没人回我")
    ann = an_actor(rehearsal.deps, Role.REVIEWER)
    case = only(rehearsal, Complaint.id)
    complaints.answer_first(rehearsal.deps, ann, case, words="正在查。")
    rehearsal.work()
    assert "已由专人受理" in phone.pushed()[-1]
    rehearsal.pass_time(days=4)
    ending = Ending("upheld", "slow_answer", "查过了，是我们回复慢了。")
    assert complaints.close(rehearsal.deps, ann, case, ending) == "next_contact"
    rehearsal.work()
    assert len(phone.pushed()) == 1
    assert only(rehearsal, Errand.state) == "open"
    assert "是我们回复慢了" in phone.type("在吗")
    rehearsal.pass_time(minutes=10)
    assert only(rehearsal, Errand.state) == "told"


def test_a_correction_goes_from_the_chat_to_the_desk_and_ends_in_a_new_quota(rehearsal):
    phone = rehearsal.wechat.phone("填错的人")
    phone.follow()
    phone.type(*SALARIED, "1")
    rehearsal.work()
    assert TOLD_IN_EXAMPLE in phone.pushed()[-1]
    phone.type("信息有误")
    assert "已经登记您的更正请求" in phone.type("金额应该是1万")
    rehearsal.pass_time(minutes=5)
    ann = an_actor(rehearsal.deps, Role.REVIEWER)
    rights_acts.ask_to_correct(rehearsal.deps, ann, only(rehearsal, SubjectRequest.id))
    rehearsal.work()
    phone.tap("改填写")
    phone.type("5", "1万 一年")
    phone.tap("确认提交")
    rehearsal.work()
    assert "10,000元" in phone.pushed()[-1]
    assert only(rehearsal, SubjectRequest.state) == "done"
