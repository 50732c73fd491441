"""Hold groups of people beside each other: approval, errors, calibration; small cells hidden.

The protected facts are read for this table only and never by a score. Counts below `hidden_below`
are not shown, nor one that could be worked out from the others and the total.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

HIDDEN_BELOW: Final = 10  # as the house does in its figures: fewer could be about somebody
Z95: Final = 1.959964
FOUR_FIFTHS: Final = 0.8  # the usual first look at adverse impact (US 29 CFR 1607.4 D)


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % interval (Wilson); None where there is nothing, or too little."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group. What is None is hidden or not known; `is_hidden` tells which.

    `false_positive`: of those who paid, how many are refused; `false_negative`: of those who did
    not, how many are approved. `observed` and `expected` are default rates among known outcomes;
    `impact` is the approval rate over that of the group approved most.
    """

    group: str
    is_hidden: bool = False
    rows: int | None = None
    approval: Share | None = None
    impact: Share | None = None
    false_positive: Share | None = None
    false_negative: Share | None = None
    observed: Share | None = None
    expected: float | None = None

    @property
    def is_adverse(self) -> bool:
        """Whether fewer than four fifths are approved, beyond what chance explains."""
        return self.impact is not None and self.impact.high < FOUR_FIFTHS


@dataclass(frozen=True, slots=True)
class FairnessTable:
    """Every group of one trait, the most approved first, with the cut-off that was used."""

    cut_off: float
    compared_with: str
    rows: tuple[GroupRow, ...]


def fairness_table(
    pd: Sequence[float],
    target: Sequence[float | None],
    groups: Sequence[object],
    *,
    cut_off: float | None = None,
    hidden_below: int = HIDDEN_BELOW,
) -> FairnessTable:
    """Compare groups at a cut-off: who is below it is approved.

    `target`: 1 is bad, 0 good, None (or NaN) not known yet. Without a cut-off it is put where as
    many are approved as paid, so that errors of both kinds have their natural weight.
    """
    if not len(pd) == len(target) == len(groups):
        raise ValueError("pd, target and groups are equally long")
    bound = _natural_cut_off(pd, target) if cut_off is None else cut_off
    return decided_table([one < bound for one in pd], pd, target, groups, bound, hidden_below)


def decided_table(
    approved: Sequence[bool],
    pd: Sequence[float | None],
    target: Sequence[float | None],
    groups: Sequence[object],
    cut_off: float = math.nan,
    hidden_below: int = HIDDEN_BELOW,
) -> FairnessTable:
    """Compare groups by what was decided about each, whatever decided it."""
    members: dict[str, list[int]] = {}
    for place, group in enumerate(groups):
        members.setdefault("" if group is None else str(group), []).append(place)
    hidden = _hidden({group: len(places) for group, places in members.items()}, hidden_below)
    rows = [
        _row(group, [(approved[i], pd[i], _known(target[i])) for i in places], hidden_below)
        if group not in hidden
        else GroupRow(group, is_hidden=True)
        for group, places in members.items()
    ]
    shown = [row for row in rows if row.approval is not None]
    most = max(shown, key=_approval, default=None)
    if most is not None:
        rows = [replace(row, impact=_impact(row, most)) for row in rows]
    rows.sort(key=lambda row: (row.is_hidden, -_approval(row), row.group))
    return FairnessTable(cut_off, most.group if most else "", tuple(rows))


Member = tuple[bool, float | None, int | None]


def _row(group: str, members: Sequence[Member], least: int) -> GroupRow:
    known = [(approved, pd, bad) for approved, pd, bad in members if bad is not None]
    goods = [approved for approved, _, bad in known if not bad]
    bads = [approved for approved, _, bad in known if bad]
    risks = [pd for _, pd, _ in known if pd is not None]
    observed = share(len(bads), len(known), least)
    return GroupRow(
        group,
        rows=len(members),
        approval=share(sum(approved for approved, _, _ in members), len(members), least),
        false_positive=share(len(goods) - sum(goods), len(goods), least),
        false_negative=share(sum(bads), len(bads), least),
        observed=observed,
        expected=sum(risks) / len(risks) if observed and len(risks) == len(known) else None,
    )


def share(part: float, whole: float, least: int = HIDDEN_BELOW) -> Share | None:
    """Give a share with its interval; none where either side of it is a small cell."""
    if whole < max(least, 1) or any(0 < side < least for side in (part, whole - part)):
        return None
    value, square = part / whole, Z95**2
    middle = (value + square / (2 * whole)) / (1 + square / whole)
    width = Z95 / (1 + square / whole)
    width *= math.sqrt(value * (1 - value) / whole + square / (4 * whole**2))
    return Share(value, max(0.0, middle - width), min(1.0, middle + width))


def _hidden(counts: dict[str, int], least: int) -> set[str]:
    """Name the groups too small to show; where one alone is, the next smallest goes with it."""
    hidden = {group for group, count in counts.items() if count < least}
    others = [group for group in counts if group not in hidden]
    if len(hidden) == 1 and others:
        hidden.add(min(others, key=lambda group: (counts[group], group)))
    return hidden


def _impact(row: GroupRow, most: GroupRow) -> Share | None:
    """Give the ratio of approval rates with its interval (log method, Katz 1978)."""
    own, best = row.approval, most.approval
    if own is None or best is None or not row.rows or not most.rows or best.value == 0:
        return None
    ratio = own.value / best.value
    if row is most or own.value == 0:
        return Share(ratio, ratio, ratio)
    spread = (1 - own.value) / (own.value * row.rows) + (1 - best.value) / (best.value * most.rows)
    factor = math.exp(Z95 * math.sqrt(spread))
    return Share(ratio, ratio / factor, ratio * factor)


def _approval(row: GroupRow) -> float:
    return row.approval.value if row.approval else -1.0


def _known(target: float | None) -> int | None:
    return None if target is None or math.isnan(target) else int(target)


def _natural_cut_off(pd: Sequence[float], target: Sequence[float | None]) -> float:
    known = sorted(
        float(one) for one, bad in zip(pd, target, strict=True) if _known(bad) is not None
    )
    goods = sum(_known(bad) == 0 for bad in target)
    if not known or goods == len(known):
        return math.inf
    return known[goods]
