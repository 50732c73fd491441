"""The few fixtures that every test may ask for: where PostgreSQL and Redis are."""

from argparse import Namespace
from collections.abc import Iterator
from dataclasses import replace

import pytest
from alembic import command
from alembic.config import Config
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from app.bootstrap import build_deps
from app.core.config import ROOT, Settings
from app.deps import Deps
from app.store.session import make_engine, make_sessions
from app.store.tables import metadata
from app.store.turns import Turns, make_turns
from handlers.factory import create_app
from local import throwaway
from tests.builders import some_settings
from tests.fakes import FixedClock, ListBell, RecordingGateway


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--postgres",
        choices=["16", "18"],
        default="18",
        help="the major version of the embedded PostgreSQL",
    )
    parser.addoption(
        "--kills",
        type=int,
        help="how many processes each fault test kills; a few unless it says so",
    )


@pytest.fixture(scope="session")
def database_url(pytestconfig: pytest.Config) -> Iterator[str]:
    with throwaway.a_postgres(pytestconfig.getoption("postgres")) as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with throwaway.a_redis() as url:
        yield url


@pytest.fixture(scope="session")
def settings(database_url: str, redis_url: str) -> Settings:
    return some_settings(database_url=database_url, redis_url=redis_url)


@pytest.fixture(scope="session")
def migrated(database_url: str) -> str:
    config = Config(str(ROOT / "alembic.ini"), cmd_opts=Namespace(x=[f"url={database_url}"]))
    command.upgrade(config, "head")
    return database_url


@pytest.fixture(scope="session")
def engine(migrated: str) -> Iterator[Engine]:
    engine = make_engine(migrated, connections=12)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def turns(migrated: str) -> Iterator[Turns]:
    turns = make_turns(migrated, connections=12, statement_seconds=4.5)
    yield turns
    turns.engine.dispose()


@pytest.fixture
def gateway() -> RecordingGateway:
    return RecordingGateway()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def bell() -> ListBell:
    return ListBell()


@pytest.fixture(scope="session")
def built(settings: Settings) -> Deps:
    return build_deps(settings)


@pytest.fixture
def deps(
    built: Deps,
    engine: Engine,
    turns: Turns,
    gateway: RecordingGateway,
    clock: FixedClock,
    bell: ListBell,
) -> Iterator[Deps]:
    """The real bag on a real database, emptied afterwards; platform, queue and time are fake."""
    yield replace(
        built,
        clock=clock,
        turns=turns,
        sessions=make_sessions(engine),
        sender=gateway,
        broadcaster=gateway,
        directory=gateway,
        account=gateway,
        bell=bell,
    )
    # A few rows a table: deleting them takes a hundredth of the time of truncating them all.
    with engine.begin() as connection:
        # The audit log refuses to forget: its triggers, and foreign keys, are held off here only.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())


@pytest.fixture
def client(deps: Deps) -> FlaskClient:
    return create_app(deps).test_client()
