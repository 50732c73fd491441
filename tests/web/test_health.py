"""The house says whether it works, and in numbers, even when half of it is away."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from app.core.config import ROOT
from app.deps import Deps
from app.services import decisions, upkeep
from app.services.observe import newest_migration
from app.store.session import make_engine, make_sessions
from app.store.turns import Turns
from handlers.factory import create_app
from tests.builders import follows, hear, say
from tests.fakes import FixedClock, ListBell

SALARIED = (
    *("同意", "2", "上班", "浙江杭州", "1", "3万 一年", "3年以上"),
    *("单独同意", "4", "2", "没有逾期", "1"),
)


@pytest.fixture
def without_database(deps: Deps) -> Iterator[FlaskClient]:
    nowhere = make_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing", connections=2)
    away = replace(deps, turns=Turns(nowhere), sessions=make_sessions(nowhere))
    yield create_app(away).test_client()
    nowhere.dispose()


def numbers(client: FlaskClient) -> dict[tuple[str, ...], float]:
    """Every sample: its name and the values of its labels, in the order of their names."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(client.get("/metrics").text)
        for sample in family.samples
    }


def test_it_is_ready_when_everything_answers(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {"database": True, "migrations": True, "redis": True}


def test_it_is_not_ready_without_redis(client: FlaskClient, bell: ListBell) -> None:
    bell.is_away = True
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"database": True, "migrations": True, "redis": False}


def test_it_is_not_ready_before_its_tables_are_those_it_knows(
    client: FlaskClient, deps: Deps
) -> None:
    with deps.sessions.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    answer = client.get("/readyz")
    with deps.sessions.begin() as session:
        session.execute(
            text("UPDATE alembic_version SET version_num = :head"), {"head": newest_migration()}
        )
    assert answer.status_code == 503
    assert answer.json == {"database": True, "migrations": False, "redis": True}


def test_the_newest_file_of_the_migrations_is_their_head() -> None:
    script = ScriptDirectory.from_config(Config(str(ROOT / "alembic.ini")))
    assert script.get_current_head() == newest_migration()


def test_without_the_database_it_is_alive_and_not_ready(without_database: FlaskClient) -> None:
    assert without_database.get("/healthz").status_code == 200
    answer = without_database.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"database": False, "migrations": False, "redis": True}


def test_without_the_database_the_timings_are_still_told(without_database: FlaskClient) -> None:
    told = numbers(without_database)
    assert ("prequal_turn_seconds_count",) in told
    assert ("prequal_outbox_depth",) not in told


def test_without_the_database_the_notice_can_still_be_read(without_database: FlaskClient) -> None:
    assert without_database.get("/privacy").status_code == 200


def test_everything_is_counted_from_rows(
    client: FlaskClient, deps: Deps, clock: FixedClock
) -> None:
    hear(deps, follows(deps))
    say(deps, *SALARIED)
    clock.advance(seconds=30)
    told = numbers(client)
    assert told["prequal_turns_total", "Followed", "answered"] == 1
    assert told["prequal_turns_total", "Text", "answered"] == len(SALARIED)
    assert told["prequal_queue_age_seconds", "enquiries"] == 30
    assert told["prequal_queue_age_seconds", "messages"] == 0
    assert told["prequal_outbox_depth",] >= 1
    decisions.score_due(deps)
    told = numbers(client)
    assert told["prequal_queue_age_seconds", "enquiries"] == 0
    assert told["prequal_messages", "decision", "queued"] == 1


def test_no_total_goes_down_when_deliveries_are_counted_erased_and_purged(
    client: FlaskClient, deps: Deps, clock: FixedClock
) -> None:
    hear(deps, follows(deps))
    say(deps, "同意", "2", "上班")
    before = numbers(client)
    say(deps, "删除我的数据", "确认删除")
    for _ in range(9):
        clock.advance(days=1)
        upkeep.count_up(deps)
        upkeep.erase_expired(deps)
    with deps.sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM deliveries")) == 0
    after = numbers(client)
    turns = [key for key in before if key[0] == "prequal_turns_total"]
    assert turns
    assert {key: after[key] for key in turns} == {
        ("prequal_turns_total", "Followed", "answered"): 1,
        ("prequal_turns_total", "Text", "answered"): 5,
    }


def test_no_number_names_a_person(client: FlaskClient, deps: Deps) -> None:
    hear(deps, follows(deps))
    say(deps, "浙江杭州")
    page = client.get("/metrics").text
    assert "oPrequal" not in page
    assert "杭州" not in page


def test_timings_of_all_processes_are_told_those_of_the_dead_too(
    client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    observe = "from app.core.metrics import turn_seconds; turn_seconds.observe(0.5)"
    for _ in range(2):
        subprocess.run([sys.executable, "-c", observe], check=True, cwd=ROOT)
    assert numbers(client)["prequal_turn_seconds_count",] == 2
