"""Whatever is done to the audit log with the database's highest rights is found, and named."""

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from app.core.access import Actor, Permission
from app.core.errors import NotAllowed
from app.deps import Deps
from app.services import audit_checks
from app.services.audit_checks import Check, Checked
from app.store.session import Transaction
from tests.integration.audit.tampering import AUDITOR, swap, tamper, written

Found = list[tuple[str, int, int]]


def found(checked: Checked | Check) -> Found:
    return [(one.kind, one.first, one.last) for one in checked.findings]


def verified(deps: Deps, *anchors: audit_checks.Anchor) -> Found:
    return found(audit_checks.verify(deps, AUDITOR, anchors))


def hash_of(deps: Deps, seq: int) -> bytes:
    with deps.sessions() as session:
        got = session.scalar(text("SELECT hash FROM audit_log WHERE seq = :seq"), {"seq": seq})
    return bytes(got)


def test_an_untouched_log_is_sound_and_its_check_is_on_record(deps: Deps) -> None:
    written(deps)
    checked = audit_checks.verify(deps, AUDITOR)
    assert found(checked) == []
    assert checked.rows == 11, "ten acts, and the check itself"
    assert checked.head == hash_of(deps, 11).hex()


def test_an_empty_log_is_sound(deps: Deps) -> None:
    assert verified(deps) == []


@pytest.mark.parametrize(
    "change",
    [
        "at = at + interval '1 second'",
        "actor = '波'",
        "act = 'tag_cut'",
        "subject = 'firm'",
        "subject_id = '9'",
        "person_id = gen_random_uuid()",
        "fields = '{}'",
        "values_sealed = NULL",
        "values_sealed = '\\x00'",
        "reason = ''",
        "request_id = 'r9'",
        "hash = sha256('x')",
    ],
)
def test_a_changed_row_is_found_whatever_was_changed(deps: Deps, change: str) -> None:
    written(deps)
    tamper(deps, f"UPDATE audit_log SET {change} WHERE seq = 5")  # noqa: S608 - our own words
    assert verified(deps) == [("changed", 5, 5)]


def test_the_last_row_is_no_exception(deps: Deps) -> None:
    written(deps)
    assert verified(deps) == []
    tamper(deps, "UPDATE audit_log SET actor = '' WHERE seq = 11")
    assert verified(deps) == [("changed", 11, 11)]


def test_missing_rows_are_found_and_what_followed_them_is_called_unproven(deps: Deps) -> None:
    written(deps)
    tamper(deps, "DELETE FROM audit_log WHERE seq IN (4, 5)")
    assert verified(deps) == [("missing", 4, 5), ("unproven", 6, 6)]


def test_a_missing_beginning_is_found(deps: Deps) -> None:
    written(deps)
    tamper(deps, "DELETE FROM audit_log WHERE seq = 1")
    assert verified(deps) == [("missing", 1, 1), ("unproven", 2, 2)]


def test_rows_that_changed_places_are_told_from_changed_rows(deps: Deps) -> None:
    written(deps)
    swap(deps, 3, 4)
    checked = audit_checks.verify(deps, AUDITOR)
    assert [(one.kind, one.first, one.was) for one in checked.findings] == [
        ("moved", 3, 4),
        ("moved", 4, 3),
    ]


def test_rows_far_apart_that_changed_places_are_found_too(deps: Deps) -> None:
    written(deps)
    swap(deps, 2, 8)
    checked = audit_checks.verify(deps, AUDITOR)
    assert [(one.kind, one.first, one.was) for one in checked.findings] == [
        ("moved", 2, 8),
        ("moved", 8, 2),
    ]


def test_rows_renumbered_to_close_a_gap_are_found(deps: Deps) -> None:
    written(deps)
    tamper(
        deps,
        "DELETE FROM audit_log WHERE seq = 5",
        "UPDATE audit_log SET seq = seq - 1 + 1000 WHERE seq > 5",
        "UPDATE audit_log SET seq = seq - 1000 WHERE seq > 1000",
        "UPDATE audit_head SET seq = seq - 1",
    )
    kinds = verified(deps)
    assert ("moved", 5, 5) in kinds or ("changed", 5, 5) in kinds


def test_a_cut_end_is_found_by_the_head(deps: Deps) -> None:
    written(deps)
    tamper(deps, "DELETE FROM audit_log WHERE seq > 7")
    # The check's own row is chained to the head that it found, so the gap is before it.
    assert verified(deps) == [("missing", 8, 10), ("unproven", 11, 11)]


def test_a_cut_end_is_found_before_anything_more_is_written(deps: Deps) -> None:
    written(deps)
    audit_checks.begin_check(deps, AUDITOR)
    tamper(deps, "DELETE FROM audit_log WHERE seq > 7")
    audit_checks.check_due(deps)
    (check,) = audit_checks.list_checks(deps, AUDITOR)
    assert (check.state, found(check)) == ("broken", [("cut", 8, 11)])


@pytest.mark.parametrize(
    "change", ["DELETE FROM audit_head", "UPDATE audit_head SET hash = sha256('x')"]
)
def test_a_head_that_was_lost_or_changed_is_found(deps: Deps, change: str) -> None:
    written(deps)
    audit_checks.begin_check(deps, AUDITOR)
    tamper(deps, change)
    audit_checks.check_due(deps)
    (check,) = audit_checks.list_checks(deps, AUDITOR)
    assert [kind for kind, _, _ in found(check)] == ["head"]


def test_a_head_set_back_with_the_rows_is_found_by_an_anchor_only(deps: Deps) -> None:
    written(deps)
    noted = (9, hash_of(deps, 9))
    tamper(
        deps,
        "DELETE FROM audit_log WHERE seq > 7",
        "UPDATE audit_head SET seq = 7, hash = (SELECT hash FROM audit_log WHERE seq = 7)",
    )
    assert verified(deps) == []
    assert verified(deps, noted) == [("anchor", 9, 9)]


def test_an_anchor_that_holds_says_nothing(deps: Deps) -> None:
    written(deps)
    noted = audit_checks.read_anchor(f"9:{hash_of(deps, 9).hex()}")
    assert verified(deps, noted) == []


@pytest.mark.parametrize("words", ["", "9", "x:ff", "9:zz", "0:" + "00" * 32, "9:ff"])
def test_an_anchor_that_cannot_be_read_is_refused(words: str) -> None:
    with pytest.raises(NotAllowed, match="anchor"):
        audit_checks.read_anchor(words)


def test_a_row_made_up_without_the_key_is_found(deps: Deps) -> None:
    written(deps)
    tamper(
        deps,
        "INSERT INTO audit_log SELECT 11, at, actor, act, subject, subject_id, person_id, fields,"
        " values_sealed, reason, request_id, sha256('x') FROM audit_log WHERE seq = 10",
        "UPDATE audit_head SET seq = 11, hash = sha256('x')",
    )
    assert ("changed", 11, 11) in verified(deps)


def test_a_check_goes_on_where_a_killed_worker_left_it(
    deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(deps)
    tamper(deps, "UPDATE audit_log SET reason = '' WHERE seq = 2")
    audit_checks.begin_check(deps, AUDITOR)
    monkeypatch.setattr(audit_checks, "_CHUNK", 3)
    advance, calls = audit_checks._advance, iter(range(99))

    def dies_at_the_third(session: Transaction, walk: object) -> bool:
        if next(calls) == 2:
            raise KeyboardInterrupt
        return advance(session, walk)  # type: ignore[arg-type]

    monkeypatch.setattr(audit_checks, "_advance", dies_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        audit_checks.check_due(deps)
    (check,) = audit_checks.list_checks(deps, AUDITOR)
    assert (check.state, check.done, check.until) == ("running", 6, 10)
    audit_checks.check_due(deps)
    (check,) = audit_checks.list_checks(deps, AUDITOR)
    assert (check.state, check.done, found(check)) == ("broken", 11, [("changed", 2, 2)])


def test_one_check_runs_at_a_time_and_a_sound_one_says_so(deps: Deps) -> None:
    written(deps)
    first = audit_checks.begin_check(deps, AUDITOR)
    assert audit_checks.begin_check(deps, AUDITOR) == first
    audit_checks.check_due(deps)
    audit_checks.check_due(deps)
    (check,) = audit_checks.list_checks(deps, AUDITOR)
    assert (check.state, check.asked_by, found(check)) == ("sound", "审计丁", [])
    assert audit_checks.begin_check(deps, AUDITOR) != first


def test_every_day_the_end_of_the_chain_is_noted_outside(deps: Deps) -> None:
    written(deps)
    with capture_logs() as lines:
        audit_checks.anchor_daily(deps)
    (line,) = [one for one in lines if one["event"] == "audit_anchor"]
    assert (line["seq"], line["hash"]) == (10, hash_of(deps, 10).hex())
    audit_checks.check_due(deps)
    (check,) = audit_checks.list_checks(deps, AUDITOR)
    assert (check.state, check.asked_by) == ("sound", "system")


def test_a_broken_log_is_an_error_in_the_log(deps: Deps) -> None:
    written(deps)
    tamper(deps, "UPDATE audit_log SET reason = '' WHERE seq = 2")
    audit_checks.begin_check(deps, AUDITOR)
    with capture_logs() as lines:
        audit_checks.check_due(deps)
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["audit_broken"]


@pytest.mark.parametrize("permission", set(Permission) - {Permission.AUDIT})
def test_only_an_auditor_checks(deps: Deps, permission: Permission) -> None:
    actor = Actor(1, "安", frozenset({permission}), "r")
    for act in (audit_checks.verify, audit_checks.begin_check, audit_checks.list_checks):
        with pytest.raises(NotAllowed):
            act(deps, actor)
