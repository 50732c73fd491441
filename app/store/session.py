"""Connect to PostgreSQL: one engine for turns, one for everything else."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from sqlalchemy import Engine, ExceptionContext, create_engine, event, exc
from sqlalchemy.orm import Session, sessionmaker

from app.core.errors import DatabaseAway

Sessions = sessionmaker[Session]
Transaction = Session
"""An open transaction, as a step is handed it."""

_CONNECT_SECONDS = 2
"""The least that libpq accepts."""
_LOCK_SECONDS = 4.5
WORK_SECONDS = 60.0
"""How long a statement of a sweep or a page may take."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Kind:
    """What two engines differ in."""

    statement_seconds: float
    options: str = ""
    driver: Mapping[str, Any] = field(default_factory=dict)


def make_turn_engine(url: str, *, connections: int, statement_seconds: float) -> Engine:
    """Return the engine of turns: few statements, run over and over, each planned once.

    Their plans cannot depend on their values: every one looks up a person or a key. A turn says
    itself where its transaction begins, in one breath with its first statement.
    """
    kind = _Kind(
        statement_seconds,
        options=" -c plan_cache_mode=force_generic_plan",
        driver={"prepare_threshold": 0, "autocommit": True},
    )
    return _make_engine(url, connections, kind)


def make_engine(url: str, *, connections: int) -> Engine:
    """Return the engine of pages, jobs and sweeps."""
    return _make_engine(url, connections, _Kind(WORK_SECONDS))


def _make_engine(url: str, connections: int, kind: _Kind) -> Engine:
    """Return an engine with a fixed pool; nothing is connected until it is used.

    No pre-ping: it costs a round trip a turn, and the callers retry on a lost connection. A server
    that neither answers nor hangs up is given up a second after the statement's own limit.
    """
    patience = kind.statement_seconds + 1
    options = (
        f"-c lock_timeout={int(_LOCK_SECONDS * 1000)}"
        f" -c statement_timeout={int(kind.statement_seconds * 1000)}"
        f"{kind.options}"
    )
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=_CONNECT_SECONDS,
        # An error quotes its statement, never what people told us.
        hide_parameters=True,
        connect_args={
            "connect_timeout": _CONNECT_SECONDS,
            "options": options,
            "application_name": "prequal",
            **kind.driver,
        },
    )

    class Impatient(psycopg.Connection[Any]):
        """A connection that does not wait for ever for a frozen server."""

        def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
            """Wait for the server, at most a statement's time."""
            return super().wait(gen, interval, patience if timeout is None else timeout)

    @event.listens_for(engine, "do_connect")
    def connect(
        _dialect: object, _record: object, given: list[Any], named: dict[str, Any]
    ) -> psycopg.Connection[Any]:
        return Impatient.connect(*given, **named)

    @event.listens_for(engine, "handle_error")
    def name_plainly(context: ExceptionContext) -> None:
        # Wherever it happens: a job whose database went away has nothing to trace back.
        if isinstance(context.original_exception, psycopg.OperationalError):
            raise DatabaseAway from None

    return engine


def make_sessions(engine: Engine) -> Sessions:
    """Return the maker of sessions; what a session returned stays readable after its commit."""
    return sessionmaker(engine, expire_on_commit=False)


@contextmanager
def database_errors() -> Iterator[None]:
    """Turn a lost or refused connection into `DatabaseAway`."""
    try:
        yield
    except (exc.OperationalError, exc.TimeoutError, psycopg.OperationalError):
        raise DatabaseAway from None
