"""A dictionary says what it says in either spelling, or what is wrong with it."""

import pytest

from scoring.training.data import DataWarning
from scoring.training.dictionary import (
    Dictionary,
    DictionaryWrong,
    dictionary_from,
    read_dictionary,
)


def test_both_spellings_say_the_same():
    long = {
        "fields": {
            "purpose": {"kind": "choice"},
            "income": {"sign": -1},
            "id": {"input": False},
            "month": {"input": False},
            "sex": {"protected": True},
        }
    }
    short = {
        "categorical": ["purpose"],
        "signs": {"income": -1},
        "ignore": "id",
        "time": "month",
        "protected": ["sex"],
    }
    assert dictionary_from(short) == dictionary_from(long) == dictionary_from(long["fields"])
    known = dictionary_from(short)
    assert (known.kind("purpose"), known.sign("income"), known.protected) == (
        "choice",
        -1,
        ("sex",),
    )
    ignored = [
        name for name in ("purpose", "income", "id", "month", "sex") if known.is_ignored(name)
    ]
    assert sorted(ignored) == ["id", "month", "sex"]


def test_what_is_not_told_is_not_known():
    assert read_dictionary(None) == Dictionary() == dictionary_from({})
    known = Dictionary()
    assert (known.kind("x"), known.sign("x"), known.special("x")) == (None, 0, None)
    assert not known.is_ignored("x")


@pytest.mark.parametrize(
    ("word", "sign"),
    [("riskier", 1), ("falls", 1), ("Safer", -1), ("rises", -1), (1.0, 1), ("free", 0)],
)
def test_a_sign_has_many_names(word, sign):
    assert dictionary_from({"signs": {"x": word}}).sign("x") == sign


def test_the_longer_spelling_goes_first():
    known = dictionary_from({"fields": {"x": {"kind": "number", "sign": 1}}, "signs": {"x": -1}})
    assert known.sign("x") == 1


def test_special_codes_are_sorted_and_stand_once():
    known = dictionary_from({"fields": {"x": {"special": [999, -9, "-9"]}}})
    assert known.special("x") == (-9.0, 999.0)


def test_a_protected_field_may_be_an_input_for_research():
    known = dictionary_from({"fields": {"sex": {"protected": "research"}}})
    assert not known.is_ignored("sex")
    assert known.protected == ("sex",)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([], "A dictionary is a JSON object"),
        ({"fields": []}, "fields: an object is wanted"),
        ({"fields": {"x": 1}}, "x: an object is wanted"),
        ({"signs": {"x": "up"}}, "x: the sign is 1"),
        ({"ignore": 1}, "ignore: a list of names"),
        ({"fields": {"x": {"kind": "date"}}}, "x: the kind is number or choice"),
        ({"fields": {"x": {"special": ["none"]}}}, "x: special codes are a list of numbers"),
        ({"fields": {"x": {"special": 9}}}, "x: special codes are a list of numbers"),
        ({"fields": {"x": {"group": " "}}}, "x: a group is a name"),
        ({"signs": {}, "applicants": "dog"}, "The applicants are person"),
    ],
)
def test_what_cannot_be_understood_is_said(content, said):
    with pytest.raises(DictionaryWrong, match=said):
        dictionary_from(content)


def test_what_is_not_read_is_said():
    with pytest.warns(DataWarning, match="'signum'"):
        dictionary_from({"fields": {"x": {"signum": 1}}})


def test_a_file_that_is_no_json_is_said(tmp_path):
    file = tmp_path / "known.json"
    file.write_bytes(b"\xff{")
    with pytest.raises(DictionaryWrong, match=r"known\.json is not JSON"):
        read_dictionary(file)
