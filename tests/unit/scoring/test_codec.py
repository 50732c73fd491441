"""JSON in and out: exact, strict, and silent about the values it refuses."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import pytest
from hypothesis import given

from scoring.assess import Assessment, Dossier, Facts, assess
from scoring.types import Malformed, canonical_json, decode, decode_json, digest, encode
from tests.unit.scoring.builders import (
    ANSWERS,
    CIRCUMSTANCES,
    a_person,
    facts_from_answers,
    some_circumstances,
    the_book,
)


@dataclass(frozen=True)
class Inner:
    day: date | None
    weight: float


@dataclass(frozen=True)
class Outer:
    way: Literal["in", "out"]
    inner: tuple[Inner, ...]
    words: Mapping[str, int | str]
    value: int | bool | tuple[str, ...] | None
    is_on: bool


SOUND = {
    "way": "in",
    "inner": [{"day": "2026-11-23", "weight": 1}, {"day": None, "weight": 0.1}],
    "words": {"a": 1, "b": "x"},
    "value": ["y"],
    "is_on": False,
}


def test_every_declared_shape_is_read_and_written_back():
    read = decode(Outer, SOUND)
    assert read.inner == (Inner(date(2026, 11, 23), 1.0), Inner(None, 0.1))
    assert read.value == ("y",)
    assert encode(read) == SOUND


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"way": "sideways"}, "way"),
        ({"way": ["in"]}, "way"),
        ({"inner": "none"}, "inner"),
        ({"inner": [7]}, "inner[0]"),
        ({"inner": [{"day": "yesterday", "weight": 1}]}, "inner[0].day"),
        ({"inner": [{"day": 20261123, "weight": 1}]}, "inner[0].day"),
        ({"inner": [{"day": None, "weight": "heavy"}]}, "inner[0].weight"),
        ({"inner": [{"day": None}]}, "inner[0].weight"),
        ({"words": []}, "words"),
        ({"words": {"a": 1.5}}, "words.a"),
        ({"value": 1.5}, "value"),
        ({"is_on": 1}, "is_on"),
        ({"extra": 1}, "extra"),
    ],
)
def test_a_wrong_part_is_named_by_its_place(changed, path):
    with pytest.raises(Malformed) as refused:
        decode(Outer, SOUND | changed)
    assert refused.value.path == path


@pytest.mark.parametrize("text", ["", "secret", "[]", "null", "{}"])
def test_text_that_is_no_record_is_refused_without_being_quoted(text):
    with pytest.raises(Malformed) as refused:
        decode_json(Facts, text)
    assert "secret" not in str(refused.value)


def test_equal_values_share_one_text_and_one_hash():
    assert canonical_json({"b": 1, "a": "额"}) == '{"a":"额","b":1}'
    assert digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1}) != digest({"a": 1, "b": 2})


@given(answers=ANSWERS, circumstances=CIRCUMSTANCES)
def test_a_decision_and_its_dossier_survive_json_exactly(answers, circumstances):
    facts = facts_from_answers(answers)
    found = assess(facts, circumstances, the_book())
    again = Assessment.from_json(found.to_json())
    assert again == found
    assert again.to_json() == found.to_json()
    dossier = Dossier(facts, circumstances, None, found)
    assert Dossier.from_json(dossier.to_json()) == dossier


def test_the_hash_of_a_decision_changes_with_its_inputs():
    first = assess(a_person(), some_circumstances(), the_book())
    second = assess(a_person(), some_circumstances(exposure_fen=1), the_book())
    assert first.inputs_sha256 != second.inputs_sha256
    assert first.sha256 != second.sha256
