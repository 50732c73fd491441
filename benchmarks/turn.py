"""Take form turns in this process: what one says to PostgreSQL, and where its time goes."""

import tempfile
import time
from collections.abc import Iterable
from contextlib import redirect_stderr
from dataclasses import dataclass
from itertools import islice
from typing import Any, TextIO, cast

import psycopg
from flask import Flask
from sqlalchemy import Engine
from werkzeug.test import EnvironBuilder, run_wsgi_app

from app.bootstrap import build_deps
from app.core.config import Settings
from benchmarks import deliveries
from benchmarks.deliveries import AGREEMENT, ANSWERS, Request
from benchmarks.installation import Installation, wire_of
from benchmarks.sampling import Sampler, Share
from handlers.factory import create_app

_CONTROL = ("BEGIN", "COMMIT", "ROLLBACK")


@dataclass(frozen=True)
class Anatomy:
    """One form turn, averaged over many: statements, round trips, milliseconds."""

    turns: int
    samples: int
    statements: float
    round_trips: float
    wall_ms: float
    processor_ms: float
    parts: tuple[Share, ...]
    functions: tuple[Share, ...]


def dissect(installation: Installation, people: int, log: TextIO) -> Anatomy:
    """Take turns one after another without Granian; count, then time and look where it goes."""
    # It keeps the stderr that it finds at the start for its lines: one a turn.
    with redirect_stderr(log):
        app = _application(installation)
    engine: Engine = app.extensions["deps"].turns.engine
    wire = wire_of(installation, is_sealed=False)
    openids = deliveries.some_people(people)
    _take(app, (wire.follow(openid) for openid in openids))
    _take(app, deliveries.in_turns(wire, openids, [AGREEMENT]))
    requests = iter(deliveries.in_turns(wire, openids, ANSWERS))
    _take(app, islice(requests, people))
    statements, round_trips = _spoken(engine, app, islice(requests, people))
    rest = list(requests)
    began, spent = time.perf_counter(), time.process_time()
    with Sampler() as sampler:
        _take(app, rest)
    wall, processor = time.perf_counter() - began, time.process_time() - spent
    engine.dispose()
    return Anatomy(
        turns=len(rest),
        samples=sampler.samples,
        statements=statements / people,
        round_trips=round_trips / people,
        wall_ms=wall / len(rest) * 1000,
        processor_ms=processor / len(rest) * 1000,
        parts=sampler.parts(),
        functions=sampler.functions(),
    )


def _application(installation: Installation) -> Flask:
    given = {
        name: installation.environment[name.upper()]
        for name in Settings.model_fields
        if name.upper() in installation.environment
    }
    settings = Settings(_env_file=None, **given | {"wechat_encoding_aes_key": ""})  # type: ignore[arg-type, call-arg]
    return create_app(build_deps(settings))


def _take(app: Flask, requests: Iterable[Request]) -> None:
    for one in requests:
        heading = EnvironBuilder(
            one.path, query_string=one.query, method="POST", data=one.body, content_type="text/xml"
        )
        body, status, _ = run_wsgi_app(app, heading.get_environ(), buffered=True)
        if status != "200 OK" or b"<xml>" not in b"".join(body):
            raise RuntimeError(f"A turn was answered with {status}.")


def _spoken(engine: Engine, app: Flask, requests: Iterable[Request]) -> tuple[int, int]:
    """Count what libpq sends: statements besides BEGIN and COMMIT, and times it waits."""
    with tempfile.TemporaryFile("w+") as trace:
        with engine.connect() as connection:
            pgconn = cast(psycopg.Connection[Any], connection.connection.dbapi_connection).pgconn
            pgconn.trace(trace.fileno())
        _take(app, requests)
        pgconn.untrace()
        trace.seek(0)
        return count_messages(trace)


def count_messages(trace: Iterable[str]) -> tuple[int, int]:
    """Return the statements and the round trips in a trace of libpq."""
    sent = [line.split("\t") for line in trace if "\tF\t" in line]
    queries = [message for message in sent if message[3] == "Query"]
    # A query may carry several statements in one breath.
    parts = [part.strip(' "\n') for message in queries for part in message[4].split(";")]
    plain = [part for part in parts if part and not part.startswith(_CONTROL)]
    executed = sum(message[3] == "Execute" for message in sent)
    synced = sum(message[3].strip() == "Sync" for message in sent)
    return len(plain) + executed, len(queries) + synced
