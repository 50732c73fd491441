"""What became of earlier loans decides the next limit: growth, exposure, the fast lane."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core.access import Role
from app.core.dated import day_of
from app.deps import Deps
from app.services import decisions, outcomes, rescoring
from app.services.outcomes import Handed
from app.store.enquiries import Decision
from app.store.rescoring import RescoreRun
from tests.builders import finish, say
from tests.console import an_actor
from tests.fakes import FixedClock

HEAD = "reference,outcome,observed_on,days_past_due,lent_yuan,owed_yuan\n"
WEALTHY = (
    *("同意", "2", "上班", "浙江杭州", "1", "8万 一年", "3年以上"),
    *("单独同意", "6", "1", "没有逾期"),
)


def latest(deps: Deps) -> Decision:
    with deps.sessions() as session:
        newest = select(Decision).order_by(Decision.decided_at.desc()).limit(1)
        return session.scalars(newest).one()


def asks_again(deps: Deps, words: tuple[str, ...] = WEALTHY) -> dict[str, Any]:
    """Ask once more; return the assessment, its caps by name."""
    say(deps, "重新测额")
    finish(deps, words=words)
    said = latest(deps).assessment
    return {**said, "caps": {cap["name"]: cap for cap in said["caps"]}}


def told_of(deps: Deps, decision: Decision, told: str) -> None:
    """Take in how the loan stands today."""
    line = told.format(day=day_of(deps.clock.now()))
    content = f"{HEAD}{decision.id},{line}\n".encode()
    handed = Handed("表现.csv", content, "每月回传")
    row = outcomes.import_now(deps, an_actor(deps, Role.OPERATOR), handed, dry=False)
    assert (row.state, row.rows_bad) == ("applied", 0)


def days_after_the_quota(deps: Deps, clock: FixedClock, days: int) -> Decision:
    """Let a first quota be told, and wait so many days after it ended."""
    finish(deps, words=WEALTHY)
    first = latest(deps)
    (binding,) = [cap["name"] for cap in first.assessment["caps"] if cap["binding"]]
    assert binding == "trial"
    until = day_of(first.valid_until) if first.valid_until else date.max
    clock.advance(days=(until - day_of(clock.now())).days + days)
    return first


def test_instalments_paid_when_due_bring_the_growth_cap_less_what_is_owed(
    deps: Deps, clock: FixedClock
) -> None:
    first = days_after_the_quota(deps, clock, 100)
    told_of(deps, first, "good,{day},0,20000,15000")
    said = asks_again(deps)
    assert "trial" not in said["caps"]
    assert said["caps"]["growth"]["value_fen"] == 5_000_000 - 1_500_000
    assert said["caps"]["growth"]["binding"]
    assert said["offer"]["high_fen"] == 3_500_000
    assert said["caps"]["household"]["value_fen"] == 20_000_000 - 1_500_000
    assert "growth_cap" in [reason["code"] for reason in said["reasons"]]
    assert decisions.replay_decision(deps, first.id)
    assert decisions.replay_decision(deps, latest(deps).id)


def test_before_anything_is_told_the_trial_cap_stays(deps: Deps, clock: FixedClock) -> None:
    days_after_the_quota(deps, clock, 100)
    assert asks_again(deps)["caps"]["trial"]["binding"]


def test_a_loan_nobody_says_was_paid_when_due_grows_nothing(deps: Deps, clock: FixedClock) -> None:
    first = days_after_the_quota(deps, clock, 100)
    told_of(deps, first, "good,{day},,20000,5000")
    assert asks_again(deps)["caps"]["growth"]["value_fen"] == 2_000_000 - 500_000


def test_a_late_day_in_an_earlier_file_is_remembered_and_can_be_corrected(
    deps: Deps, clock: FixedClock
) -> None:
    first = days_after_the_quota(deps, clock, 50)
    told_of(deps, first, "indeterminate,{day},12,20000,19000")
    told_of(deps, first, "good,{day},0,20000,19000")
    clock.advance(days=50)
    told_of(deps, first, "good,{day},0,20000,15000")
    assert asks_again(deps)["caps"]["growth"]["value_fen"] == 3_500_000
    clock.advance(days=30)
    told_of(deps, first, "good,{day},4,20000,13000")
    clock.advance(days=30)
    told_of(deps, first, "good,{day},0,20000,11000")
    assert asks_again(deps)["caps"]["growth"]["value_fen"] == 2_000_000 - 1_100_000


@pytest.mark.parametrize(
    ("days", "said_last"), [(190, ["approve"]), (160, ["refer", "changing_answers"])]
)
def test_the_fast_lane_spares_whoever_paid_six_instalments(
    deps: Deps, clock: FixedClock, days: int, said_last: list[str]
) -> None:
    told_of(deps, days_after_the_quota(deps, clock, days), "结清,{day},0,20000,")
    for amount in ("5万", "4万", "3万"):
        clock.advance(days=2)
        said = asks_again(deps, tuple(word.replace("8万", amount) for word in WEALTHY))
    assert [said["outcome"], *(rule["code"] for rule in said["rules"])] == said_last


def test_who_is_behind_here_goes_to_a_person_and_is_asked_for_what_is_owed(
    deps: Deps, clock: FixedClock
) -> None:
    first = days_after_the_quota(deps, clock, 100)
    told_of(deps, first, "bad,{day},95,20000,")
    said = asks_again(deps)
    assert said["outcome"] == "refer"
    assert "behind_here" in [rule["code"] for rule in said["rules"]]
    assert said["caps"]["household"]["value_fen"] == 20_000_000 - 2_000_000
    assert said["caps"]["growth"]["value_fen"] == 0


def test_a_quota_that_holds_grows_when_the_file_comes(deps: Deps, clock: FixedClock) -> None:
    first = days_after_the_quota(deps, clock, 100)
    assert asks_again(deps)["offer"]["high_fen"] == 2_000_000
    clock.advance(days=1)
    told_of(deps, first, "good,{day},0,20000,10000")
    while rescoring.rescore_due(deps):
        pass
    again = latest(deps)
    assert again.assessment["offer"]["high_fen"] == 4_000_000
    assert decisions.replay_decision(deps, again.id)


def test_a_quota_of_somebody_behind_is_left_as_it_was_told(deps: Deps, clock: FixedClock) -> None:
    first = days_after_the_quota(deps, clock, 100)
    asks_again(deps)
    clock.advance(days=1)
    told_of(deps, first, "bad,{day},95,20000,10000")
    while rescoring.rescore_due(deps):
        pass
    with deps.sessions() as session:
        run = session.scalars(select(RescoreRun)).one()
        assert (run.state, run.better, run.kept, run.worse) == ("done", 0, 0, 0)
        assert session.scalar(select(func.count()).select_from(Decision)) == 2


def test_months_are_counted_from_the_last_day_of_the_quota(deps: Deps, clock: FixedClock) -> None:
    first = days_after_the_quota(deps, clock, 85)
    assert first.valid_until is not None
    assert clock.now() - first.decided_at > timedelta(days=110)
    told_of(deps, first, "good,{day},0,20000,15000")
    assert asks_again(deps)["caps"]["growth"]["value_fen"] == 2_000_000 - 1_500_000
