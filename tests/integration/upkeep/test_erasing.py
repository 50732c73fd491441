"""What has been kept long enough is erased: whole, in every table, and nobody else."""

import threading
import uuid
from datetime import datetime

from sqlalchemy import select, text

from app.deps import Deps
from app.services import decisions, upkeep
from app.store import deciding
from app.store.conversations import AnswerRow, Consent, Conversation, Delivery
from app.store.enquiries import Decision, Enquiry
from app.store.messages import Message
from app.store.people import Person, Suppression
from app.store.tables import metadata
from tests.builders import OPENID, follows, hear, say
from tests.fakes import FixedClock
from tests.reviewing import decide

SALARIED = (
    *("同意", "2", "上班", "浙江杭州", "1", "3万 一年", "3年以上"),
    *("单独同意", "4", "2", "没有逾期", "1"),
)
ANOTHER = "oPrequalAnotherPersonNo00002"


def begin(deps: Deps, openid: str = OPENID) -> None:
    hear(deps, follows(deps, openid))
    say(deps, "同意", "2", "上班", openid=openid)


def finish(deps: Deps, openid: str = OPENID) -> None:
    hear(deps, follows(deps, openid))
    say(deps, *SALARIED, openid=openid)
    decisions.score_due(deps)


def count(deps: Deps, table: type) -> int:
    with deps.sessions() as session:
        return len(session.execute(select(table.__table__)).all())


def the_person(deps: Deps) -> Person:
    with deps.sessions() as session:
        return session.scalars(select(Person)).one()


def test_an_unfinished_form_goes_after_thirty_days_and_the_person_stays(
    deps: Deps, clock: FixedClock
) -> None:
    begin(deps)
    clock.advance(days=29)
    assert upkeep.erase_expired(deps).discarded == 0
    clock.advance(days=2)
    assert upkeep.erase_expired(deps).discarded == 1
    assert count(deps, AnswerRow) == 0
    assert count(deps, Conversation) == 0
    assert the_person(deps).state == "active"
    assert upkeep.erase_expired(deps).discarded == 0


def test_a_form_paused_by_its_person_goes_as_well(deps: Deps, clock: FixedClock) -> None:
    begin(deps)
    say(deps, "退出")
    clock.advance(days=31)
    assert upkeep.erase_expired(deps).discarded == 1
    assert count(deps, AnswerRow) == 0


def test_a_form_that_was_handed_in_is_not_unfinished(deps: Deps, clock: FixedClock) -> None:
    finish(deps)
    answers = count(deps, AnswerRow)
    clock.advance(days=31)
    assert upkeep.erase_expired(deps).discarded == 0
    assert count(deps, AnswerRow) == answers


def test_a_lead_is_erased_ninety_days_after_the_last_contact(deps: Deps, clock: FixedClock) -> None:
    finish(deps)
    clock.advance(days=89)
    assert upkeep.erase_expired(deps).erased == 0
    clock.advance(days=2)
    assert upkeep.erase_expired(deps).erased == 1
    person = the_person(deps)
    assert (person.state, person.openid_index, person.wrapped_key) == ("erased", None, None)
    for table in (AnswerRow, Conversation, Enquiry, Decision):
        assert count(deps, table) == 0
    assert count(deps, Consent) == 2


def test_who_comes_back_meanwhile_is_kept(deps: Deps, clock: FixedClock) -> None:
    finish(deps)
    clock.advance(days=60)
    say(deps, "我的额度")
    clock.advance(days=60)
    assert upkeep.erase_expired(deps).erased == 0
    clock.advance(days=31)
    assert upkeep.erase_expired(deps).erased == 1


def test_nobody_else_is_touched(deps: Deps, clock: FixedClock) -> None:
    finish(deps)
    clock.advance(days=91)
    finish(deps, ANOTHER)
    assert upkeep.erase_expired(deps).erased == 1
    assert count(deps, Enquiry) == 1
    assert "12,000" in say(deps, "我的额度", openid=ANOTHER)


def test_somebody_whose_turn_runs_at_this_moment_is_left_for_the_next_sweep(
    deps: Deps, clock: FixedClock
) -> None:
    finish(deps)
    clock.advance(days=91)
    person = the_person(deps)
    lock = int.from_bytes(bytes(person.openid_index or b"")[:8], "big", signed=True)
    with deps.sessions.begin() as turn:
        turn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
        assert upkeep.erase_expired(deps).erased == 0
    assert upkeep.erase_expired(deps).erased == 1


def test_an_open_review_keeps_the_person_restricted_until_it_is_closed(
    deps: Deps, clock: FixedClock
) -> None:
    finish(deps)
    say(deps, "人工复核")
    clock.advance(days=91)
    upkeep.erase_expired(deps)
    assert the_person(deps).state == "restricted"
    assert count(deps, AnswerRow) == 0
    assert count(deps, Decision) == 1
    review = decisions.list_reviews(deps)[0]
    decide(deps, review.id)
    assert upkeep.erase_expired(deps).erased == 1
    assert the_person(deps).state == "erased"
    assert count(deps, Decision) == 0


def test_a_decision_being_made_is_waited_for_and_erased_with_the_rest(
    deps: Deps, clock: FixedClock
) -> None:
    hear(deps, follows(deps))
    say(deps, *SALARIED)
    clock.advance(days=91)
    sweep = threading.Thread(target=upkeep.erase_expired, args=(deps,))
    with deps.sessions.begin() as worker:
        (submitted,) = deciding.claim_submitted(worker, 50)
        sweep.start()
        sweep.join(0.3)
        assert sweep.is_alive()
        deciding.add_decisions(worker, [a_decision(submitted.enquiry, clock.now())])
    sweep.join(5)
    assert the_person(deps).state == "erased"
    assert count(deps, Decision) == 0
    assert count(deps, Enquiry) == 0


def a_decision(enquiry: Enquiry, now: datetime) -> dict[str, object]:
    return {
        "id": uuid.uuid4(),
        "enquiry_id": enquiry.id,
        "person_id": enquiry.person_id,
        "outcome": "decline",
        "assessment": {},
        "dossier_sealed": b"",
        "inputs_hash": "",
        "decided_at": now,
        "decided_by": "auto",
        "consent_ids": [],
    }


def test_who_stopped_marketing_is_still_not_marketed_to(deps: Deps, clock: FixedClock) -> None:
    finish(deps)
    say(deps, "不再推送")
    clock.advance(days=91)
    upkeep.erase_expired(deps)
    with deps.sessions() as session:
        kinds = set(session.scalars(select(Suppression.kind)))
    assert kinds == {"erased", "no_marketing"}


def test_an_unnamed_delivery_goes_after_a_week_once_its_day_is_counted(
    deps: Deps, clock: FixedClock
) -> None:
    begin(deps)
    say(deps, "删除我的数据", "确认删除")
    left = count(deps, Delivery)
    assert left > 0
    clock.advance(days=8)
    assert upkeep.erase_expired(deps).deliveries == 0
    upkeep.count_up(deps)
    assert upkeep.erase_expired(deps).deliveries == left
    assert count(deps, Delivery) == 0


def test_the_proofs_go_when_nothing_can_be_claimed_any_more(deps: Deps, clock: FixedClock) -> None:
    finish(deps)
    clock.advance(days=91)
    assert upkeep.erase_expired(deps).erased == 1
    clock.advance(days=5 * 365 - 100)
    assert upkeep.erase_expired(deps).forgotten == 0
    clock.advance(days=40)
    assert upkeep.erase_expired(deps).forgotten == 1
    for table in (Person, Consent, Message):
        assert count(deps, table) == 0


def test_a_link_that_leads_nowhere_is_deleted(deps: Deps, clock: FixedClock) -> None:
    finish(deps)
    say(deps, "导出我的数据")
    upkeep.erase_expired(deps)
    exports = metadata.tables["exports"]
    with deps.sessions() as session:
        assert len(session.execute(select(exports)).all()) == 1
    clock.advance(minutes=31)
    upkeep.erase_expired(deps)
    with deps.sessions() as session:
        assert session.execute(select(exports)).all() == []


def test_after_an_erasure_no_table_holds_anything_sealed_by_the_person(
    deps: Deps, clock: FixedClock
) -> None:
    finish(deps)
    say(deps, "人工", "想问问提前还款", "导出我的数据")
    clock.advance(days=91)
    upkeep.erase_expired(deps)
    for table in metadata.sorted_tables:
        sealed = [column.name for column in table.columns if column.name.endswith("_sealed")]
        with deps.sessions() as session:
            rows = session.execute(select(table)).mappings().all()
        assert all(row[name] is None for row in rows for name in sealed), table.name
