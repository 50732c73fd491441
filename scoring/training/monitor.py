"""Watch a card on a file: a page of plots and all numbers, told by weeks, months or other periods.

Every row is scored as in service, one by one, and only counted: a file of any length passes
through the memory of some of its rows.
"""

import math
from argparse import Namespace
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scoring import artifacts
from scoring.card import Card, CardData
from scoring.monitoring.judging import Weeks, judge
from scoring.monitoring.page import write
from scoring.monitoring.tally import Known, Seen, Tally, monday_of
from scoring.monitoring.telling import as_data
from scoring.monitoring.watch import watch
from scoring.training.data import TARGET_WORDS, DataUnusable, answers_of, frames

if TYPE_CHECKING:
    import pandas as pd

ROWS_AT_ONCE: Final = 50_000
MOST_PERIODS: Final = 5_000
SHOWN_PERIODS: Final = 104
WHOLE: Final = "all"
_DAYS: Final = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
_MONTHS: Final = ("%Y-%m", "%Y/%m", "%b-%Y", "%b %Y", "%Y%m")


def run(args: Namespace) -> int:
    """Count `args.data` scored by `args.card`, judge it, write the folder `args.out`.

    Outcomes of the file count as they stand: whoever made it left out what was too young.
    """
    card = Card(artifacts.read(args.card, CardData).content)
    tallies = _in_order(_count(card, args.data, args.target, args.time))
    base = None
    if args.baseline is not None:
        base = _count(card, args.baseline, None, None)[WHOLE]
    training = card.data.training
    facts = {"version": card.data.version, "name": card.data.name, "data": args.data.name}
    weeks = Weeks(tallies, facts, base, training.bads if training else None)
    found = [as_data(judge(weeks, watch()))]
    write(found, args.out)
    print(f"{args.out / 'index.html'}  alerts: {len(found[0]['alerts'])}")
    return 0


def _count(card: Card, data: Path, target: str | None, time: str | None) -> dict[str, Tally]:
    tallies: dict[str, Tally] = defaultdict(Tally)
    fields = [field.name for field in card.data.fields]
    for frame in frames(data, ROWS_AT_ONCE):
        for name in {target, time} - {None, *frame.columns}:
            raise DataUnusable(f"{data.name}: there is no column {name!r}")
        periods = [WHOLE] * len(frame) if time is None else _periods(frame[time])
        known = _outcomes(frame[target]) if target else _unknown(len(frame))
        for period, outcome, row in zip(periods, known, _rows(card, frame), strict=True):
            score = card.score(row)
            points = {name: score.points[name] for name in fields}
            tallies[period].add(Seen(score.total, score.pd, points, known=outcome))
        if len(tallies) > MOST_PERIODS:
            raise DataUnusable(f"{data.name}: {time!r} has too many values to be told by them")
    if not tallies:
        raise DataUnusable(f"{data.name}: there are no rows")
    return tallies


def _unknown(rows: int) -> list[Known]:
    return ["unknown"] * rows


def _rows(card: Card, frame: "pd.DataFrame") -> Iterator[Mapping[str, object]]:
    columns = {
        name: answers_of(frame[name], kind).tolist()
        for name, kind in card.inputs.items()
        if name in frame.columns
    }
    names = list(columns)
    if not names:
        raise DataUnusable("none of the card's inputs is in the file")
    for values in zip(*columns.values(), strict=True):
        yield dict(zip(names, values, strict=True))


def _outcomes(column: "pd.Series[object]") -> list[Known]:
    words = [None if value != value or value is None else str(value) for value in column]  # noqa: PLR0124 - NaN
    return [_outcome(word) for word in words]


def _outcome(word: str | None) -> Known:
    if word is None or not word.strip():
        return "unknown"
    told = TARGET_WORDS.get(word.strip().lower().removesuffix(".0"))
    if told is None:
        raise DataUnusable(f"a target is 0 or 1 (bad), not {word!r}")
    return "bad" if told else "good"


def _periods(column: "pd.Series[object]") -> list[str]:
    known: dict[object, str] = {}
    return [known.get(value) or known.setdefault(value, _period(value)) for value in column]


def _period(value: object) -> str:
    """Name a period: the Monday of a day, a month, or whatever stands there."""
    if isinstance(value, float):
        if math.isnan(value):
            return "?"
        value = int(value) if value.is_integer() else value
    word = str(value).strip()
    for form in _DAYS:
        with suppress(ValueError):
            return monday_of(datetime.strptime(word, form).date()).isoformat()  # noqa: DTZ007 - a day
    for form in _MONTHS:
        with suppress(ValueError):
            return datetime.strptime(word, form).strftime("%Y-%m")  # noqa: DTZ007 - a month
    return word or "?"


def _in_order(tallies: Mapping[str, Tally]) -> dict[str, Tally]:
    """Put periods in order of time; too many to be shown are joined, neighbours with neighbours."""
    names = sorted(tallies, key=_place)
    size = math.ceil(len(names) / SHOWN_PERIODS)
    joined: dict[str, Tally] = {}
    for start in range(0, len(names), size):
        whole = joined.setdefault(names[start], Tally())
        for name in names[start : start + size]:
            whole.join(tallies[name])
    return joined


def _place(name: str) -> tuple[bool, float, str]:
    try:
        return False, float(name), name
    except ValueError:
        return True, 0.0, name
