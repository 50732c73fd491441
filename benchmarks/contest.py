"""Let the contenders answer the same requests on the same server, in turns, and count the rows."""

import math
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from benchmarks import deliveries, load, processes
from benchmarks.deliveries import AGREEMENT, ANSWERS, Wire
from benchmarks.effort import Effort
from benchmarks.installation import Installation, wire_of
from benchmarks.load import Load
from benchmarks.processes import Spent
from benchmarks.servers import Server, serving
from local import throwaway

_FLOOR_TABLES = Path(__file__).parent / "peers" / "floor.sql"
_WARM_UP_SECONDS = 1
# What is prepared for a run, as a multiple of the floor's rate in a warm-up that others disturbed:
# the floor needs no more than rows, ours has to be led to the first question.
_ROOM_FLOOR, _ROOM_OURS = 4.0, 1.6
_WARM_UP_PEOPLE = 10_000
_PLAINTEXT = {"WECHAT_ENCODING_AES_KEY": ""}


@dataclass(frozen=True)
class Contender:
    """One application, what to call it, and the query that counts what it kept."""

    key: str
    name: str
    application: str
    is_sealed: bool = False
    forgets: bool = False
    kept: sql.SQL | None = None


OURS = "wsgi:application"
_KEPT = sql.SQL("SELECT count(*) FROM answers")

CONTENDERS = (
    Contender("a", "constant Flask answer", "benchmarks.peers.constant:application"),
    Contender("b", "Flask + wechatpy echo", "benchmarks.peers.echo:application"),
    Contender(
        "c",
        "WeRoBot session turn, Redis",
        "benchmarks.peers.werobot_session:application",
        forgets=True,
    ),
    Contender(
        "d",
        "floor: four bare statements and a commit",
        "benchmarks.peers.floor:application",
        kept=sql.SQL("SELECT count(*) FROM floor.answers"),
    ),
    Contender("e", "Prequal form turn, plaintext", OURS, kept=_KEPT),
    Contender("f", "Prequal form turn, safe mode", OURS, is_sealed=True, kept=_KEPT),
)


@dataclass(frozen=True)
class Run:
    """One contender in one round."""

    key: str
    load: Load
    spent: Spent
    rows: int | None

    @property
    def errors(self) -> int:
        """Count answers that were wrong, and rows that are missing or too many.

        What is under way when the time ends may be kept without its answer being seen.
        """
        errors = self.load.wrong + self.load.broken
        if self.rows is None:
            return errors
        return errors + max(self.load.answers - self.rows, 0) + max(self.rows - self.load.sent, 0)


class Contest:
    """The servers of one contest and the files of its requests."""

    def __init__(self, installation: Installation, effort: Effort, folder: Path) -> None:
        self._installation = installation
        self._effort = effort
        self._folder = folder
        self._file = folder / "requests"
        self._servers: dict[str, Server] = {}
        self._floor_rate = 0.0

    def hold(self) -> list[Run]:
        """Start everybody, warm up, and run all rounds."""
        with ExitStack() as stack:
            redis_url = stack.enter_context(throwaway.a_redis())
            with psycopg.connect(self._installation.database_address) as connection:
                connection.execute(sql.SQL(_FLOOR_TABLES.read_text()))
            for one in CONTENDERS:
                own = self._installation.environment | ({} if one.is_sealed else _PLAINTEXT)
                if one.forgets:
                    own = own | {"REDIS_URL": redis_url}
                log = self._folder / f"{one.key}.log"
                self._servers[one.key] = stack.enter_context(serving(one.application, own, log))
            self._warm_up()
            return [self._run(one) for _ in range(self._effort.rounds) for one in CONTENDERS]

    def _warm_up(self) -> None:
        """Drive the peers once; the floor's rate says how many requests a run can use up."""
        for one in CONTENDERS:
            if one.application != OURS:
                people = deliveries.some_people(_WARM_UP_PEOPLE)
                deliveries.write(self._file, deliveries.in_turns(self._wire(one), people, ["2"]))
                port = self._servers[one.key].port
                again = not one.kept
                warm = load.drive(port, self._file, _WARM_UP_SECONDS, again=again)
                self._floor_rate = warm.per_second

    def _run(self, one: Contender) -> Run:
        server, wire = self._servers[one.key], self._wire(one)
        people = deliveries.some_people(self._people_needed(one))
        if one.application == OURS:
            load.send_each(server.port, (wire.follow(openid) for openid in people))
            load.send_each(server.port, deliveries.in_turns(wire, people, [AGREEMENT]))
        elif one.kept:
            self._know(people)
        deliveries.write(self._file, deliveries.in_turns(wire, people, ANSWERS))
        rows, spent = self._count(one), self._spent(server)
        seen = load.drive(server.port, self._file, self._effort.seconds, again=not one.kept)
        cost = self._spent(server).since(spent)
        if seen.ran_out:
            raise RuntimeError(f"{one.name} ran out of requests; its figure would be too low.")
        return Run(one.key, seen, cost, self._count(one) - rows if one.kept else None)

    def _spent(self, server: Server) -> Spent:
        return processes.spent(server.pid, self._installation.folder)

    def _people_needed(self, one: Contender) -> int:
        room = _ROOM_OURS if one.application == OURS else _ROOM_FLOOR
        return math.ceil(self._floor_rate * self._effort.seconds * room / len(ANSWERS))

    def _wire(self, one: Contender) -> Wire:
        return wire_of(self._installation, is_sealed=one.is_sealed)

    def _know(self, people: list[str]) -> None:
        """Give the floor its people: ours have theirs from following and agreeing."""
        with psycopg.connect(self._installation.database_address) as connection:
            connection.cursor().executemany(
                "INSERT INTO floor.states VALUES (%s, '{\"asked\": 0}')", [(one,) for one in people]
            )

    def _count(self, one: Contender) -> int:
        if not one.kept:
            return 0
        with psycopg.connect(self._installation.database_address) as connection:
            row = connection.execute(one.kept).fetchone()
        return int(row[0]) if row else 0
