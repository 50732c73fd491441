"""The dossier on a page: whole for those who decide or audit, covered for everybody else."""

import uuid

import pytest
from sqlalchemy import select

from app.core.errors import NotAllowed, NotFound
from app.deps import Deps
from app.queries.dossiers import dossier_of
from app.store.audit import AuditRow
from app.store.enquiries import Decision
from tests.builders import finish
from tests.integration.people.staff import ADMINISTRATOR, AUDITOR, OPERATOR, REVIEWER


@pytest.fixture
def decision(deps: Deps) -> uuid.UUID:
    finish(deps)
    with deps.sessions() as session:
        return session.scalars(select(Decision.id)).one()


def test_a_reviewer_reads_points_limits_rules_and_answers(deps: Deps, decision: uuid.UUID) -> None:
    page = dossier_of(deps, REVIEWER, decision)
    assert page.sees_all
    assert page.total is not None
    assert {line.titles for line in page.points} >= {("每月到手收入",), ("近两年还款情况",)}
    assert max(line.width for line in page.points) == 100
    assert [cap for cap in page.caps if cap.is_binding]
    assert [cap.value_fen for cap in page.caps] == sorted(cap.value_fen for cap in page.caps)
    answers = {line.question: line.answer for line in page.answers}
    assert answers["income_band"] == "8千–1.2万"
    assert set(page.sources) == {"card", "policy", "law", "lender"}
    assert {line.purpose for line in page.consents} == {"answers", "sensitive"}
    assert [(line.copy_key, line.state) for line in page.told] == [("quota.approved", "sent")]


def test_points_of_two_answers_together_are_named_by_both_and_left_out_where_none(
    deps: Deps, decision: uuid.UUID
) -> None:
    with deps.sessions.begin() as session:
        row = session.scalars(select(Decision)).one()
        points = {"base": 570, "tenure": 0, "tenure × credit_record": -4, "tenure × situation": 0}
        row.assessment = {**row.assessment, "score": {**row.assessment["score"], "points": points}}
    page = dossier_of(deps, REVIEWER, decision)
    assert [(line.titles, line.points) for line in page.points] == [
        (("工作年限",), 0),
        (("工作年限", "近两年还款情况"), -4),
    ]


def test_an_operator_reads_the_outcome_but_nothing_sensitive(
    deps: Deps, decision: uuid.UUID
) -> None:
    page = dossier_of(deps, OPERATOR, decision)
    assert (page.outcome, page.sees_all, page.total) == ("approve", False, None)
    assert page.points == page.rules == page.caps == ()
    hidden = {line.question for line in page.answers if line.is_hidden}
    assert hidden == {"income_band", "debt_band", "credit_record"}
    whole = repr(page)
    for secret in ("8千–1.2万", "没有逾期", "1千以内"):
        assert secret not in whole
    assert page.range is not None
    assert not page.range.is_proposal


def test_reading_the_whole_dossier_is_recorded(deps: Deps, decision: uuid.UUID) -> None:
    dossier_of(deps, OPERATOR, decision)
    dossier_of(deps, AUDITOR, decision)
    with deps.sessions() as session:
        rows = session.scalars(select(AuditRow)).all()
    assert [(row.actor, row.act, row.subject_id) for row in rows] == [
        (AUDITOR.name, "dossier_read", str(decision))
    ]


def test_strangers_to_the_desk_and_unknown_decisions_are_refused(
    deps: Deps, decision: uuid.UUID
) -> None:
    with pytest.raises(NotAllowed):
        dossier_of(deps, ADMINISTRATOR, decision)
    with pytest.raises(NotFound):
        dossier_of(deps, REVIEWER, uuid.uuid4())
