"""Move people between bands: a band of incomes that falls by a fifth reaches into the one below."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from scoring.features import DEBT_YUAN, FIRM_DEBT_YUAN, INCOME_YUAN, REVENUE_YUAN
from scoring.types import Facts

Bands = Mapping[str, tuple[int | None, int | None]]
Parts = list[tuple[float, Facts]]
"""What becomes of one person: shares that sum to one, with the facts of each."""

INCOMES: Final[Mapping[str, Bands]] = {"income_band": INCOME_YUAN, "revenue_band": REVENUE_YUAN}
DEBTS: Final[Mapping[str, Bands]] = {
    "debt_band": {**DEBT_YUAN},
    "firm_debt_band": {**FIRM_DEBT_YUAN},
}
OPEN_TOP: Final = 2  # the open top band reaches twice its lower end


def scaled(facts: Facts, fields: Mapping[str, Bands], factor: float) -> Parts:
    """Scale what the bands of these fields stand for."""
    parts: Parts = [(1.0, facts)]
    for field, bands in fields.items():
        told = getattr(facts, field)
        if told is not None:
            moved = moved_to(told, bands, factor)
            parts = [
                (share * part, _with(one, field, band))
                for share, one in parts
                for band, part in moved.items()
            ]
    return parts


def moved_to(band: str, bands: Bands, factor: float) -> dict[str, float]:
    """Say into which bands the people of one go, and how many of them, evenly spread within."""
    ends = {code: _ends(*pair) for code, pair in bands.items()}
    low, high = (end * factor for end in ends[band])
    if low == high:  # nothing times anything is nothing
        return {band: 1.0}
    shares = {
        code: max(0.0, min(high, top) - max(low, bottom)) / (high - low)
        for code, (bottom, top) in ends.items()
    }
    above = 1.0 - sum(shares.values())
    last = max(ends, key=lambda code: ends[code][1])
    shares[last] += max(0.0, above)
    return {code: share for code, share in shares.items() if share > 0}


def _ends(low: int | None, high: int | None) -> tuple[float, float]:
    bottom = low or 0
    return float(bottom), float(bottom * OPEN_TOP if high is None else high)


def _with(facts: Facts, field: str, value: str) -> Facts:
    changed: dict[str, Any] = {field: value}
    return replace(facts, **changed)
