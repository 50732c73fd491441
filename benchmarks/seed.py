"""Fill a database with a crowd by COPY: a million people, three million events, and their cases.

The same number always gives the same crowd (the seals differ, they hold fresh nonces). Skewed as
crowds are: most came by a few channels and did little, some handed in twice and write often.
Indexes are set aside while rows pour in, and made again afterwards.
"""

import random
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

import psycopg

from app.deps import Deps
from benchmarks.pool import Case, make_cases, written

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
ACCOUNT = "gh_prequal"
CHANNELS = tuple(f"shop-{number:02d}" for number in range(40))
TAGS = (
    ("behaviour.form.unfinished", "yes", 0.1),
    ("behaviour.activity", "sleeping", 0.45),
    ("need.urgency", "low", 0.15),
    ("attributes.firm.size", "micro", 0.04),
)
QUESTIONS = ("age_band", "situation", "region", "purpose", "amount_fen", "income_band")
_HOURS = 400 * 24
_BATCH = 20_000
_NULL = "\\N"

Row = Sequence[object]
T = TypeVar("T")

COLUMNS = {
    "people": "id account openid_index openid_sealed master_id wrapped_key state follows"
    " followed_at first_channel latest_channel first_seen_at last_seen_at last_message_at consents"
    " marketing_stopped is_muted on_hold message_left message_until",
    "conversations": "person_id position_sealed stage question open_since updated_at",
    "enquiries": "id person_id form form_version answers by_person channel state submitted_at"
    " trail",
    "decisions": "id enquiry_id person_id outcome assessment dossier_sealed inputs_hash decided_at"
    " valid_until decided_by consent_ids",
    "reviews": "enquiry_id person_id kind state opened_at due_at",
    "messages": "id person_id klass copy_key state channel created_at not_before expires_at"
    " finished_at trail",
    "events": "person_id kind detail channel form form_version at",
    "tag_holdings": "person_id tag value source since set_by",
}


@dataclass
class Crowd:
    """What was written: how many rows of each table, and one person of each kind to look at."""

    people: int
    rows: dict[str, int] = field(default_factory=dict)
    busiest: uuid.UUID | None = None
    openid: str = ""


def fill(deps: Deps, url: str, people: int, seed: int = 1) -> Crowd:
    """Write a crowd into an empty, migrated database."""
    chance = random.Random(seed)  # noqa: S311 - a crowd, not a secret
    cases = make_cases(deps, chance)
    crowd = Crowd(people)
    with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as connection:
        # The rows fit one another by construction; nobody else is connected.
        connection.execute("SET session_replication_role = replica")
        with _indexes_aside(connection):
            members = (_Member(chance, number, cases) for number in range(people))
            for batch in _batches(members, _BATCH):
                _write(connection, crowd, batch)
        connection.execute("VACUUM ANALYZE")
    return crowd


def _write(connection: psycopg.Connection[Any], crowd: Crowd, batch: list["_Member"]) -> None:
    for table, names in COLUMNS.items():
        lines = [line for one in batch for line in one.lines(table)]
        columns = ", ".join(names.split())
        statement = f"COPY {table} ({columns}) FROM STDIN"
        with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            copy.write("".join(lines))
        crowd.rows[table] = crowd.rows.get(table, 0) + len(lines)
    if crowd.busiest is None:
        busiest = max(batch, key=lambda one: len(one.tables["events"]))
        crowd.busiest, crowd.openid = uuid.UUID(busiest.id), busiest.case.openid


@contextmanager
def _indexes_aside(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Drop the indexes that no constraint needs, and make them again at the end."""
    found = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes LEFT JOIN pg_constraint"
        " ON conname = indexname WHERE schemaname = 'public' AND conname IS NULL"
        " AND tablename = ANY(%s)",
        [list(COLUMNS)],
    ).fetchall()
    for name, _ in found:
        connection.execute(f"DROP INDEX {name}")
    yield
    connection.execute("SET maintenance_work_mem = '256MB'")
    for _, definition in found:
        connection.execute(definition)


class _Member:
    """One person of the crowd and everything that happened to them, as lines for COPY."""

    def __init__(self, chance: random.Random, number: int, cases: list[Case]) -> None:
        self.tables: dict[str, list[Row]] = {table: [] for table in COLUMNS}
        self._chance = chance
        self.case = cases[number % len(cases)]
        self.id = str(uuid.UUID(int=chance.getrandbits(128), version=4))
        # Lately more came than at first.
        self._came = int(_HOURS * chance.random() ** 1.6)
        self._seen = self._came
        self._channel = CHANNELS[int(len(CHANNELS) * chance.random() ** 3)]
        self._consents: list[str] = []
        self._wrote: int | None = None
        self._live()
        self._person(number)

    def lines(self, table: str) -> list[str]:
        """Return the person's lines of a table."""
        return ["\t".join(map(str, row)) + "\n" for row in self.tables[table]]

    def _live(self) -> None:
        """Let things happen, from the following on; hours count back from now."""
        chance = self._chance
        self._event(self._came, "followed", self._channel)
        for _ in range(min(int(chance.paretovariate(2.1)) - 1, 40)):
            self._write_something()
        if chance.random() < 0.34:  # noqa: PLR2004 - a share, here and below
            self._event(self._came, "consented", "answers")
            self._consents += ["notice:1", "answers"]
            self._fill_in()
        if self._consents and chance.random() < 0.3:  # noqa: PLR2004
            self._consents.append("marketing")
            self._receive()
        for tag, value, share in TAGS:
            if chance.random() < share:
                since = _at(int(chance.random() * self._came))
                self._add("tag_holdings", self.id, tag, value, "rule", since, "system")

    def _write_something(self) -> None:
        at = int(self._came * self._chance.random())
        self._event(at, "messaged")
        self._wrote = at if self._wrote is None else min(at, self._wrote)

    def _fill_in(self) -> None:
        """Answer some or all questions; most of those who reach the end hand in."""
        chance = self._chance
        reached = min(int(chance.paretovariate(0.9)), len(QUESTIONS))
        for question in QUESTIONS[:reached:2]:
            self._event(self._came, "answered", question)
        if reached < len(QUESTIONS) and chance.random() < 0.35:  # noqa: PLR2004
            self._conversation("asking", QUESTIONS[reached], _at(self._came))
            return
        self._conversation("idle", "", _NULL)
        for _ in range(2 if chance.random() < 0.12 else 1):  # noqa: PLR2004
            self._hand_in(int(self._came * chance.random()))

    def _hand_in(self, at: int) -> None:
        case, chance = self.case, self._chance
        enquiry, decision = (str(uuid.UUID(int=chance.getrandbits(128), version=4)) for _ in "ed")
        state = "in_review" if case.outcome == "refer" else "decided"
        self._add(
            "enquiries", enquiry, self.id, case.form, 1, case.answers, "f", self._channel, state,
            _at(at), "",
        )  # fmt: skip
        self._add(
            "decisions", decision, enquiry, self.id, case.outcome, case.assessment,
            case.dossier_sealed, "", _at(at), _at(at - 30 * 24), "auto", "[]",
        )  # fmt: skip
        if state == "in_review" and chance.random() < 0.02:  # noqa: PLR2004
            self._add("reviews", enquiry, self.id, "policy", "open", _at(at), _at(at - 48))
        self._event(at, "submitted", form=case.form)
        self._event(at, "decided", case.outcome, form=case.form)
        self._message("decision", at)

    def _receive(self) -> None:
        for _ in range(self._chance.randrange(4)):
            at = int(self._came * self._chance.random())
            self._message("marketing", at)
            self._event(at, "received", "marketing")

    def _person(self, number: int) -> None:
        chance, case = self._chance, self.case
        follows = chance.random() < 0.88  # noqa: PLR2004
        if not follows:
            self._event(int(self._came * chance.random()), "unfollowed")
        held = chance.choices([_NULL, "distress", "complaint"], [996, 1, 3])[0]
        index = written(number.to_bytes(32, "big"))
        has_window = self._wrote is not None and self._wrote < 48  # noqa: PLR2004 - hours
        self._add(
            "people", self.id, ACCOUNT, index, case.openid_sealed, case.master_id, case.wrapped_key,
            "active", "t" if follows else "f", _at(self._came), self._channel, self._channel,
            _at(self._came), _at(self._seen), _NULL if self._wrote is None else _at(self._wrote),
            f"{{{','.join(self._consents)}}}", "t" if chance.random() < 0.03 else "f",  # noqa: PLR2004
            "f", held, 4 if has_window else 0,
            _at(self._wrote - 48) if has_window and self._wrote is not None else _NULL,
        )  # fmt: skip

    def _conversation(self, stage: str, question: str, open_since: str) -> None:
        self._add(
            "conversations", self.id, self.case.position_sealed, stage, question, open_since,
            _at(self._seen),
        )  # fmt: skip

    def _message(self, klass: str, at: int) -> None:
        identity = str(uuid.UUID(int=self._chance.getrandbits(128), version=4))
        moment = _at(at)
        self._add(
            "messages", identity, self.id, klass, "quota.approved", "sent", "custom", moment,
            moment, _at(at - 24), moment, "",
        )  # fmt: skip

    def _event(self, at: int, kind: str, detail: str = "", form: str = "") -> None:
        self._seen = min(self._seen, at)
        self._add("events", self.id, kind, detail, self._channel, form, 1 if form else 0, _at(at))

    def _add(self, table: str, *row: object) -> None:
        self.tables[table].append(row)


_START = NOW - timedelta(hours=_HOURS)
_TIMES = [(_START + timedelta(hours=hour)).isoformat() for hour in range(_HOURS + 31 * 24)]


def _at(hours_ago: int) -> str:
    """Return the moment so many hours ago (or to come) as text; written once each."""
    return _TIMES[_HOURS - hours_ago - 1]


def _batches(them: Iterable[T], size: int) -> Iterator[list[T]]:
    whole = iter(them)
    while batch := list(islice(whole, size)):
        yield batch
