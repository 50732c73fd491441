"""Rules of law by date: every number with its period, its source and how sure we are of it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final, Literal

Value = int | bool | tuple[str, ...] | None

KEYS: Final[dict[str, type]] = {
    "cap.allin_cost_hard_bp": int,
    "cap.allin_cost_interim_bp": int,
    "cap.allin_cost_lpr_multiple": int,
    "cap.household.business_fen": int,
    "cap.household.consumer_fen": int,
    "cap.single_borrower_bp": int,
    "lpr.1y_bp": int,
    "lpr.5y_bp": int,
    "purpose.forbidden": tuple,
    "student.may_borrow": bool,
}


class LawInvalid(ValueError):
    """The rows of law leave a day uncovered, or cover one twice."""


class NoRuleInForce(LookupError):
    """A rule is asked for on a day that no row covers."""

    def __init__(self, key: str, on: date) -> None:
        super().__init__(f"no row of {key} is in force on {on}")


@dataclass(frozen=True, slots=True)
class Row:
    """One value of one rule for one period, both ends included; no value means no such limit.

    Confidence: A primary text read, B secondary text, C common knowledge, D open, own = our choice.
    """

    key: str
    value: Value
    valid_from: date
    valid_to: date | None
    source: str
    checked_on: date
    confidence: Literal["A", "B", "C", "D", "own"]


@dataclass(frozen=True, slots=True)
class LawData:
    """The rows as they stand in their file."""

    version: str
    notes: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of law on one day and the source that says so."""

    value: int
    source: str


class Law:
    """Rows of law made ready to be asked by date."""

    def __init__(self, data: LawData) -> None:
        self.version = data.version
        self._rows: dict[str, list[Row]] = defaultdict(list)
        for row in sorted(data.rows, key=lambda row: (row.key, row.valid_from)):
            self._rows[row.key].append(row)
        for key in sorted(set(KEYS) ^ set(self._rows)):
            raise LawInvalid(f"{key}: is {'missing' if key in KEYS else 'not a known rule'}")
        for key, rows in self._rows.items():
            _check_values(key, rows)
            _check_periods(key, rows)

    def row(self, key: str, on: date) -> Row:
        """Find the row of a rule in force on a day, or raise `NoRuleInForce`."""
        for row in self._rows[key]:
            if row.valid_from <= on and (row.valid_to is None or on <= row.valid_to):
                return row
        raise NoRuleInForce(key, on)

    def number(self, key: str, on: date) -> Limit | None:
        """Read a limit in force on a day; none where the row says that there is no such limit."""
        row = self.row(key, on)
        return Limit(row.value, row.source) if isinstance(row.value, int) else None

    def cost_cap(self, on: date) -> Limit:
        """Find the strictest cap on the all-in yearly cost, in basis points, on a day."""
        limits = [
            self.number("cap.allin_cost_hard_bp", on),
            self.number("cap.allin_cost_interim_bp", on),
            self._lpr_cap(on),
        ]
        in_force = [limit for limit in limits if limit is not None]
        if not in_force:
            raise NoRuleInForce("cap.allin_cost", on)
        return min(in_force, key=lambda limit: limit.value)

    def _lpr_cap(self, on: date) -> Limit | None:
        multiple, lpr = self.number("cap.allin_cost_lpr_multiple", on), self.number("lpr.1y_bp", on)
        if multiple is None or lpr is None:
            return None
        return Limit(multiple.value * lpr.value, f"{multiple.source}; {lpr.source}")


def _check_values(key: str, rows: list[Row]) -> None:
    for row in rows:
        is_unlimited = row.value is None and key.startswith("cap.")
        if type(row.value) is not KEYS[key] and not is_unlimited:
            raise LawInvalid(f"{key}: the value has the wrong kind")


def _check_periods(key: str, rows: list[Row]) -> None:
    for earlier, later in pairwise(rows):
        if earlier.valid_to is None or later.valid_from != earlier.valid_to + timedelta(days=1):
            raise LawInvalid(f"{key}: a gap or an overlap before {later.valid_from}")
    for row in rows:
        if row.valid_to is not None and row.valid_to < row.valid_from:
            raise LawInvalid(f"{key}: the period from {row.valid_from} ends before it begins")
