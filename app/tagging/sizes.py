"""The size class of a firm by the table of 2017, as far as bands of headcount and revenue tell.

A band can straddle two classes, a section can hold several rows of the table, and nobody told us
the assets: so the answer is the span of classes that are possible, often a single one.
"""

import json
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

_SHIPPED = Path(__file__).parent / "data" / "size_classes.json"
_YUAN_IN_WAN = 10_000
_MONTHS = 12
UNCLASSIFIED = "unclassified"


class Size(IntEnum):
    """The four classes, the smallest first."""

    MICRO = 0
    SMALL = 1
    MEDIUM = 2
    LARGE = 3


Bounds = tuple[int, int, int]
"""From where a firm is large, medium, small; below the last it is micro."""


class SizeRow(BaseModel):
    """One row of the table: employees in persons, revenue and assets in 10,000 yuan."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    name: str
    sections: tuple[str, ...]
    divisions: str
    employees: Bounds | None = None
    revenue: Bounds | None = None
    assets: Bounds | None = None


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True)

    uncovered_sections: frozenset[str]
    partly_covered_sections: frozenset[str]
    rows: tuple[SizeRow, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A number known to lie from `at_least` up to, not including, `below`; None: nobody knows."""

    at_least: int = 0
    below: int | None = None


UNKNOWN = Span()


def size_of(row: SizeRow, *, employees: float = 0, revenue: float = 0, assets: float = 0) -> Size:
    """Return the class of a firm whose figures are known: the lowest of the listed indicators."""
    figures = ((row.employees, employees), (row.revenue, revenue), (row.assets, assets))
    return min(_class(bounds, figure) for bounds, figure in figures if bounds is not None)


def size_code(section: str, employees: Span, monthly_revenue_yuan: Span) -> str:
    """Return the span of possible classes as a tag's value: `micro`, `micro_small`, … .

    A year's revenue is taken as twelve of the months that the person told.
    """
    table = read_table()
    rows = [row for row in table.rows if section in row.sections]
    if not rows or section in table.uncovered_sections | table.partly_covered_sections:
        return UNCLASSIFIED
    spans = [_possible(row, employees, monthly_revenue_yuan) for row in rows]
    lowest, highest = min(low for low, _ in spans), max(high for _, high in spans)
    names = [lowest.name.lower(), highest.name.lower()]
    return names[0] if lowest == highest else "_".join(names)


def _possible(row: SizeRow, employees: Span, monthly: Span) -> tuple[Size, Size]:
    wan = Span(
        monthly.at_least * _MONTHS,
        monthly.below * _MONTHS if monthly.below is not None else None,
    )
    told = [(row.employees, employees, 1), (row.revenue, wan, _YUAN_IN_WAN)]
    told.append((row.assets, UNKNOWN, _YUAN_IN_WAN))
    spans = [
        (_class(bounds, span.at_least, unit), _class_below(bounds, span.below, unit))
        for bounds, span, unit in told
        if bounds is not None
    ]
    return min(low for low, _ in spans), min(high for _, high in spans)


def _class(bounds: Bounds, figure: float, unit: int = 1) -> Size:
    return Size(sum(figure >= bound * unit for bound in bounds))


def _class_below(bounds: Bounds, below: int | None, unit: int) -> Size:
    """Return the highest class of a figure that stays below something."""
    if below is None:
        return Size.LARGE
    return Size(sum(below > bound * unit for bound in bounds))


@cache
def read_table(path: Path = _SHIPPED) -> _Table:
    """Read the table as it is shipped."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    return _Table.model_validate(raw)
