"""The monitor of an installation: reads decisions, reviews and outcomes; keeps a report; warns."""

import json
import uuid
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from app.deps import Deps
from app.services import monitoring
from app.store.enquiries import Decision, Enquiry
from app.store.incidents import Incident
from app.store.monitoring import MonitorReport
from app.store.outcomes import Outcome, OutcomeImport
from scoring.assess.rulebook import RuleFiles
from tests.builders import finish
from tests.fakes import FixedClock
from tests.unit.monitoring.applicants import an_applicant, drawing

WEEKS = 30
PERSON_CARD = RuleFiles().person_card


def lived(deps: Deps, *, worse: float, poorer_last: float = 0.0, size: int = 120) -> None:
    """Let somebody apply really, and many like them in the weeks of a year and a half ago."""
    finish(deps)
    draw = drawing(5)
    with deps.sessions.begin() as session:
        real = session.scalars(select(Decision)).one()
        enquiry = session.scalars(select(Enquiry)).one()
        file = OutcomeImport(
            file_name="", is_whole=False, state="applied", problems=[], reason="", made_by="",
            made_at=deps.clock.now(),
        )  # fmt: skip
        session.add(file)
        session.flush()
        begin = deps.clock.now() - timedelta(weeks=80)
        rows: dict[type, list[dict[str, object]]] = {Enquiry: [], Decision: [], Outcome: []}
        for week in range(WEEKS):
            for _ in range(size):
                poorer = poorer_last if week == WEEKS - 1 else 0.0
                seen = an_applicant(draw, worse=worse, poorer=poorer)
                at = begin + timedelta(weeks=week, hours=draw.randrange(160))
                one, score = uuid.uuid4(), dict(real.assessment["score"])
                score |= {"total": seen.score, "pd": seen.pd, "pd_high": seen.pd * 0.9 + 0.05}
                score["points"] = {"base": 560, **seen.points}
                common = {"person_id": real.person_id}
                rows[Enquiry].append(
                    {**common, "id": one, "form": enquiry.form, "trail": "t", "by_person": False,
                     "form_version": enquiry.form_version, "answers": {}, "state": "decided",
                     "submitted_at": at}
                )  # fmt: skip
                rows[Decision].append(
                    {**common, "id": uuid.uuid4(), "enquiry_id": one, "outcome": "approve",
                     "assessment": {**real.assessment, "score": score}, "dossier_sealed": b"",
                     "inputs_hash": "", "decided_at": at, "decided_by": "auto", "consent_ids": []}
                )  # fmt: skip
                rows[Outcome].append(
                    {**common, "enquiry_id": one, "outcome": seen.known, "import_id": file.id,
                     "observed_on": (at + timedelta(days=366)).date(), "made_at": at}
                )  # fmt: skip
        for table, them in rows.items():
            session.execute(insert(table), them)


def open_incidents(deps: Deps) -> list[tuple[str, str]]:
    with deps.sessions() as session:
        rows = session.scalars(select(Incident).where(Incident.closed_at.is_(None)))
        return [(row.kind, row.scope) for row in rows]


def test_a_card_whose_promises_are_broken_opens_an_incident_that_closes_again(
    deps: Deps, clock: FixedClock
) -> None:
    lived(deps, worse=0.8)
    assert monitoring.monitor_cards(deps) == 1
    assert open_incidents(deps) == [("card_drift", PERSON_CARD)]
    found = monitoring.latest(deps)
    assert found is not None
    (card,) = found["cards"]
    assert card["baseline"]["applications"] >= 1000
    assert {alert["kind"] for alert in card["latest_alerts"]} <= {"calibration", "band"}
    with deps.sessions.begin() as session:
        session.execute(Outcome.__table__.delete())
    monitoring.monitor_cards(deps)
    assert open_incidents(deps) == []


def test_a_card_that_keeps_its_promises_is_left_in_peace(deps: Deps) -> None:
    lived(deps, worse=0.0)
    assert monitoring.monitor_cards(deps) == 0
    assert open_incidents(deps) == []


def test_the_last_week_is_held_against_the_first(deps: Deps, clock: FixedClock) -> None:
    lived(deps, worse=0.0, poorer_last=0.5)
    clock.advance(weeks=-49)
    assert monitoring.monitor_cards(deps) == 1


def test_a_folder_is_written_with_the_page_and_its_numbers(deps: Deps, tmp_path: Path) -> None:
    lived(deps, worse=0.8, size=60)
    assert monitoring.write_report(deps, tmp_path / "out") > 0
    (card,) = json.loads((tmp_path / "out" / "monitor.json").read_text("utf-8"))
    assert card["card"]["version"] == PERSON_CARD
    assert "违约率：实际与评分卡预计" in (tmp_path / "out" / "index.html").read_text("utf-8")


def test_a_house_without_decisions_has_an_empty_report(deps: Deps) -> None:
    assert monitoring.latest(deps) is None
    assert monitoring.monitor_cards(deps) == 0
    with deps.sessions() as session:
        assert session.scalars(select(MonitorReport)).one().cards == []


@pytest.mark.parametrize("part", ["week", "outcome"])
def test_nobody_stands_in_a_report(deps: Deps, part: str) -> None:
    lived(deps, worse=0.0, size=10)
    monitoring.monitor_cards(deps)
    found = monitoring.latest(deps)
    assert found is not None
    assert isinstance(found["made_at"], datetime)
    with deps.sessions() as session:
        person = session.scalars(select(Decision.person_id)).first()
    assert str(person) not in json.dumps(found["cards"])
