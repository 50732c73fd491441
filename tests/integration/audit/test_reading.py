"""The auditor finds what was done, opens what it holds, takes it along, and leaves a trace."""

import base64
import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.core.access import Actor, Permission
from app.core.crypto import Signer
from app.core.errors import NotAllowed, NotFound
from app.deps import Deps
from app.services import audit_export, auditing
from app.services.auditing import Wanted
from app.steps import audit
from app.store.audit import AuditRow
from app.store.people import Person
from tests.builders import follows, hear
from tests.fakes import FixedClock
from tests.integration.audit.tampering import AUDITOR, OPERATOR, written

EVERYTHING = Wanted()
BO = Actor(2, "波", frozenset({Permission.PREPARE}), "r2")


def acts(deps: Deps) -> list[tuple[str, str, str]]:
    with deps.sessions() as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.seq)).all()
    return [(row.actor, row.act, row.reason) for row in rows]


def about(deps: Deps) -> Person:
    """Somebody of whom one act is on record."""
    hear(deps, follows(deps))
    with deps.sessions.begin() as session:
        person = session.scalars(select(Person)).one()
        act = audit.Act("held", "person", person.id, "投诉", person, {"phone": ("", "138")})
        audit.record(deps, session, BO, act)
    return person


def exported(deps: Deps, wanted: Wanted = EVERYTHING) -> tuple[list[bytes], str]:
    lines: list[bytes] = []
    return lines, audit_export.export(deps, AUDITOR, wanted, "年度审计", lines.append)


def test_rows_come_newest_first_in_pages(deps: Deps) -> None:
    written(deps, 60)
    first = auditing.list_rows(deps, AUDITOR, Wanted(act="tag_set"))
    assert [row.seq for row in first.rows] == list(range(60, 10, -1))
    second = auditing.list_rows(deps, AUDITOR, Wanted(act="tag_set"), first.before)
    assert [row.seq for row in second.rows] == list(range(10, 0, -1))
    assert second.before is None


def test_every_field_of_the_search_narrows_it(deps: Deps, clock: FixedClock) -> None:
    written(deps, 3)
    clock.advance(days=2)
    person = about(deps)
    day = timedelta(days=1)
    for wanted in (
        Wanted(actor="波"),
        Wanted(act="held"),
        Wanted(subject="person", subject_id=str(person.id)),
        Wanted(person_id=person.id),
        Wanted(since=clock.now() - day, actor="波"),
        Wanted(request_id="r2"),
    ):
        assert [row.act for row in auditing.list_rows(deps, AUDITOR, wanted).rows] == ["held"]
    earlier = auditing.list_rows(deps, AUDITOR, Wanted(until=clock.now() - day))
    assert {row.act for row in earlier.rows} == {"tag_set"}


def test_reading_is_on_record_with_what_was_looked_for(deps: Deps) -> None:
    written(deps, 1)
    auditing.list_rows(deps, AUDITOR, Wanted(actor="安"))
    auditing.show_row(deps, AUDITOR, 1)
    auditing.open_values(deps, AUDITOR, 1, "抽查")
    assert acts(deps)[1:] == [
        ("审计丁", "audit_searched", ""),
        ("审计丁", "audit_read", ""),
        ("审计丁", "audit_values_shown", "抽查"),
    ]
    assert auditing.open_values(deps, AUDITOR, 2, "抽查") == {"actor": ("安", "安")}


def test_values_open_with_a_reason_only_and_go_with_the_person(deps: Deps) -> None:
    person = about(deps)
    with pytest.raises(NotAllowed, match="reason"):
        auditing.open_values(deps, AUDITOR, 1, " ")
    assert auditing.open_values(deps, AUDITOR, 1, "抽查") == {"phone": ("", "138")}
    with deps.sessions.begin() as session:
        session.execute(update(Person).where(Person.id == person.id).values(wrapped_key=None))
    assert auditing.open_values(deps, AUDITOR, 1, "抽查") is None


def test_a_row_without_values_has_none_to_open(deps: Deps) -> None:
    with deps.sessions.begin() as session:
        audit.record(deps, session, OPERATOR, audit.Act("looked", "menu", 1))
    assert auditing.open_values(deps, AUDITOR, 1, "抽查") == {}
    assert not auditing.show_row(deps, AUDITOR, 1).has_values


def test_a_row_that_is_not_there_is_not_found(deps: Deps) -> None:
    with pytest.raises(NotFound):
        auditing.show_row(deps, AUDITOR, 7)
    assert acts(deps) == []


def test_an_export_is_signed_and_can_be_checked(deps: Deps) -> None:
    written(deps, 5)
    lines, signature = exported(deps)
    head = json.loads(lines[0])
    assert (head["made_by"], head["reason"]) == ("审计丁", "年度审计")
    assert json.loads(signature)["rows"] == 6, "five acts, and the export itself"
    checked = audit_export.examine(deps, lines, signature)
    assert (checked.is_signed, checked.rows, checked.broken, checked.gaps) == (True, 6, (), 0)


def test_a_changed_export_is_not_ours_and_names_the_row(deps: Deps) -> None:
    written(deps, 5)
    lines, signature = exported(deps)
    lines[3] = lines[3].replace("第 3 次".encode(), "第 4 次".encode())
    checked = audit_export.examine(deps, lines, signature)
    assert (checked.is_signed, checked.broken) == (False, (3,))


@pytest.mark.parametrize("signature", ["", "{}", '{"signature": "x"}', '{"signature": ""}', "[]"])
def test_a_signature_that_says_nothing_proves_nothing(deps: Deps, signature: str) -> None:
    written(deps, 1)
    lines, _ = exported(deps)
    assert not audit_export.examine(deps, lines, signature).is_signed


def test_a_signature_by_another_key_is_not_ours(deps: Deps) -> None:
    written(deps, 1)
    lines, signature = exported(deps)
    told = json.loads(signature)
    digest = bytes.fromhex(told["sha256"])
    forged = Signer(b"x" * 32)
    told["signature"] = base64.b64encode(forged.sign(digest)).decode()
    told["public_key"] = base64.b64encode(forged.public_key).decode()
    assert not audit_export.examine(deps, lines, json.dumps(told)).is_signed


def test_a_narrowed_export_says_where_rows_were_left_out(deps: Deps) -> None:
    written(deps, 3)
    about(deps)
    written(deps, 1)
    lines, signature = exported(deps, Wanted(actor="安"))
    checked = audit_export.examine(deps, lines, signature)
    assert (checked.is_signed, checked.rows, checked.gaps, checked.broken) == (True, 4, 1, ())


def test_a_page_hands_out_no_more_than_it_can(deps: Deps) -> None:
    written(deps, 5)
    with pytest.raises(NotAllowed, match="More than 3"):
        audit_export.export(deps, AUDITOR, Wanted(), "抽查", lambda line: None, most=3)
    assert acts(deps)[-1][1] == "audit_exported", "the wish is on record all the same"


def test_an_export_holds_no_value_in_the_plain(deps: Deps) -> None:
    about(deps)
    lines, _ = exported(deps)
    assert b'"138"' not in b"".join(lines)


@pytest.mark.parametrize("permission", set(Permission) - {Permission.AUDIT})
def test_only_an_auditor_reads(deps: Deps, permission: Permission) -> None:
    actor = Actor(1, "安", frozenset({permission}), "r")
    written(deps, 1)
    for act in (
        lambda: auditing.list_rows(deps, actor, Wanted()),
        lambda: auditing.show_row(deps, actor, 1),
        lambda: auditing.open_values(deps, actor, 1, "抽查"),
        lambda: audit_export.export(deps, actor, Wanted(), "抽查", lambda line: None),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert len(acts(deps)) == 1
