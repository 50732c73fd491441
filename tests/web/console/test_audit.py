"""The audit desk: search, one row, its values, checks of the chain, a signed export."""

import io
import re
import zipfile

import pytest
from sqlalchemy import func, select

from app.core.access import Role
from app.deps import Deps
from app.services import audit_checks, audit_export
from app.store.audit import AuditRow
from app.store.audit_search import Wanted
from tests.console import post, signed_in
from tests.integration.audit.tampering import tamper, written

AUDIT = "/console/audit/"
PAGES = (AUDIT, f"{AUDIT}1", f"{AUDIT}checks", f"{AUDIT}export")


def count(deps: Deps, act: str) -> int:
    with deps.sessions() as session:
        return session.scalar(select(func.count()).where(AuditRow.act == act)) or 0


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.AUDITOR])
@pytest.mark.parametrize("page", PAGES)
def test_nobody_but_an_auditor_comes_in(deps: Deps, role: Role, page: str) -> None:
    written(deps, 1)
    assert signed_in(deps, role).get(page).status_code == 403
    assert count(deps, "audit_searched") == count(deps, "audit_read") == 0


def test_the_newest_comes_first_and_looking_is_on_record(deps: Deps) -> None:
    written(deps, 60)
    browser = signed_in(deps, Role.AUDITOR)
    page = browser.get(AUDIT).text
    assert page.index(">60</a>") < page.index(">11</a>")
    assert ">10</a>" not in page
    older = re.search(r'rel="next" href="([^"]+)"', page)
    assert older
    assert ">10</a>" in browser.get(older[1].replace("&amp;", "&")).text
    assert count(deps, "audit_searched") == 2


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("actor=安", 3),
        ("actor=波", 0),
        ("act=tag_set&subject=person&subject_id=2", 1),
        ("request_id=r1", 3),
        ("since=2026-11-23&until=2026-11-23", 3),
        ("since=2026-11-24", 0),
        ("person=00000000-0000-4000-8000-000000000000", 0),
    ],
)
def test_a_search_narrows_the_list(deps: Deps, asked: str, shown: int) -> None:
    written(deps, 3)
    page = signed_in(deps, Role.AUDITOR).get(f"{AUDIT}?{asked}").text
    assert len(re.findall(r'<th scope="row"', page)) == shown
    assert ("没有找到记录" in page) == (shown == 0)


@pytest.mark.parametrize("asked", ["person=oOpenId", "since=yesterday", "person=%27%3B--"])
def test_what_cannot_be_looked_for_is_said(deps: Deps, asked: str) -> None:
    answer = signed_in(deps, Role.AUDITOR).get(f"{AUDIT}?{asked}")
    assert answer.status_code == 422
    assert "格式不对" in answer.text


def test_every_search_is_served_by_an_index(deps: Deps) -> None:
    for wanted, index in (
        (Wanted(actor="安"), "ix_audit_log_actor"),
        (Wanted(act="tag_set"), "ix_audit_log_act"),
        (Wanted(request_id="r1"), "ix_audit_log_request_id"),
        (Wanted(subject="person", subject_id="1"), "ix_audit_log_subject"),
    ):
        names = [column.left.name for column in wanted.conditions()]
        covered = next(one for one in AuditRow.__table__.indexes if one.name == index)
        assert set(names) <= {column.name for column in covered.columns}


def test_values_open_for_a_minute_with_a_reason(deps: Deps) -> None:
    written(deps, 1)
    browser = signed_in(deps, Role.AUDITOR)
    closed = browser.get(f"{AUDIT}1").text
    assert "data-hide-after" not in closed
    assert post(browser, f"{AUDIT}1", reason=" ").status_code == 422
    opened = post(browser, f"{AUDIT}1", reason="抽查标签").text
    assert 'data-hide-after="60"' in opened
    assert count(deps, "audit_values_shown") == 1


def test_a_row_that_is_not_there_is_not_found(deps: Deps) -> None:
    assert signed_in(deps, Role.AUDITOR).get(f"{AUDIT}77").status_code == 404


def test_a_check_shows_how_far_it_has_come_and_what_it_found(deps: Deps) -> None:
    written(deps, 5)
    tamper(deps, "UPDATE audit_log SET reason = '' WHERE seq = 3")
    browser = signed_in(deps, Role.AUDITOR)
    checks = f"{AUDIT}checks"
    assert "还没有核对过" in browser.get(checks).text
    assert post(browser, checks).status_code == 303
    running = browser.get(checks).text
    assert "<progress" in running
    assert 'hx-trigger="every 1500ms"' in running
    audit_checks.check_due(deps)
    page = browser.get(checks).text
    assert "第 3 行被改过" in page
    assert "hx-trigger" not in page
    assert "发现问题" in browser.get(AUDIT).text


def test_an_export_is_one_file_with_its_signature(deps: Deps) -> None:
    written(deps, 4)
    browser = signed_in(deps, Role.AUDITOR)
    assert post(browser, f"{AUDIT}export", reason=" ").status_code == 422
    answer = post(browser, f"{AUDIT}export?actor=安", reason="年度审计")
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        rows, signature = sorted(archive.namelist())
        lines = archive.read(rows).splitlines(keepends=True)
        checked = audit_export.examine(deps, lines, archive.read(signature).decode())
    assert (checked.is_signed, checked.rows, checked.broken) == (True, 4, ())
    assert count(deps, "audit_exported") == 1


def test_an_export_that_is_too_long_for_a_page_says_so(
    deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(deps, 4)
    monkeypatch.setattr(audit_export, "MOST_ROWS_BY_PAGE", 2)
    answer = post(signed_in(deps, Role.AUDITOR), f"{AUDIT}export", reason="年度审计")
    assert answer.status_code == 422
    assert "缩小范围" in answer.text


def test_what_was_written_by_others_cannot_act_on_the_page(deps: Deps) -> None:
    browser = signed_in(deps, Role.OPERATOR)
    post(browser, "/console/stops/", klass="all", reason="<img src=x onerror=alert(1)>")
    page = signed_in(deps, Role.AUDITOR).get(AUDIT).text
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
