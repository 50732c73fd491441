"""A challenger as data: boosted trees in JSON, scored without the libraries that grew them.

It is what the trees say, or the average of their log-odds and a card's. It stays in shadow: it has
no points and gives no reasons of its own, those of its card only.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from scoring.card import Card, CardData
from scoring.card.scalar import default_probability
from scoring.card.values import code_of, number_of
from scoring.types import Score

FORMAT: Final = 1
BASE_SCORE: Final = 600  # where good to bad is 20 to 1; 40 points double it, as on our cards
BASE_ODDS: Final = 20.0
PDO: Final = 40
LEAF: Final = -1


class TreesInvalid(ValueError):
    """A challenger's file breaks a rule that every one keeps."""


def _demand(holds: bool, sentence: str) -> None:
    if not holds:
        raise TreesInvalid(sentence)


@dataclass(frozen=True, slots=True)
class TreeField:
    """An input. A choice goes by the place of its code among `levels`; others have one more.

    Without `has_other` an unlisted code was never learnt from: it counts as missing.
    """

    name: str
    kind: Literal["number", "choice"]
    sign: Literal["riskier", "safer", "free"]
    levels: tuple[str, ...]
    has_other: bool


@dataclass(frozen=True, slots=True)
class Tree:
    """One tree in columns, a place for each node; the first is the root, children come after.

    At a node with a `field` a number goes low when it is at most `cut` (None: whatever it is), a
    choice when its place is in `codes`; missing goes low where `missing_low` says so. A leaf has
    the field -1 and adds its `value` to the log-odds of going bad.
    """

    field: tuple[int, ...]
    cut: tuple[float | None, ...]
    codes: tuple[tuple[int, ...] | None, ...]
    missing_low: tuple[bool, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]
    value: tuple[float, ...]

    def __post_init__(self) -> None:
        columns = (self.cut, self.codes, self.missing_low, self.low, self.high, self.value)
        size = len(self.field)
        _demand(size > 0 and {len(column) for column in columns} == {size}, "a tree has nodes")
        _demand(all(math.isfinite(one) for one in self.value), "a leaf adds a finite value")
        for node, field in enumerate(self.field):
            ends = (self.low[node], self.high[node])
            # Children come after their parent: no walk through a tree can turn in a circle.
            _demand(field == LEAF or all(node < end < size for end in ends), "a branch leads on")


@dataclass(frozen=True, slots=True)
class Growth:
    """Where the trees come from."""

    rows: int
    bads: int
    source_sha256: str
    settings: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class TreesData:
    """A challenger as it stands in its file. `half_width` is that of its interval in log-odds.

    `share` is how much the trees count beside the card: 1 without one, a half for the average.
    """

    format: int
    name: str
    version: str
    notes: tuple[str, ...]
    half_width: float
    baseline: float
    fields: tuple[TreeField, ...]
    trees: tuple[Tree, ...]
    share: float
    card: CardData | None
    growth: Growth

    def __post_init__(self) -> None:
        _demand(self.format == FORMAT, f"trees of format {FORMAT} are read, not {self.format}")
        _demand(0 < self.share <= 1, "the share of the trees lies above 0 and up to 1")
        _demand((self.share == 1) == (self.card is None), "a share below 1 goes with a card")
        for tree in self.trees:
            _demand(max(tree.field) < len(self.fields), "a tree asks for fields that are listed")


class Trees:
    """Trees made ready to score one row, in plain Python."""

    def __init__(self, data: TreesData) -> None:
        self.data = data
        self.card = Card(data.card) if data.card else None
        self._places = [_places(field) for field in data.fields]
        self._trees = [_nodes(tree) for tree in data.trees]

    def raw(self, row: Mapping[str, object]) -> float:
        """Give the log-odds of going bad as the trees alone see them, to the last bit."""
        answers = [
            _answer(field, places, row.get(field.name))
            for field, places in zip(self.data.fields, self._places, strict=True)
        ]
        total = self.data.baseline
        for nodes in self._trees:
            total += _leaf(nodes, answers)
        return total

    def score(self, row: Mapping[str, object]) -> Score:
        """Score one row; a field that is absent counts as missing."""
        log_odds, half, contributions = -self.raw(row), self.data.half_width, {}
        if self.card:
            told = self.card.score(row)
            contributions = dict(told.contributions)
            log_odds *= self.data.share
            log_odds += (1 - self.data.share) * self.card.log_odds(told.total)
        return Score(
            total=score_of(log_odds),
            pd=default_probability(log_odds),
            pd_low=default_probability(log_odds + half),
            pd_high=default_probability(log_odds - half),
            points={},
            contributions=contributions,
        )


def score_of(log_odds: float) -> int:
    """Put log-odds of being good on the scale of our cards."""
    return round(BASE_SCORE + (log_odds - math.log(BASE_ODDS)) * PDO / math.log(2))


Node = tuple[int, float, frozenset[int] | None, bool, int, int]


def _places(field: TreeField) -> dict[str, int]:
    return {code: place for place, code in enumerate(field.levels)}


def _nodes(tree: Tree) -> list[Node]:
    return [
        (
            field,
            value if field == LEAF else math.inf if cut is None else cut,
            None if codes is None else frozenset(codes),
            missing_low,
            low,
            high,
        )
        for field, cut, codes, missing_low, low, high, value in zip(
            tree.field,
            tree.cut,
            tree.codes,
            tree.missing_low,
            tree.low,
            tree.high,
            tree.value,
            strict=True,
        )
    ]


def _answer(field: TreeField, places: Mapping[str, int], value: object) -> float | None:
    if field.kind == "number":
        number = number_of(value)
        return None if number is None or math.isnan(number) else number
    code = code_of(value)
    if code is None:
        return None
    return places.get(code, len(places) if field.has_other else None)


def _leaf(nodes: Sequence[Node], answers: Sequence[float | None]) -> float:
    field, cut, codes, missing_low, low, high = nodes[0]
    while field != LEAF:
        answer = answers[field]
        if answer is None:
            goes_low = missing_low
        else:
            goes_low = answer <= cut if codes is None else answer in codes
        field, cut, codes, missing_low, low, high = nodes[low if goes_low else high]
    return cut
