"""The schema and the code refuse the same cards, as far as each place goes by itself."""

import copy
import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import scoring.card
from scoring.artifacts import parse
from scoring.assess.rulebook import PACKAGE
from scoring.card import CardData, CardInvalid, Training, Variance
from scoring.types import Malformed, encode
from tests.cards import sealed
from tests.unit.scoring.card.builders import a_choice, a_number, a_pair, card_data
from tests.unit.scoring.card.random_cards import cards

SCHEMA = json.loads(Path(scoring.card.__file__).with_name("schema.json").read_text("utf-8"))
# JSON has one kind of number; ours has whole ones, written without a point.
STRICT = jsonschema.validators.extend(
    jsonschema.Draft202012Validator,
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: type(value) is int
    ),
)
VALIDATOR = STRICT(SCHEMA)
WHOLE = encode(
    card_data(
        a_number(variance=Variance((0.1, 0.2, 0.1), {"-9": 0.3}, 0.3, 0.3)),
        a_choice(variance=Variance({"no": 0.1, "yes": 0.2}, {}, 0.3, 0.3)),
        notes=("a note",),
        pairs=(a_pair(),),
        training=Training(100, 20, None, "0" * 64, 0.5, {"auc": (0.7, 0.6, 0.8)}, {"seed": 1}),
    )
)
# What only the places together show.
TOGETHER = ("one more points", "rise", "follow", "twice", "each once", "variance", "no such field")
TOGETHER += ("row for each", "points for each", "counted from 0", "against its sign", "twin")
TOGETHER += ("order of their text", "may not give", "no more bads", "a special code of numbers")


def places(body, at=()):
    yield at
    items = body.items() if isinstance(body, dict) else enumerate(body)
    for key, item in items:
        if isinstance(item, dict | list):
            yield from places(item, (*at, key))
        else:
            yield (*at, key)


PLACES = sorted((at for at in places(WHOLE) if at), key=str)
JUNK = st.sampled_from(
    [None, True, 0, -1, 1, 2, 1.5, -0.5, 200_000, "", " ", "x", "number", "falls"]
)
JUNK |= st.sampled_from([[], {}, [1], [[0]], {"x": 1}, {"x": "y"}])


@st.composite
def mutations(draw):
    body = copy.deepcopy(WHOLE)
    *way, last = draw(st.sampled_from(PLACES))
    inside = body
    for key in way:
        inside = inside[key]
    act = draw(st.sampled_from(["replace", "drop", "add"]))
    if act == "replace":
        inside[last] = draw(JUNK)
    elif act == "drop":
        del inside[last]
    elif isinstance(inside, dict):
        inside[draw(st.sampled_from(["extra", "", " "]))] = draw(JUNK)
    else:
        inside.append(draw(JUNK))
    return body


def fault(body):
    try:
        parse("card", sealed(body), CardData)
    except Malformed as malformed:
        return str(malformed)
    except CardInvalid as invalid:
        return str(invalid)
    return None


@given(body=mutations())
def test_what_one_refuses_the_other_refuses(body):
    found = fault(body)
    if found and any(words in found for words in TOGETHER):
        assume(False)
    assert VALIDATOR.is_valid(json.loads(sealed(body))) == (found is None), found


@given(body=mutations())
def test_what_the_schema_refuses_is_never_read(body):
    if not VALIDATOR.is_valid(json.loads(sealed(body))):
        assert fault(body)


@given(data=cards())
def test_every_valid_card_fits_the_schema(data):
    VALIDATOR.validate(json.loads(sealed(encode(data))))


def test_the_schema_is_one_and_the_shipped_cards_fit():
    STRICT.check_schema(SCHEMA)
    files = sorted((PACKAGE / "cards").glob("*.json"))
    assert files
    for file in files:
        VALIDATOR.validate(json.loads(file.read_text("utf-8")))


@pytest.mark.parametrize("name", ["infinity", "twice"])
def test_json_that_is_none_is_refused(name):
    text = sealed(copy.deepcopy(WHOLE))
    wrong = {"infinity": ("0.35", "Infinity"), "twice": ('"notes"', '"name": "x", "notes"')}[name]
    with pytest.raises(Malformed, match="each key once"):
        parse("card", text.replace(*wrong, 1), CardData)
