"""Connect to PostgreSQL: one engine a process, sessions for the use cases."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine, exc
from sqlalchemy.orm import Session, sessionmaker

from app.core.errors import DatabaseAway

Sessions = sessionmaker[Session]

_CONNECT_SECONDS = 2
_STATEMENT_MS = 15_000


def make_engine(url: str, *, connections: int, lock_seconds: float = 4.5) -> Engine:
    """Return an engine with a fixed pool; nothing is connected until it is used.

    No pre-ping: it costs a round trip a turn, and the callers retry on a lost connection.
    """
    options = f"-c lock_timeout={int(lock_seconds * 1000)} -c statement_timeout={_STATEMENT_MS}"
    return create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=_CONNECT_SECONDS,
        connect_args={
            "connect_timeout": _CONNECT_SECONDS,
            "options": options,
            "application_name": "prequal",
        },
    )


def make_sessions(engine: Engine) -> Sessions:
    """Return the maker of sessions; what a session returned stays readable after its commit."""
    return sessionmaker(engine, expire_on_commit=False)


@contextmanager
def database_errors() -> Iterator[None]:
    """Turn a lost or refused connection into `DatabaseAway`."""
    try:
        yield
    except (exc.OperationalError, exc.TimeoutError):
        raise DatabaseAway from None
