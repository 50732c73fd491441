"""A case from the wish for a person to the outcome: asked, answered, decided, read in the chat."""

import pytest

from app.core.access import Role
from app.services import asking, reviews, verdicts
from app.services.verdicts import Verdicted
from app.store.enquiries import Review
from tests.console import an_actor
from tests.journeys.test_conversations import SALARIED, rows

pytestmark = pytest.mark.journey


def test_a_reviewer_asks_the_person_answers_and_reads_the_outcome(rehearsal):
    deps, phone = rehearsal.deps, rehearsal.wechat.phone()
    phone.follow()
    phone.type(*SALARIED, "1")
    rehearsal.work()
    assert "最迟" in phone.type("人工复核")
    rehearsal.work()
    reviewer = an_actor(deps, Role.REVIEWER, name="小审")
    case = reviews.take_next(deps, reviewer)
    rehearsal.pass_time(minutes=1)
    asking.ask_person(deps, reviewer, case, "月收入里有多少是工资？")
    rehearsal.work()
    assert "月收入里有多少是工资" in phone.pushed()[-1]
    assert "额度" in phone.type("我的额度")
    assert "已经转给看您这份申请的工作人员" in phone.type("八成是工资")
    assert reviews.take_next(deps, reviewer) == case
    wanted = Verdicted(1_500_000, reason="heavy_debt", note="工资八成")
    verdicts.decide_review(deps, reviewer, case, wanted)
    rehearsal.work()
    assert "人工复核有结果了" in phone.pushed()[-1]
    assert "15,000元" in phone.pushed()[-1]
    assert "15,000" in phone.type("我的额度")
    assert rows(rehearsal, Review.state) == ["decided"]


def test_past_the_policy_the_person_reads_it_only_after_a_second_person(rehearsal):
    deps, phone = rehearsal.deps, rehearsal.wechat.phone()
    phone.follow()
    phone.type(*SALARIED, "1")
    rehearsal.work()
    phone.type("人工复核")
    reviewer = an_actor(deps, Role.REVIEWER)
    case = reviews.take_next(deps, reviewer)
    before = len(phone.pushed())
    wanted = Verdicted(2_900_000, reason="steady_income", note="工资流水够")
    assert verdicts.decide_review(deps, reviewer, case, wanted).waits_for_second
    rehearsal.work()
    assert len(phone.pushed()) == before
    verdicts.answer_release(deps, an_actor(deps, Role.APPROVER), case, approve=True)
    rehearsal.work()
    assert "29,000元" in phone.pushed()[-1]
