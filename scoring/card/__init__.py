"""A scorecard as data: one row without numpy, columns with it, and SQL, all the same numbers.

`scoring.card.columns` and `scoring.card.sql` are imported by name: serving needs neither.
"""

from scoring.card.format import (
    FORMAT,
    Axis,
    Calibration,
    CardData,
    CardInvalid,
    CardKind,
    ChoiceField,
    Field,
    Interval,
    NumberField,
    Pair,
    Scaling,
    Training,
    Variance,
    forbidden_inputs,
)
from scoring.card.scalar import PD_DIGITS, Card

__all__ = [
    "FORMAT",
    "PD_DIGITS",
    "Axis",
    "Calibration",
    "Card",
    "CardData",
    "CardInvalid",
    "CardKind",
    "ChoiceField",
    "Field",
    "Interval",
    "NumberField",
    "Pair",
    "Scaling",
    "Training",
    "Variance",
    "forbidden_inputs",
]
