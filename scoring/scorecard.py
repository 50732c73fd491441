"""Add up the points of a card that is data: score, probability of default and reasons in one pass.

One function gives them all, so they cannot disagree. The card is checked when it is read: points
follow the declared sign, every field knows what missing and unknown are worth, and inputs that may
not decide (P-34) are refused.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from scoring.features import Feature
from scoring.types import Kind, Score

Lookup = Callable[[Feature], int]

# PIPL art. 24 and 28; a city may only be used with a reason in an impact assessment; medical
# purposes would stand for health.
FORBIDDEN_INPUTS: Final = frozenset(
    {"age", "age_band", "birthplace", "carrier", "ethnicity", "health", "nickname", "phone_model"}
    | {"purpose", "region", "religion", "sex"}
)
PD_DIGITS: Final = 6


class CardInvalid(ValueError):
    """A card breaks one of the rules that every card keeps."""


@dataclass(frozen=True, slots=True)
class Level:
    """One answer of a field of choices and its points; levels are listed from worst to best."""

    code: str
    points: int


@dataclass(frozen=True, slots=True)
class ChoiceField:
    """An input of codes. `reference` is what an applicant near the cut-off has on average."""

    name: str
    group: str
    why: str
    reference: int
    missing: int
    other: int
    levels: tuple[Level, ...]

    def __post_init__(self) -> None:
        points = [level.points for level in self.levels]
        if not points or not _is_rising(points):
            raise CardInvalid(f"{self.name}: levels go from worst to best")
        if len({level.code for level in self.levels}) != len(points):
            raise CardInvalid(f"{self.name}: a code stands twice")


@dataclass(frozen=True, slots=True)
class NumberField:
    """An input of numbers: one more points than cuts; a value on a cut belongs above it."""

    name: str
    group: str
    why: str
    reference: int
    missing: int
    sign: Literal["rises", "falls"]
    cuts: tuple[int, ...]
    points: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.points) != len(self.cuts) + 1:
            raise CardInvalid(f"{self.name}: one more points than cuts")
        if not _is_rising(self.cuts) or len(set(self.cuts)) != len(self.cuts):
            raise CardInvalid(f"{self.name}: cuts rise")
        if not _is_rising(self.points if self.sign == "rises" else self.points[::-1]):
            raise CardInvalid(f"{self.name}: points follow the sign")


Input = ChoiceField | NumberField


def _is_rising(values: Sequence[int]) -> bool:
    return all(first <= second for first, second in pairwise(values))


@dataclass(frozen=True, slots=True)
class Scaling:
    """How a score stands for odds: at `base_score` good to bad is `base_odds`, doubling each `pdo`.

    `logit_half_width` is how far, in log-odds, the truth may lie from the card.
    """

    base_points: int
    base_score: int
    base_odds: float
    pdo: int
    logit_half_width: float

    def __post_init__(self) -> None:
        if self.base_odds <= 0 or self.pdo <= 0 or self.logit_half_width < 0:
            raise CardInvalid("odds and doubling are positive, the half-width not negative")


@dataclass(frozen=True, slots=True)
class CardData:
    """A card as it stands in its file."""

    name: str
    version: str
    kind: Kind
    made_by: Literal["expert"]
    notes: tuple[str, ...]
    scaling: Scaling
    choices: tuple[ChoiceField, ...]
    numbers: tuple[NumberField, ...]


class Card:
    """A card made ready to score in microseconds."""

    def __init__(self, data: CardData) -> None:
        inputs: tuple[Input, ...] = (*data.choices, *data.numbers)
        names = [field.name for field in inputs]
        if not names or len(set(names)) != len(names):
            raise CardInvalid("a card has inputs, each once")
        for name in sorted(FORBIDDEN_INPUTS & set(names)):
            raise CardInvalid(f"{name} may not give points")
        self.data = data
        self.groups = tuple(dict.fromkeys(field.group for field in inputs))
        self._inputs: list[tuple[Input, Lookup]] = [
            *((field, _lookup_of_choices(field)) for field in data.choices),
            *((field, _lookup_of_numbers(field)) for field in data.numbers),
        ]

    @property
    def inputs(self) -> dict[str, Literal["choice", "number"]]:
        """Name what the card reads, and whether it is a code or a number."""
        return {
            field.name: "choice" if isinstance(field, ChoiceField) else "number"
            for field, _ in self._inputs
        }

    def score(self, features: Mapping[str, Feature]) -> Score:
        """Score one applicant; a field that is absent counts as missing, a new code as other."""
        points = {"base": self.data.scaling.base_points}
        contributions = dict.fromkeys(self.groups, 0)
        for field, lookup in self._inputs:
            won = lookup(features.get(field.name))
            points[field.name] = won
            contributions[field.group] += won - field.reference
        total = sum(points.values())
        width = self.data.scaling.logit_half_width
        return Score(
            total=total,
            pd=self._default_probability(total, 0.0),
            pd_low=self._default_probability(total, -width),
            pd_high=self._default_probability(total, width),
            points=points,
            contributions=contributions,
        )

    def _default_probability(self, total: int, shift: float) -> float:
        scaling = self.data.scaling
        log_odds = math.log(scaling.base_odds)
        log_odds += (total - scaling.base_score) / scaling.pdo * math.log(2) - shift
        # Rounded so that the last bit of a C library's exp() cannot change a stored decision.
        return round(1 / (1 + math.exp(log_odds)), PD_DIGITS)


def _lookup_of_choices(field: ChoiceField) -> Lookup:
    points: dict[Feature, int] = {level.code: level.points for level in field.levels}
    points[None] = field.missing
    return lambda value: points.get(value, field.other)


def _lookup_of_numbers(field: NumberField) -> Lookup:
    def lookup(value: Feature) -> int:
        # A text where a number belongs tells nothing: it counts as missing.
        return (
            field.points[bisect_right(field.cuts, value)]
            if isinstance(value, int)
            else field.missing
        )

    return lookup
