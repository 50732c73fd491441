"""The few fixtures that every test may ask for: where PostgreSQL and Redis are."""

from collections.abc import Iterator

import pytest

from local import throwaway


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--postgres",
        choices=["16", "18"],
        default="18",
        help="the major version of the embedded PostgreSQL",
    )


@pytest.fixture(scope="session")
def database_url(pytestconfig: pytest.Config) -> Iterator[str]:
    with throwaway.a_postgres(pytestconfig.getoption("postgres")) as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with throwaway.a_redis() as url:
        yield url
