"""The crowd of the benchmarks fits our tables, and what reads it is timed and explained."""

import pytest
from sqlalchemy import func, select

from app.deps import Deps
from app.steps.person_key import openid_of
from app.store.events import Event
from app.store.people import Person
from benchmarks import crowd
from benchmarks.seed import COLUMNS, Crowd, fill

PEOPLE = 400


@pytest.fixture
def filled(deps: Deps, database_url: str) -> Crowd:
    return fill(deps, database_url, PEOPLE)


def test_a_crowd_is_written_whole_and_can_be_opened(deps: Deps, filled: Crowd) -> None:
    assert filled.rows["people"] == PEOPLE
    assert all(filled.rows[table] > 0 for table in COLUMNS if table != "reviews")
    with deps.sessions.begin() as session:
        assert session.scalar(select(func.count()).select_from(Event)) == filled.rows["events"]
        busiest = session.get_one(Person, filled.busiest)
        assert openid_of(deps, busiest).value == filled.openid


def test_everything_that_is_measured_runs(deps: Deps, filled: Crowd) -> None:
    for read in crowd.READS:
        read.run(deps, filled)


def test_a_read_is_timed_and_its_statement_explained(deps: Deps, filled: Crowd) -> None:
    reading = crowd.measure(deps, filled, crowd.counting("follows"))
    assert 0 < int(reading.found) < PEOPLE
    assert reading.median_ms > 0
    assert "people" in "".join(reading.plan)
    assert reading.statements == 1
