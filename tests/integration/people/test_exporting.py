"""Files of people: two persons, masked, marked, sealed, counted, alarmed, gone."""

import csv
import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from app.core.access import Actor, Role
from app.core.errors import NotAllowed, NotFound
from app.deps import Deps
from app.queries.exports import list_latest, plan
from app.queries.people_lists import list_page
from app.services import exporting, segments
from app.steps.export_rules import export_rules
from app.store.audit import AuditRow
from app.store.incidents import Incident
from app.store.list_exports import ListExport
from app.store.people_filters import PeopleFilter
from tests.console import an_actor
from tests.fakes import FixedClock
from tests.integration.people.crowd import a_crowd, some_person

EVERYBODY = PeopleFilter()
COLUMNS = ("openid", "stage", "first_channel", "last_seen")
WHY = "月度渠道核对，交给市场部"


@pytest.fixture
def maker(deps: Deps) -> Actor:
    return an_actor(deps, Role.OPERATOR, name="运营小安")


@pytest.fixture
def checker(deps: Deps) -> Actor:
    return an_actor(deps, Role.APPROVER, name="复核小程")


def built(deps: Deps, maker: Actor, checker: Actor, columns: tuple[str, ...] = COLUMNS) -> int:
    number = exporting.ask(deps, maker, EVERYBODY, columns, reason=WHY)
    exporting.answer(deps, checker, number, approve=True)
    exporting.build_due(deps)
    return number


def kept(deps: Deps, number: int) -> ListExport:
    with deps.sessions() as session:
        row = session.get_one(ListExport, number)
        # Fetched while there is a session: they are not loaded with the row.
        row.csv_sealed, row.xlsx_sealed  # noqa: B018
        return row


def acts(deps: Deps) -> list[str]:
    with deps.sessions() as session:
        return list(session.scalars(select(AuditRow.act).order_by(AuditRow.seq)))


def test_a_file_is_masked_marked_and_sealed(deps: Deps, maker: Actor, checker: Actor) -> None:
    some_person(deps, "oSomebodyOfTheCrowd0001", first_channel="=cmd|'/C calc'!A0")
    number = built(deps, maker, checker)
    sealed = bytes(kept(deps, number).csv_sealed or b"")
    assert "运营小安".encode() not in sealed
    text = exporting.fetch(deps, maker, number, "csv").content.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    assert "运营小安" in lines[0][0]
    assert lines[1] == ["openid（遮挡）", "进度", "首次渠道", "最近联系", "水印"]
    (line,) = lines[2:]
    assert line[:3] == ["oSom…0001", "还没开始", "'=cmd|'/C calc'!A0"]
    assert line[-1] == f"导出{number}·运营小安·2026-11-23 10:00"
    assert "oSomebodyOfTheCrowd0001" not in text


def test_the_workbook_says_the_same(deps: Deps, maker: Actor, checker: Actor) -> None:
    a_crowd(deps, 3)
    number = built(deps, maker, checker)
    content = exporting.fetch(deps, maker, number, "xlsx").content
    rows = list(load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True))
    assert len(rows) == 5
    assert all(str(row[-1]).startswith(f"导出{number}·") for row in rows[2:])


def test_whoever_asked_cannot_approve_and_nothing_is_built_before(
    deps: Deps, maker: Actor, checker: Actor
) -> None:
    a_crowd(deps, 2)
    both = an_actor(deps, Role.OPERATOR, Role.APPROVER)
    number = exporting.ask(deps, both, EVERYBODY, COLUMNS, reason=WHY)
    with pytest.raises(NotAllowed) as refusal:
        exporting.answer(deps, both, number, approve=True)
    assert refusal.value.why == "own_request"
    assert exporting.build_due(deps) == 0
    with pytest.raises(NotAllowed):
        exporting.fetch(deps, both, number, "csv")
    exporting.answer(deps, checker, number, approve=False, words="范围太大")
    assert exporting.build_due(deps) == 0
    assert kept(deps, number).state == "refused"


def test_an_edit_after_the_request_voids_the_approval(
    deps: Deps, maker: Actor, checker: Actor
) -> None:
    a_crowd(deps, 2)
    number = exporting.ask(deps, maker, EVERYBODY, COLUMNS, reason=WHY)
    with deps.sessions.begin() as session:
        session.get_one(ListExport, number).columns = ["openid", "tier", "tags"]
    with pytest.raises(NotAllowed) as refusal:
        exporting.answer(deps, checker, number, approve=True)
    assert refusal.value.why == "changed_since"


def test_only_whoever_asked_fetches_it_and_every_time_is_recorded(
    deps: Deps, maker: Actor, checker: Actor
) -> None:
    a_crowd(deps, 2)
    number = built(deps, maker, checker)
    other = an_actor(deps, Role.OPERATOR)
    for actor in (other, checker):
        with pytest.raises(NotAllowed):
            exporting.fetch(deps, actor, number, "csv")
    exporting.fetch(deps, maker, number, "csv")
    exporting.fetch(deps, maker, number, "xlsx")
    assert kept(deps, number).downloads == 2
    assert acts(deps) == [
        *("approval_asked", "approval_approved", "export_built"),
        *("export_downloaded", "export_downloaded"),
    ]


def test_a_day_later_the_file_is_gone(
    deps: Deps, maker: Actor, checker: Actor, clock: FixedClock
) -> None:
    a_crowd(deps, 2)
    number = built(deps, maker, checker)
    clock.advance(hours=24)
    with pytest.raises(NotAllowed) as refusal:
        exporting.fetch(deps, maker, number, "csv")
    assert refusal.value.why == "no_file"
    exporting.build_due(deps)
    row = kept(deps, number)
    assert (row.state, row.csv_sealed, row.xlsx_sealed) == ("expired", None, None)


def test_many_rows_with_credit_data_raise_an_alarm_until_the_file_is_gone(
    deps: Deps, maker: Actor, checker: Actor, clock: FixedClock
) -> None:
    a_crowd(deps, 26)
    plain = built(deps, maker, checker)
    assert kept(deps, plain).alarms == []
    number = built(deps, maker, checker, (*COLUMNS, "tier"))
    assert kept(deps, number).alarms == ["credit"]
    with deps.sessions() as session:
        incident = session.scalars(select(Incident)).one()
    assert (incident.kind, incident.scope) == ("export_alarm", str(number))
    assert "export_alarm" in acts(deps)
    clock.advance(hours=25)
    exporting.build_due(deps)
    with deps.sessions() as session:
        assert session.scalars(select(Incident)).one().closed_at is not None


@pytest.mark.parametrize(
    ("rows", "kinds", "raised"),
    [
        (25, {"credit"}, ()),
        (26, {"credit"}, ("credit",)),
        (26, {"other"}, ()),
        (251, {"transaction"}, ("transaction",)),
        (2_501, {"credit", "transaction"}, ("credit", "transaction", "other")),
    ],
)
def test_thresholds_are_those_of_the_law_book(deps: Deps, rows, kinds, raised) -> None:
    assert export_rules(deps.clock.now()).raised(rows, frozenset(kinds)) == raised


def test_rules_of_no_day_are_missed(deps: Deps) -> None:
    with pytest.raises(NotFound):
        export_rules(deps.clock.now() - timedelta(days=2_000))


def test_a_worker_that_dies_leaves_the_file_to_the_next(
    deps: Deps, maker: Actor, checker: Actor, clock: FixedClock
) -> None:
    a_crowd(deps, 2)
    number = exporting.ask(deps, maker, EVERYBODY, COLUMNS, reason=WHY)
    exporting.answer(deps, checker, number, approve=True)
    # Killed after it was claimed: the lease is all that it left.
    assert exporting._claim(deps) == number
    assert exporting.build_due(deps) == 0
    clock.advance(minutes=11)
    assert exporting.build_due(deps) == 1
    assert kept(deps, number).state == "ready"
    assert exporting.build_due(deps) == 0


def test_the_list_grew_past_what_one_file_may_hold(
    deps: Deps, maker: Actor, checker: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_crowd(deps, 4)
    number = exporting.ask(deps, maker, EVERYBODY, COLUMNS, reason=WHY)
    exporting.answer(deps, checker, number, approve=True)
    rules = export_rules(deps.clock.now())
    small = type(rules)(rules.alarms, 3, rules.kept_for)
    monkeypatch.setattr(exporting, "export_rules", lambda now: small)
    exporting.build_due(deps)
    row = kept(deps, number)
    assert (row.state, row.csv_sealed) == ("failed", None)
    with pytest.raises(NotAllowed) as refusal:
        exporting.ask(deps, maker, EVERYBODY, COLUMNS, reason=WHY)
    assert refusal.value.why == "too_many_rows"


def test_what_is_asked_for_needs_a_right_a_reason_columns_and_people(
    deps: Deps, maker: Actor, checker: Actor
) -> None:
    with pytest.raises(NotAllowed) as refusal:
        exporting.ask(deps, maker, EVERYBODY, COLUMNS, reason=WHY)
    assert refusal.value.why == "empty_list"
    a_crowd(deps, 1)
    for columns, reason, why in (
        ((), WHY, "no_columns"),
        (("wrapped_key",), WHY, "no_columns"),
        (COLUMNS, "看", "reason_missing"),
    ):
        with pytest.raises(NotAllowed) as refusal:
            exporting.ask(deps, maker, EVERYBODY, columns, reason=reason)
        assert refusal.value.why == why
    with pytest.raises(NotAllowed):
        exporting.ask(deps, checker, EVERYBODY, COLUMNS, reason=WHY)
    with pytest.raises(NotFound):
        exporting.answer(deps, checker, 999, approve=True)
    with pytest.raises(NotFound):
        exporting.fetch(deps, maker, 999, "csv")


def test_the_page_says_what_each_may_do(deps: Deps, maker: Actor, checker: Actor) -> None:
    a_crowd(deps, 2)
    number = exporting.ask(deps, maker, EVERYBODY, COLUMNS, reason=WHY)
    assert [line.may_answer for line in list_latest(deps, maker)] == [False]
    assert [line.may_answer for line in list_latest(deps, checker)] == [True]
    exporting.answer(deps, checker, number, approve=True)
    exporting.build_due(deps)
    assert [line.may_fetch for line in list_latest(deps, maker)] == [True]
    assert [line.may_fetch for line in list_latest(deps, checker)] == [False]
    assert plan(deps, maker, EVERYBODY).rows == 2


def test_a_segment_is_exported_in_the_version_that_was_approved(
    deps: Deps, maker: Actor, checker: Actor
) -> None:
    some_person(deps, "oPoster", first_channel="poster")
    some_person(deps, "oFollower")
    draft = segments.Draft("海报来的", "service", 'first_channel = "poster"')
    saved = segments.save(deps, maker, draft)
    narrowed = PeopleFilter(segment=str(saved))
    assert [row.openid for row in list_page(deps, maker, narrowed).rows] == ["oPos…ster"]
    number = exporting.ask(deps, maker, narrowed, COLUMNS, reason=WHY)
    assert kept(deps, number).filters == {"segment": f"{saved}.1"}
    changed = segments.Draft("海报来的", "service", "follows")
    segments.change(deps, maker, saved, changed, seen=1)
    exporting.answer(deps, checker, number, approve=True)
    exporting.build_due(deps)
    text = exporting.fetch(deps, maker, number, "csv").content.decode("utf-8-sig")
    assert "oPos…ster" in text
    assert "oFol…ower" not in text


def test_a_segment_by_sensitive_answers_names_nobody_to_an_operator(
    deps: Deps, maker: Actor
) -> None:
    a_crowd(deps, 2)
    query = 'answered("income_band", "8_12k")'
    saved = segments.save(deps, maker, segments.Draft("收入", "service", query))
    for read in (list_page, plan):
        with pytest.raises(NotAllowed) as refusal:
            read(deps, maker, PeopleFilter(segment=str(saved)))
        assert refusal.value.why == "guarded_segment"
    with pytest.raises(NotAllowed):
        exporting.ask(deps, maker, PeopleFilter(segment=str(saved)), COLUMNS, reason=WHY)


def test_a_segment_that_is_none_is_not_found(deps: Deps, maker: Actor) -> None:
    for wanted in ("x", "99999", "1.x"):
        with pytest.raises(NotFound):
            list_page(deps, maker, PeopleFilter(segment=wanted))
