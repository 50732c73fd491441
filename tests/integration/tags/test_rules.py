"""Rules set tags set-wise: the first true case counts, what was set by hand stands, and so on."""

import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.audience.parser import parse
from app.core.access import Role
from app.deps import Deps
from app.services import tagging, tags
from app.steps.tag_rules import set_by_rule
from app.store import audience, tag_figures, tag_rules, tag_runs
from app.store.audience import View
from app.store.enquiries import Enquiry
from app.store.outbox import OutboxRow
from app.store.tags import TagFigure, TagHolding, TagRun
from app.tagging.rules import Case
from tests.builders import finish, follows, hear, say
from tests.console import an_actor
from tests.fakes import FixedClock
from tests.integration.tags.people import a_person, hold, holdings

OTHER = "oPrequalAnotherPersonNo00002"
OWNER = (
    *("同意", "35-44", "个体户", "杭州", "餐饮", "5人", "进货", "20万", "一年"),
    *("单独同意", "3万", "没有", "跳过"),
)


def now_held(deps: Deps, person: uuid.UUID) -> dict[str, str]:
    return {tag: value for tag, value, is_open in holdings(deps, person) if is_open}


def evaluate(deps: Deps) -> tagging.Evaluated:
    return tagging.evaluate_everybody(deps, now_please=True)


def test_a_decided_person_gets_the_tags_of_their_answers_and_decision(deps: Deps) -> None:
    person = a_person(deps)
    finish(deps)
    assert evaluate(deps).is_whole
    held = now_held(deps, person)
    assert held["attributes.kind"] == "person"
    assert held["attributes.person.occupation"] == "employed"
    assert held["attributes.person.life_stage"] == "building"
    assert held["need.amount"] == "1_3w"
    assert held["need.purpose"] == "renovation"
    assert held["need.term"] == "medium"
    assert held["need.urgency"] == "medium"
    assert held["behaviour.activity"] == "active"
    assert held["risk.past_default"] == "none"
    assert held["risk.grade"] in ("low", "medium", "high")
    assert not any(tag.startswith("attributes.firm") for tag in held)


def test_a_firm_gets_its_industry_headcount_and_size(deps: Deps) -> None:
    person = a_person(deps)
    finish(deps, words=OWNER)
    evaluate(deps)
    held = now_held(deps, person)
    assert held["attributes.kind"] == "firm"
    assert held["attributes.firm.industry"] == "H"
    assert held["attributes.firm.headcount"] == "h2_9"
    # Nine people at most in catering: micro, whatever the revenue.
    assert held["attributes.firm.size"] == "micro"
    assert held["need.amount"] == "10_30w"


def test_a_second_run_changes_nothing(deps: Deps, clock: FixedClock) -> None:
    a_person(deps)
    finish(deps)
    first = evaluate(deps)
    clock.advance(minutes=1)
    assert first.added > 5
    again = evaluate(deps)
    assert (again.added, again.ended) == (0, 0)


def test_activity_cools_down_with_time_and_keeps_its_history(deps: Deps, clock: FixedClock) -> None:
    person = a_person(deps)
    seen = []
    for days in (0, 8, 25):
        clock.advance(days=days)
        evaluate(deps)
        seen.append(now_held(deps, person)["behaviour.activity"])
    assert seen == ["active", "cooling", "sleeping"]
    with deps.sessions() as session:
        rows = session.scalars(
            select(TagHolding)
            .where(TagHolding.tag == "behaviour.activity")
            .order_by(TagHolding.since)
        ).all()
    assert [row.until for row in rows][:-1] == [row.since for row in rows][1:]
    assert rows[0].ended_by == rows[0].source + ":" + rows[0].source_id


def test_a_segment_can_be_asked_as_of_a_day(deps: Deps, clock: FixedClock) -> None:
    a_person(deps)
    evaluate(deps)
    then = clock.now() + timedelta(hours=1)
    clock.advance(days=9)
    evaluate(deps)
    query = parse('tag:"behaviour.activity" = "active"')
    with deps.sessions() as session:
        assert audience.count(session, query, View(clock.now())) == 0
        assert audience.count(session, query, View(then, is_past=True)) == 1


def test_somebody_who_opts_out_is_likely_to_leave(deps: Deps, clock: FixedClock) -> None:
    person = a_person(deps)
    say(deps, "不再推送")
    clock.advance(minutes=5)
    tagging.evaluate_recent(deps)
    assert now_held(deps, person)["behaviour.activity"] == "leaving"


def test_what_was_set_by_hand_stands_until_it_is_cut(deps: Deps, clock: FixedClock) -> None:
    person = a_person(deps)
    actor = an_actor(deps, Role.OPERATOR)
    tags.set_by_hand(deps, actor, person, "need.urgency", "高", "电话里说着急")
    finish(deps)
    clock.advance(minutes=1)
    evaluate(deps)
    assert now_held(deps, person)["need.urgency"] == "high"
    tags.cut_by_hand(deps, actor, person, "need.urgency", "不急了")
    evaluate(deps)
    assert now_held(deps, person)["need.urgency"] == "medium"


def test_a_tag_that_a_person_deleted_is_not_set_again(deps: Deps, clock: FixedClock) -> None:
    person = a_person(deps)
    evaluate(deps)
    clock.advance(minutes=1)
    say(deps, "我的标签", "全部删除")
    clock.advance(days=9)
    evaluate(deps)
    held = now_held(deps, person)
    assert "behaviour.activity" not in held
    assert all(key.startswith(("risk.", "behaviour.enquiries", "attributes.")) for key in held)


def test_only_those_of_whom_something_happened_are_looked_at(deps: Deps, clock: FixedClock) -> None:
    quiet, loud = a_person(deps), a_person(deps, OTHER)
    # A turn may be committed a moment after it began: the last two minutes are looked at twice.
    assert tagging.evaluate_recent(deps).people == 2
    assert tagging.evaluate_recent(deps).people == 2
    clock.advance(minutes=5)
    assert tagging.evaluate_recent(deps).people == 2
    assert tagging.evaluate_recent(deps).people == 0
    clock.advance(days=9)
    hear(deps, follows(deps, OTHER))
    clock.advance(seconds=10)
    assert tagging.evaluate_recent(deps).people == 1
    assert now_held(deps, quiet)["behaviour.activity"] == "active"
    assert now_held(deps, loud)["behaviour.activity"] == "active"
    evaluate(deps)
    assert now_held(deps, quiet)["behaviour.activity"] == "cooling"


def test_a_recent_run_cut_short_begins_again_where_it_was(
    deps: Deps, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = a_person(deps)
    holder = deps.sessions.begin()
    with holder as session:
        assert tag_rules.take(session, "need.urgency")
        assert not tagging.evaluate_recent(deps).is_whole
    with deps.sessions() as session:
        assert tag_runs.recent_until(session) is None
    clock.advance(minutes=10)
    assert tagging.evaluate_recent(deps).is_whole
    assert now_held(deps, person)["behaviour.activity"] == "active"


def test_a_full_run_goes_on_behind_the_last_tag_that_was_finished(
    deps: Deps, clock: FixedClock
) -> None:
    a_person(deps)
    with deps.sessions.begin() as session:
        session.add(
            TagRun(kind="full", covers_until=clock.now(), began_at=clock.now(), done="need.urgency")
        )
    assert tagging.evaluate_everybody(deps).is_whole
    tags_set = {tag for tag, _, _ in holdings(deps)}
    assert "attributes.kind" not in tags_set
    with deps.sessions() as session:
        run = session.scalars(select(TagRun)).one()
        assert run.finished_at is not None
        assert session.scalars(select(TagFigure)).all() != []


def test_a_full_run_is_due_once_a_night(deps: Deps, clock: FixedClock) -> None:
    def runs() -> int:
        tagging.evaluate_everybody(deps)
        with deps.sessions() as session:
            return len(session.scalars(select(TagRun)).all())

    assert runs() == 1  # never ran
    assert runs() == 1
    clock.advance(hours=12)
    assert runs() == 1  # 22:00 in Shanghai
    clock.advance(hours=6)
    assert runs() == 2  # 04:00


def test_two_workers_at_once_set_everything_once(deps: Deps) -> None:
    people = [a_person(deps, f"oPrequalPersonInACrowd{n:06d}") for n in range(20)]
    with deps.sessions.begin() as session:
        tag_runs.begin(session, "full", deps.clock.now())
    workers = [
        threading.Thread(target=job, args=(deps,))
        for job in (tagging.evaluate_everybody, tagging.evaluate_recent) * 2
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    tagging.evaluate_everybody(deps)
    tagging.evaluate_recent(deps)
    held = [row for row in holdings(deps) if row[0] == "behaviour.activity"]
    assert held == [("behaviour.activity", "active", True)] * len(people)


def test_a_changed_rule_is_brought_to_everybody_and_to_what_asks_for_it(
    deps: Deps, clock: FixedClock
) -> None:
    person = a_person(deps)
    actor = an_actor(deps, Role.OPERATOR)
    evaluate(deps)
    asks = [Case("high", 'tag:"behaviour.activity" = "cooling"')]
    assert tags.save_rule(deps, actor, "need.urgency", asks, "试试") == []
    tagging.evaluate_everybody(deps)
    assert "need.urgency" not in now_held(deps, person)
    clock.advance(minutes=1)
    all_cool = [Case("cooling", "follows")]
    assert tags.save_rule(deps, actor, "behaviour.activity", all_cool, "重新划分") == []
    tagging.evaluate_everybody(deps)
    assert now_held(deps, person) == {
        **now_held(deps, person),
        "behaviour.activity": "cooling",
        "need.urgency": "high",
    }
    with deps.sessions() as session:
        row = session.scalars(
            select(TagHolding).where(
                TagHolding.tag == "behaviour.activity", TagHolding.until.is_(None)
            )
        ).one()
        assert row.source_id == "v1"


def test_saving_a_rule_leaves_the_work_in_the_outbox_with_it(deps: Deps) -> None:
    actor = an_actor(deps, Role.OPERATOR)
    tags.save_rule(deps, actor, "need.urgency", [Case("low", "follows")], "试试")
    with deps.sessions() as session:
        jobs = session.scalars(select(OutboxRow.job)).all()
        runs = session.scalars(select(TagRun)).all()
    assert jobs == ["tag_everybody"]
    assert [(run.kind, run.only) for run in runs] == [("rule", ["need.urgency"])]


def test_figures_count_holders_and_what_became_of_them(deps: Deps) -> None:
    a_person(deps)
    finish(deps)
    a_person(deps, OTHER)
    evaluate(deps)
    with deps.sessions() as session:
        rows = {(row.tag, row.value): row for row in tag_figures.list_latest(session)}
    everybody = rows["", ""]
    assert (everybody.holders, everybody.decided) == (2, 1)
    active = rows["behaviour.activity", ""]
    assert (active.holders, active.decided, active.approved) == (2, 1, everybody.approved)
    assert rows["attributes.kind", "person"].holders == 1
    assert rows["attributes.kind", "person"].handed_over == 0


def test_restricted_and_erased_people_hold_nothing_by_rule(deps: Deps) -> None:
    a_person(deps)
    finish(deps)
    evaluate(deps)
    say(deps, "删除我的数据", "确认删除")
    evaluate(deps)
    assert holdings(deps) == []


def test_an_imported_value_gives_way_to_nothing_but_a_hand(deps: Deps) -> None:
    person = a_person(deps)
    finish(deps)
    hold(deps, person, "risk.past_default", "settled", source="import")
    evaluate(deps)
    assert now_held(deps, person)["risk.past_default"] == "settled"


def test_an_answer_that_no_row_of_a_table_knows_gives_no_value(deps: Deps) -> None:
    person = a_person(deps)
    finish(deps)
    with deps.sessions.begin() as session:
        session.execute(
            update(Enquiry).values(answers={**_answers(session), "situation": "astronaut"})
        )
    evaluate(deps)
    held = now_held(deps, person)
    assert "attributes.person.occupation" not in held
    assert held["attributes.person.life_stage"] == "building"


def _answers(session: Session) -> dict[str, object]:
    return dict(session.scalars(select(Enquiry.answers)).one())


@pytest.mark.parametrize("killed_at", [0, 1, 7, 18])
def test_a_run_killed_between_two_tags_is_finished_by_the_next(
    deps: Deps, monkeypatch: pytest.MonkeyPatch, killed_at: int
) -> None:
    person = a_person(deps)
    finish(deps)
    done: list[str] = []

    def killed(*given: Any) -> Any:
        if len(done) == killed_at:
            raise KeyboardInterrupt
        done.append(given[2].key)
        return set_by_rule(*given)

    monkeypatch.setattr(tagging, "set_by_rule", killed)
    for run in (tagging.evaluate_everybody, tagging.evaluate_recent):
        done.clear()
        with pytest.raises(KeyboardInterrupt):
            run(deps)
    monkeypatch.undo()
    assert tagging.evaluate_recent(deps).is_whole
    recently = now_held(deps, person)
    assert tagging.evaluate_everybody(deps).is_whole
    assert now_held(deps, person) == recently
    assert recently["behaviour.activity"] == "active"
    # Nothing was set twice on the way.
    assert len(holdings(deps, person)) == len(recently)
