"""Judge the weeks of a card: one share of error for all the statistics of a week together.

A week is looked at in many ways (score, every field, cut-off band, overrides, calibration and its
bands). Judged each at 5 %, a quiet week would alarm more often than not; so each look has its
part of `family_error` (Bonferroni), whatever the looks have to do with each other.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from scoring.monitoring.calibration import Kept, by_band, kept
from scoring.monitoring.psi import Shift, shift
from scoring.monitoring.tally import Tally
from scoring.monitoring.watch import Watch

Kind = Literal["score", "field", "near", "override", "calibration", "band"]
Age = Literal["whole", "young", "none"]
_OF_OUTCOMES = frozenset({"calibration", "band"})
_NO_WEEKS: tuple[str, ...] = ()
ORDINARY = 0.05
"""The chance by which a single number, alone, is usually called unusual."""


@dataclass(frozen=True, slots=True)
class Look:
    """One statistic of a week. `name`: the field, or the band; `share`: where one is counted."""

    kind: Kind
    name: str
    value: float
    limit: float
    limit_alone: float
    chance: float
    is_alarm: bool
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """Calibration of a week or a band: promised and seen, and between which rates it may lie."""

    name: str
    known: int
    bads: int
    expected: float
    observed: float
    low: float
    high: float
    least: float
    most: float
    is_alarm: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """One week; `age` says why there is no calibration: too young, or nothing known."""

    week: str
    applications: int
    known: int
    young: int
    age: Age
    looks: tuple[Look, ...]
    level: Level | None
    bands: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Recent:
    """The outcomes that came of age last, of as many weeks as it takes to tell."""

    first: str
    last: str
    level: Level
    bands: tuple[Level, ...]
    looks: tuple[Look, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All that a monitor found. `facts` say of which card and when."""

    facts: Mapping[str, Any]
    lines: Watch
    baseline: tuple[str, ...]
    baseline_applications: int
    weeks: tuple[Judged, ...]
    recent: Recent | None

    @property
    def alerts(self) -> list[tuple[str, Look]]:
        """List what is out of bounds, the latest week first."""
        return [
            (week.week, look)
            for week in reversed(self.weeks)
            for look in week.looks
            if look.is_alarm
        ]

    @property
    def news(self) -> list[tuple[str, Look]]:
        """List what is out of bounds now: in the last week, and of the latest known outcomes.

        Each half has half of the error, so that all of it alarms as rarely as one week.
        """
        last = self.weeks[-1:]
        moved = [
            (week.week, look)
            for week in last
            for look in week.looks
            if look.is_alarm and look.kind not in _OF_OUTCOMES
        ]
        recent = self.recent
        missed = [(recent.last, look) for look in recent.looks if look.is_alarm] if recent else []
        return moved + missed


@dataclass(frozen=True, slots=True)
class Weeks:
    """What was counted by week, or by another period, in order of time."""

    tallies: Mapping[str, Tally]
    facts: Mapping[str, Any]
    baseline: Tally | None = None
    trained_bads: int | None = None


def judge(weeks: Weeks, lines: Watch) -> Report:
    """Judge every week against the baseline, or against the first weeks when none is given."""
    names = list(weeks.tallies)
    base, used = weeks.baseline, _NO_WEEKS
    if base is None:
        base, used = _first(weeks.tallies, names, lines.baseline_applications)
    # What the others are held against is not held against itself; its outcomes are.
    judged = (
        _week(name, weeks.tallies[name], None if name in used else base, weeks.trained_bads, lines)
        for name in names
    )
    return Report(
        facts=weeks.facts,
        lines=lines,
        baseline=used,
        baseline_applications=base.applications,
        weeks=tuple(judged),
        recent=_recent(weeks, lines),
    )


def _recent(weeks: Weeks, lines: Watch) -> Recent | None:
    """Judge the latest weeks of age together: where loans are few, a week tells nothing."""
    whole = [name for name in weeks.tallies if _age(weeks.tallies[name], lines) == "whole"]
    used: list[str] = []
    joined = Tally()
    for name in reversed(whole[-lines.recent_weeks :]):
        joined.join(weeks.tallies[name])
        used.append(name)
        if sum(owed.expected for owed in joined.owed.values()) >= lines.recent_bads:
            break
    level = kept(joined.owed, weeks.trained_bads)
    if level is None:
        return None
    bands = by_band(joined.owed, lines.calibration_bands, weeks.trained_bads)
    chance = lines.family_error / 2 / (1 + len(bands))
    return Recent(
        first=used[-1],
        last=used[0],
        level=_level(level, chance),
        bands=tuple(_level(band, chance) for band in bands),
        looks=(
            _missed("calibration", level, chance),
            *(_missed("band", band, chance) for band in bands),
        ),
    )


def _first(
    tallies: Mapping[str, Tally], names: Sequence[str], enough: int
) -> tuple[Tally, tuple[str, ...]]:
    """Join the first weeks until they hold enough; the last week is always left to be judged."""
    base, used = Tally(), 0
    for name in names[:-1]:
        if base.applications >= enough:
            break
        base.join(tallies[name])
        used += 1
    return base, tuple(names[:used])


def _week(
    name: str, tally: Tally, base: Tally | None, trained_bads: int | None, lines: Watch
) -> Judged:
    age = _age(tally, lines)
    level: Kept | None = None
    bands: Sequence[Kept] = ()
    if age == "whole":
        level = kept(tally.owed, trained_bads)
        bands = by_band(tally.owed, lines.calibration_bands, trained_bads) if level else ()
    shifts = list(_shifts(tally, base, lines)) if base is not None else []
    held: list[tuple[Kind, Kept]] = [("calibration", level)] if level else []
    held += [("band", band) for band in bands]
    # Half of it for what applications tell at once, half for what outcomes tell a year later.
    moving, missing = (lines.family_error / 2 / max(1, len(one)) for one in (shifts, held))
    return Judged(
        week=name,
        applications=tally.applications,
        known=tally.known,
        young=tally.young,
        age=age,
        looks=(
            *(_moved(kind, field, one, share, moving) for kind, field, one, share in shifts),
            *(_missed(kind, one, missing) for kind, one in held),
        ),
        level=_level(level, missing) if level else None,
        bands=tuple(_level(band, missing) for band in bands),
    )


def _age(tally: Tally, lines: Watch) -> Age:
    told = tally.known + tally.young
    if not told:
        return "none"
    return "young" if tally.young > lines.young_share * told or not tally.known else "whole"


def _shifts(
    tally: Tally, base: Tally, lines: Watch
) -> Iterator[tuple[Kind, str, Shift, float | None]]:
    least = lines.least_in_cell
    score = shift(base.scores, tally.scores, least, lines.score_cells)
    if score:
        yield "score", "", score, None
    for name in sorted(tally.points):
        found = shift(base.points.get(name, {}), tally.points[name], least, lines.field_cells)
        if found:
            yield "field", name, found, None
    pairs: tuple[tuple[Kind, Mapping[int, int], Mapping[int, int]], ...] = (
        ("near", base.near, tally.near),
        ("override", base.overridden, tally.overridden),
    )
    for kind, before, after in pairs:
        found = shift(before, after, least, 2 * least)
        if found:
            yield kind, "", found, after.get(1, 0) / sum(after.values())


def _moved(kind: Kind, name: str, found: Shift, share: float | None, chance: float) -> Look:
    return Look(
        *(kind, name, found.value, found.limit(chance), found.limit(ORDINARY), found.chance),
        *(found.chance < chance, share),
    )


def _missed(kind: Kind, found: Kept, chance: float) -> Look:
    name = _band(found) if kind == "band" else ""
    ratio = found.bads / found.expected
    most, alone = (found.limits(one)[1] / found.expected_rate for one in (chance, ORDINARY))
    return Look(kind, name, ratio, most, alone, found.chance, found.chance < chance)


def _level(found: Kept, chance: float) -> Level:
    least, most = found.limits(chance)
    return Level(
        *(_band(found), found.known, found.bads, found.expected_rate, found.observed_rate),
        *(found.low, found.high, least, most, found.chance < chance),
    )


def _band(found: Kept) -> str:
    return f"{found.from_score}-{found.to_score}"
