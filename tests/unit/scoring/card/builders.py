"""Cards for tests: small ones written by hand, and random valid ones for properties."""

from dataclasses import replace

from scoring.card import (
    Axis,
    Calibration,
    Card,
    CardData,
    ChoiceField,
    Interval,
    NumberField,
    Pair,
    Scaling,
)

SCALING = Scaling(base_points=570, base_score=600, base_odds=20.0, pdo=40)
MONTHS = NumberField(
    name="months",
    kind="number",
    group="debt",
    why="why",
    sign="rises",
    cuts=(3, 6),
    points=(0, 2, 4),
    special={"-9": 1},
    missing=-7,
    other=-8,
    reference=1,
    variance=None,
)
PAID = ChoiceField(
    name="paid",
    kind="choice",
    group="record",
    why="why",
    sign="rises",
    levels={"no": -5, "yes": 5},
    special={},
    missing=-9,
    other=-3,
    reference=0,
    variance=None,
)
# Rows: up to 3 months and unreadable; 3 and more; columns: no and all else; yes.
PAIR = Pair(
    fields=("months", "paid"),
    group="debt",
    first=Axis((0, 1, 1, 0, 0, 0)),
    second=Axis((0, 1, 0, 0)),
    points=((0, 1), (0, 3)),
    reference=1,
)


def a_number(**changed) -> NumberField:
    return replace(MONTHS, **changed)


def a_choice(**changed) -> ChoiceField:
    return replace(PAID, **changed)


def a_pair(**changed) -> Pair:
    return replace(PAIR, **changed)


def card_data(*fields, **changed) -> CardData:
    parts = {
        "format": 2,
        "name": "test",
        "version": "test-1",
        "kind": "person",
        "made_by": "expert",
        "notes": (),
        "scaling": SCALING,
        "calibration": Calibration(0.0, 1.0),
        "interval": Interval(0.35, 1.645),
        "fields": fields or (MONTHS, PAID),
        "pairs": (),
        "training": None,
    }
    return CardData(**parts | changed)


def a_card(*fields, **changed) -> Card:
    return Card(card_data(*fields, **changed))
