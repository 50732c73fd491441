"""Outcomes by file: checked first, written once, corrected with their history, gone with people."""

import io
import itertools
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest
from pyarrow import parquet
from sqlalchemy import select, update

from app.core.access import Role
from app.core.dated import day_of
from app.core.errors import NotAllowed
from app.core.workbooks import Workbook
from app.deps import Deps
from app.services import outcomes
from app.services.outcomes import Handed
from app.store import outcomes as outcomes_store
from app.store.enquiries import Decision, Enquiry, Handover
from app.store.outcomes import Outcome, OutcomeImport
from tests.builders import OPENID, finish, say
from tests.console import an_actor
from tests.fakes import FixedClock

HEAD = "reference,outcome,observed_on,days_past_due,lent_yuan,owed_yuan\n"


def an_enquiry(deps: Deps, openid: str = OPENID) -> str:
    finish(deps, openid=openid)
    with deps.sessions() as session:
        latest = select(Enquiry.id).order_by(Enquiry.submitted_at.desc(), Enquiry.id).limit(1)
        return str(session.scalar(latest))


def taken_in(
    deps: Deps, content: str | bytes, *, dry: bool = False, is_whole: bool = False
) -> OutcomeImport:
    whole = content if isinstance(content, bytes) else (HEAD + content).encode()
    handed = Handed("表现.csv", whole, "每月回传", is_whole)
    return outcomes.import_now(deps, an_actor(deps, Role.OPERATOR), handed, dry=dry)


def counts(row: OutcomeImport) -> tuple[int, int, int, int]:
    return row.rows_new, row.rows_changed, row.rows_same, row.rows_bad


def stored(deps: Deps) -> list[Outcome]:
    with deps.sessions() as session:
        return list(session.scalars(select(Outcome).order_by(Outcome.id)))


@pytest.fixture
def enquiry(deps: Deps) -> str:
    return an_enquiry(deps)


@pytest.fixture(autouse=True)
def two_months_later(enquiry: str, clock: FixedClock) -> None:
    clock.advance(days=60)


def test_a_line_becomes_an_outcome(deps: Deps, enquiry: str) -> None:
    row = taken_in(deps, f"{enquiry},bad,2026-12-31,95,8000,7512.50\n")
    assert (row.state, row.upload_sealed) == ("applied", None)
    (one,) = stored(deps)
    assert (str(one.enquiry_id), one.outcome, one.observed_on) == (
        enquiry,
        "bad",
        date(2026, 12, 31),
    )
    assert (one.days_past_due, one.lent_fen, one.owed_fen) == (95, 800_000, 751_250)


def test_a_try_writes_nothing_and_says_what_it_would(deps: Deps, enquiry: str) -> None:
    row = taken_in(deps, f"{enquiry},good,2026-12-31,,,\n", dry=True)
    assert (row.state, counts(row)) == ("dropped", (1, 0, 0, 0))
    assert stored(deps) == []


def test_the_same_file_twice_changes_nothing(deps: Deps, enquiry: str) -> None:
    line = f"{enquiry},good,2026-12-31,0,,\n"
    taken_in(deps, line)
    assert counts(taken_in(deps, line)) == (0, 0, 1, 0)
    assert len(stored(deps)) == 1


def test_a_correction_supersedes_and_what_was_stays_on_record(deps: Deps, enquiry: str) -> None:
    taken_in(deps, f"{enquiry},bad,2026-12-31,95,,\n")
    row = taken_in(deps, f"{enquiry},good,2026-12-31,0,,\n")
    assert counts(row) == (0, 1, 0, 0)
    first, second = stored(deps)
    assert (first.outcome, first.superseded_by) == ("bad", row.id)
    assert (second.outcome, second.superseded_at) == ("good", None)


def test_an_older_file_does_not_undo_a_newer_one(deps: Deps, enquiry: str) -> None:
    taken_in(deps, f"{enquiry},bad,2027-01-15,31,,\n")
    assert counts(taken_in(deps, f"{enquiry},good,2026-12-31,0,,\n")) == (0, 0, 1, 0)
    assert [one.outcome for one in stored(deps)] == ["bad"]


def test_every_bad_line_is_told_and_the_good_ones_are_written(deps: Deps, enquiry: str) -> None:
    lines = (
        f"{enquiry},good,2026-12-31,,,",
        f"{enquiry},good,2026-12-31,,,",
        "00000000-0000-0000-0000-000000000000,good,2026-12-31,,,",
        "77,good,2026-12-31,,,",
        "oPrequalTestPersonNumber0001,good,2026-12-31,,,",
        ",good,2026-12-31,,,",
        f"{enquiry},maybe,2026-12-31,,,",
        f"{enquiry},good,31.12.2026,,,",
        f"{enquiry},good,,,,",
        f"{enquiry},good,2028-01-01,,,",
        f"{enquiry},good,2020-01-01,,,",
        f"{enquiry},good,2026-12-31,late,,",
        f"{enquiry},good,2026-12-31,1,a lot,",
        f"{enquiry},good,2026-12-31,1,1.234,",
        f"{enquiry},good,=TODAY(),1,,",
    )
    row = taken_in(deps, "\n".join(lines))
    assert row.problems == [
        [3, "reference", "stands_twice"],
        [4, "reference", "reference_unknown"],
        [5, "reference", "reference_unknown"],
        [6, "reference", "reference_unknown"],
        [7, "reference", "reference_missing"],
        [8, "outcome", "outcome_unknown"],
        [9, "observed_on", "day_unreadable"],
        [10, "observed_on", "day_missing"],
        [11, "reference", "stands_twice"],
        [12, "reference", "stands_twice"],
        [13, "days_past_due", "days_unreadable"],
        [14, "lent_yuan", "amount_unreadable"],
        [15, "lent_yuan", "amount_unreadable"],
        [16, "observed_on", "formula"],
    ]
    assert (row.state, counts(row)) == ("applied", (1, 0, 0, 14))


@pytest.mark.parametrize(
    ("day", "why"), [("2028-01-01", "day_to_come"), ("2020-01-01", "day_before_enquiry")]
)
def test_a_day_that_cannot_be_is_told(deps: Deps, enquiry: str, day: str, why: str) -> None:
    assert taken_in(deps, f"{enquiry},good,{day},,,\n").problems == [[2, "observed_on", why]]


def test_all_or_nothing_writes_nothing_when_a_line_is_bad(deps: Deps, enquiry: str) -> None:
    lines = f"{enquiry},good,2026-12-31,,,\n77,good,2026-12-31,,,\n"
    row = taken_in(deps, lines, is_whole=True)
    assert (row.state, counts(row)) == ("dropped", (1, 0, 0, 1))
    assert stored(deps) == []


def test_a_hand_over_and_a_decision_lead_to_the_enquiry(
    deps: Deps, enquiry: str, clock: FixedClock
) -> None:
    clock.advance(days=-59)
    say(deps, "我要办理", "周六上午")
    clock.advance(days=59)
    with deps.sessions() as session:
        number = session.scalar(select(Handover.id))
        decision = session.scalar(select(Decision.id))
    assert counts(taken_in(deps, f"{number},好,2026/12/31,,,\n")) == (1, 0, 0, 0)
    assert counts(taken_in(deps, f"{decision},坏,20270105,40,,\n")) == (0, 1, 0, 0)
    assert {str(one.enquiry_id) for one in stored(deps)} == {enquiry}


def test_spreadsheets_and_parquet_are_read_as_well(deps: Deps, enquiry: str) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["编号", "结果", "观察日期", "逾期天数"])
    sheet.append([enquiry, "正常", date(2026, 12, 31), 0])
    excel = io.BytesIO()
    book.save(excel)
    assert counts(taken_in(deps, excel.getvalue())) == (1, 0, 0, 0)
    columns = {"reference": [enquiry], "outcome": ["bad"], "observed_on": [date(2027, 1, 10)]}
    binary = io.BytesIO()
    parquet.write_table(pa.table(columns), binary)
    assert counts(taken_in(deps, binary.getvalue())) == (0, 1, 0, 0)


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"", "empty"), (b"a,b\n1,2\n", "header_missing"), (b"PAR1 and nothing", "not_a_table")],
)
def test_a_file_that_is_no_table_of_outcomes_is_told(deps: Deps, content: bytes, why: str) -> None:
    row = taken_in(deps, content)
    assert (row.state, row.problem, row.upload_sealed) == ("unusable", why, None)


def test_an_outcome_that_is_too_young_is_kept_and_counted(deps: Deps, enquiry: str) -> None:
    assert taken_in(deps, f"{enquiry},good,2026-12-31,,,\n").rows_young == 1
    assert len(stored(deps)) == 1


def test_an_outcome_goes_with_the_person(deps: Deps, enquiry: str) -> None:
    taken_in(deps, f"{enquiry},good,2026-12-31,,,\n")
    say(deps, "删除我的数据", "确认删除")
    assert stored(deps) == []
    row = taken_in(deps, f"{enquiry},good,2026-12-31,,,\n")
    assert row.problems == [[2, "reference", "reference_unknown"]]


def test_who_only_reviews_hands_nothing_in(deps: Deps) -> None:
    with pytest.raises(NotAllowed):
        outcomes.hand_in(deps, an_actor(deps, Role.REVIEWER), Handed("a.csv", b"", ""))


def test_the_keeper_of_cards_may(deps: Deps, enquiry: str) -> None:
    handed = Handed("a.csv", (HEAD + f"{enquiry},good,2026-12-31,,,\n").encode(), "")
    number = outcomes.hand_in(deps, an_actor(deps, Role.RISK), handed)
    outcomes.work(deps)
    outcomes.apply(deps, an_actor(deps, Role.OPERATOR), number)
    outcomes.work(deps)
    assert len(stored(deps)) == 1
    with pytest.raises(NotAllowed):
        outcomes.apply(deps, an_actor(deps, Role.OPERATOR), number)


def test_a_file_that_nobody_confirmed_is_gone_after_a_day(
    deps: Deps, enquiry: str, clock: FixedClock
) -> None:
    handed = Handed("a.csv", (HEAD + f"{enquiry},good,2026-12-31,,,\n").encode(), "")
    number = outcomes.hand_in(deps, an_actor(deps, Role.OPERATOR), handed)
    outcomes.work(deps)
    clock.advance(days=1, seconds=1)
    outcomes.work(deps)
    with deps.sessions() as session:
        row = session.get(OutcomeImport, number)
        assert row is not None
        assert (row.state, row.upload_sealed) == ("dropped", None)


def test_a_loan_as_late_as_the_policy_calls_bad_is_not_good(deps: Deps, enquiry: str) -> None:
    row = taken_in(deps, f"{enquiry},good,2026-12-31,60,,\n")
    assert row.problems == [[2, "outcome", "good_but_late"]]
    assert counts(taken_in(deps, f"{enquiry},good,2026-12-31,59,,\n")) == (1, 0, 0, 0)


@pytest.mark.parametrize("outcome", ["good", "bad", "indeterminate"])
@pytest.mark.parametrize(
    "applied",
    [
        datetime(2024, 2, 29, 4, tzinfo=UTC),
        datetime(2024, 8, 31, 15, 59, tzinfo=UTC),
        datetime(2024, 8, 31, 16, 1, tzinfo=UTC),
    ],
)
def test_the_database_counts_an_outcome_as_the_policy_does(
    deps: Deps, enquiry: str, outcome: str, applied: datetime
) -> None:
    taken_in(deps, f"{enquiry},{outcome},2026-12-31,,,\n")
    maturity = deps.rulebook().maturity
    ripe_on, day = maturity.ripe_on(day_of(applied)), timedelta(days=1)
    with deps.sessions() as session:
        session.execute(update(Enquiry).values(submitted_at=applied))
        for seen, today in itertools.product((ripe_on - day, ripe_on), repeat=2):
            session.execute(update(Outcome).values(observed_on=seen))
            says = outcomes_store.counts(maturity.window_months, today)
            found = session.scalar(select(says).select_from(Outcome).join(Enquiry))
            is_known = outcome != "indeterminate"
            assert found == (
                is_known
                and maturity.counts(day_of(applied), seen, is_bad=outcome == "bad", today=today)
            )
