"""Read a file of outcomes and say of every line what it means, or why it cannot be used."""

import re
import subprocess
import sys
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from app.core.config import ROOT
from app.core.dated import day_of
from app.core.sheets import MOST_BYTES, BadFile, Row, read_rows
from app.store.outcomes import Referred

_HEADERS = {
    "reference": (
        *("reference", "handover", "decision", "enquiry"),
        *("编号", "转交编号", "决定编号", "测额编号"),
    ),
    "outcome": ("outcome", "result", "结果", "表现"),
    "observed_on": ("observed_on", "as_of", "观察日", "观察日期"),
    "days_past_due": ("days_past_due", "dpd", "逾期天数"),
    "lent_yuan": ("lent_yuan", "放款金额", "放款金额（元）"),
    "owed_yuan": ("owed_yuan", "未还金额", "未还金额（元）"),
}
_NEEDED = ("reference", "outcome", "observed_on")
_PAID_OFF = "结清"
_MEANS = {
    "good": ("good", "好", "正常", _PAID_OFF),
    "bad": ("bad", "坏", "违约"),
    "indeterminate": ("indeterminate", "不定", "未定", "观察"),
}
_OUTCOMES = {spelled: what for what, spellings in _MEANS.items() for spelled in spellings}
_DAY = re.compile(r"(\d{4})(?:[-/.年]?)(\d{1,2})(?:[-/.月]?)(\d{1,2})日?")
_PARQUET = b"PAR1"
_PATIENCE_SECONDS = 60
_MOST_DIGITS = 18
_MOST_DAYS = 20_000
_MOST_YUAN = Decimal(10**9)


class BadLine(ValueError):
    """A line that cannot be used: the cell, and why as a code."""

    def __init__(self, field: str, why: str) -> None:
        self.field, self.why = field, why
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Told:
    """What a line tells: an outcome as it was seen on a day."""

    reference: str
    outcome: str
    observed_on: date
    days_past_due: int | None
    lent_fen: int | None
    owed_fen: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what it tells, or the cell that is wrong and why."""

    number: int
    told: Told | None = None
    field: str = ""
    problem: str = ""


def read_lines(content: bytes) -> list[Line]:
    """Return what every line tells by itself; raise `BadFile`."""
    table = _from_parquet(content) if content.startswith(_PARQUET) else content
    return [_line(row) for row in read_rows(table, _HEADERS, _NEEDED)]


def placed(
    lines: Iterable[Line], known: Mapping[str, Referred], today: date, bad_from_days_late: int
) -> Iterator[tuple[Line, Referred | None]]:
    """Find the enquiry of every line; a line about one that stood above is left out.

    So is a loan that is called good, and is as late as the policy calls bad.
    """
    seen: set[uuid.UUID] = set()
    for line in lines:
        told, meant = line.told, None
        if told is None:
            yield line, None
            continue
        meant = known.get(told.reference)
        field, problem = _misplaced(told, meant, seen, today)
        if told.outcome == "good" and (told.days_past_due or 0) >= bad_from_days_late:
            field, problem = "outcome", "good_but_late"
        if problem:
            yield Line(line.number, None, field, problem), None
        elif meant is not None:
            seen.add(meant.enquiry_id)
            yield line, meant


def _misplaced(
    told: Told, meant: Referred | None, seen: set[uuid.UUID], today: date
) -> tuple[str, str]:
    if meant is None:
        return "reference", "reference_unknown"
    if meant.enquiry_id in seen:
        return "reference", "stands_twice"
    if told.observed_on > today:
        return "observed_on", "day_to_come"
    if told.observed_on < day_of(meant.submitted_at):
        return "observed_on", "day_before_enquiry"
    return "", ""


def _line(row: Row) -> Line:
    number, cells = row
    try:
        return Line(number, _told(cells))
    except BadLine as bad:
        return Line(number, None, bad.field, bad.why)


def _told(cells: Mapping[str, str]) -> Told:
    for field, cell in cells.items():
        if cell.startswith("="):
            raise BadLine(field, "formula")
    owed_fen = _fen("owed_yuan", cells["owed_yuan"])
    if owed_fen is None and cells["outcome"] == _PAID_OFF:
        owed_fen = 0
    return Told(
        reference=_reference(cells["reference"]),
        outcome=_outcome(cells["outcome"]),
        observed_on=_day(cells["observed_on"]),
        days_past_due=_days(cells["days_past_due"]),
        lent_fen=_fen("lent_yuan", cells["lent_yuan"]),
        owed_fen=owed_fen,
    )


def _reference(cell: str) -> str:
    if not cell:
        raise BadLine("reference", "reference_missing")
    if cell.isascii() and cell.isdigit() and len(cell) <= _MOST_DIGITS:
        return str(int(cell))
    try:
        return str(uuid.UUID(cell))
    except ValueError:
        raise BadLine("reference", "reference_unknown") from None


def _outcome(cell: str) -> str:
    found = _OUTCOMES.get(cell.lower())
    if found is None:
        raise BadLine("outcome", "outcome_unknown" if cell else "outcome_missing")
    return found


def _day(cell: str) -> date:
    found = _DAY.fullmatch(cell.partition(" ")[0].partition("T")[0])
    try:
        return date(*(int(part) for part in found.groups())) if found else _no_day(cell)
    except ValueError:
        return _no_day(cell)


def _no_day(cell: str) -> date:
    raise BadLine("observed_on", "day_unreadable" if cell else "day_missing")


def _days(cell: str) -> int | None:
    if not cell:
        return None
    if not (cell.isascii() and cell.isdigit()) or int(cell) > _MOST_DAYS:
        raise BadLine("days_past_due", "days_unreadable")
    return int(cell)


def _fen(field: str, cell: str) -> int | None:
    if not cell:
        return None
    try:
        yuan = Decimal(cell.replace(",", "").replace("，", "").removesuffix("元"))
    except InvalidOperation:
        raise BadLine(field, "amount_unreadable") from None
    if not yuan.is_finite() or not 0 <= yuan <= _MOST_YUAN or yuan * 100 % 1:
        raise BadLine(field, "amount_unreadable")
    return int(yuan * 100)


def _from_parquet(content: bytes) -> bytes:
    """Have a process of its own write it as CSV: whoever serves carries no pyarrow."""
    if len(content) > MOST_BYTES:
        raise BadFile("too_large")
    program = [sys.executable, "-m", "scoring.training.parquet"]
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            program, input=content, capture_output=True, cwd=ROOT, timeout=_PATIENCE_SECONDS,
            check=True,
        )  # fmt: skip
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        raise BadFile("not_a_table") from None
    return done.stdout
