"""A card that breaks a rule is refused when it is read, and says which."""

from dataclasses import replace

import pytest

from scoring.card import (
    Axis,
    Calibration,
    CardData,
    CardInvalid,
    Interval,
    Training,
    Variance,
    forbidden_inputs,
)
from scoring.types import Malformed, decode, encode
from tests.unit.scoring.builders import the_book
from tests.unit.scoring.card.builders import SCALING, a_card, a_choice, a_number, a_pair, card_data

INF = float("inf")
UNSURE = Variance((0.1, 0.2, 0.1), {"-9": 0.3}, 0.3, 0.3)
UNSURE_CHOICE = Variance({"no": 0.1, "yes": 0.2}, {}, 0.3, 0.3)
TRAINING = Training(100, 20, None, "0" * 64, 0.5, {"auc": (0.7, 0.6, 0.8)}, {"seed": 1})


@pytest.mark.parametrize("name", ["SEX", " Gender-2", "phoneModel", "性别"])
def test_an_input_that_may_not_decide_is_known_however_it_is_spelt(name):
    with pytest.raises(CardInvalid, match="may not give points"):
        a_card(a_choice(name=name))
    assert forbidden_inputs(card_data(a_choice(name=name), kind="any")) == (name,)


def test_what_may_decide_with_a_written_reason_is_left_to_whoever_publishes():
    assert forbidden_inputs(card_data(a_choice(name="province"))) == ()


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        (a_choice(), {"levels": {}}),
        (a_choice(), {"levels": {"yes": 5, "no": -5}}),
        (a_choice(), {"sign": "falls"}),
        (a_choice(), {"levels": {"": 5}}),
        (a_choice(), {"special": {"yes": 6}}),
        (a_choice(), {"name": ""}),
        (a_choice(), {"group": " "}),
        (a_choice(), {"missing": 100_001}),
        (a_choice(), {"reference": -100_001}),
        (a_choice(), {"variance": UNSURE}),
        (a_choice(variance=UNSURE_CHOICE), {"levels": {"no": -5, "maybe": 0, "yes": 5}}),
        (a_choice(variance=UNSURE_CHOICE), {"special": {"skipped": 0}}),
        (a_number(), {"points": (0, 2)}),
        (a_number(), {"cuts": (6, 3)}),
        (a_number(), {"cuts": (3, 3)}),
        (a_number(), {"cuts": (3, INF)}),
        (a_number(), {"points": (4, 2, 0)}),
        (a_number(), {"sign": "falls"}),
        (a_number(), {"special": {"-9": 0, "-9.0": 0}}),
        (a_number(), {"special": {"nan": 0}}),
        (a_number(), {"special": {"none": 0}}),
        (a_number(), {"variance": replace(UNSURE, special={})}),
        (a_number(), {"variance": replace(UNSURE, bins=(0.1,))}),
        (a_number(), {"variance": replace(UNSURE, bins={"3": 0.1})}),
        (UNSURE, {"missing": -0.1}),
        (UNSURE, {"other": INF}),
        (UNSURE, {"bins": (float("nan"),)}),
        (a_pair(), {"fields": ("months",)}),
        (a_pair(), {"fields": ("months", "months")}),
        (a_pair(), {"group": ""}),
        (a_pair(), {"points": ((0, 1),)}),
        (a_pair(), {"points": ((0, 1), (0,))}),
        (a_pair(), {"points": ((0, 1), (0, 100_001))}),
        (Axis((0, 1)), {"bins": (0, 2)}),
        (Axis((0, 1)), {"bins": (-1, 0)}),
        (Axis((0, 1)), {"bins": ()}),
        (SCALING, {"base_odds": 0.0}),
        (SCALING, {"base_odds": INF}),
        (SCALING, {"pdo": 0}),
        (SCALING, {"base_points": 100_001}),
        (Calibration(0, 1), {"slope": 0}),
        (Calibration(0, 1), {"slope": INF}),
        (Calibration(0, 1), {"intercept": INF}),
        (Interval(0, 1), {"half_width": -0.1}),
        (Interval(0, 1), {"z": INF}),
        (TRAINING, {"bads": 101}),
        (TRAINING, {"bads": -1}),
        (TRAINING, {"data_weight": 1.1}),
        (TRAINING, {"metrics": {"auc": (0.7,)}}),
        (TRAINING, {"metrics": {"auc": (0.7, 0.6, INF)}}),
        (TRAINING, {"settings": {"l2": INF}}),
        (card_data(), {"fields": ()}),
        (card_data(), {"name": ""}),
        (card_data(), {"fields": (a_choice(), a_choice())}),
        (card_data(), {"pairs": (a_pair(), a_pair())}),
        (card_data(), {"fields": (a_number(),), "pairs": (a_pair(),)}),
        (card_data(), {"pairs": (a_pair(first=Axis((0, 1, 1, 0, 0))),)}),
    ],
)
def test_a_part_that_breaks_a_rule_of_cards_is_refused(part, wrong):
    with pytest.raises(CardInvalid):
        replace(part, **wrong)


def test_the_same_two_fields_make_one_pair():
    twin = a_pair(fields=("paid", "months"), first=a_pair().second, second=a_pair().first)
    with pytest.raises(CardInvalid, match="twin"):
        card_data(pairs=(a_pair(), twin))


def test_a_pair_keeps_the_codes_of_its_fields_in_an_order_that_the_seal_sees():
    free = a_choice(sign="free", levels={"yes": 5, "no": -5})
    with pytest.raises(CardInvalid, match="order of their text"):
        card_data(a_number(), free, pairs=(a_pair(),))
    special = a_number(special={"-9": 1, "-8": 1})
    with pytest.raises(CardInvalid, match="order of their text"):
        card_data(special, a_choice(), pairs=(a_pair(first=Axis((0, 1, 1, 0, 0, 0, 0))),))


@pytest.mark.parametrize(
    ("points", "fine"),
    [(((0, 0), (-2, 0)), True), (((0, 0), (-3, 0)), False), (((0, -20), (0, 0)), False)],
)
def test_a_pair_may_take_back_no_more_than_the_sign_leaves(points, fine):
    pair = a_pair(points=points)
    if fine:
        assert card_data(pairs=(pair,)).pairs == (pair,)
    else:
        with pytest.raises(CardInvalid, match="against its sign"):
            card_data(pairs=(pair,))


def test_two_pairs_may_not_take_back_together_what_each_may_alone():
    asked = a_choice(name="asked")
    first, second = (
        a_pair(fields=("months", name), points=((0, 0), (-2, 0))) for name in ("paid", "asked")
    )
    assert card_data(a_number(), a_choice(), asked, pairs=(first,))
    with pytest.raises(CardInvalid, match="against its sign"):
        card_data(a_number(), a_choice(), asked, pairs=(first, second))


def test_falling_points_may_not_be_raised_by_a_pair():
    falls = a_number(sign="falls", points=(4, 2, 0))
    assert card_data(falls, a_choice(), pairs=(a_pair(points=((0, 0), (2, 0))),))
    with pytest.raises(CardInvalid, match="against its sign"):
        card_data(falls, a_choice(), pairs=(a_pair(points=((0, 0), (3, 0))),))


def test_a_card_is_read_back_as_it_was_written():
    data = card_data(
        a_number(variance=UNSURE),
        a_choice(variance=UNSURE_CHOICE),
        pairs=(a_pair(),),
        training=TRAINING,
    )
    assert decode(CardData, encode(data)) == data
    for card in the_book().cards.values():
        assert decode(CardData, encode(card.data)) == card.data


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"kind": "text"}, r"fields\[0\]"),
        ({"kind": 1}, r"fields\[0\]"),
        ({"cuts": ["3"]}, r"cuts\[0\]"),
    ],
)
def test_a_fault_in_a_field_is_named(wrong, place):
    body = encode(card_data())
    body["fields"][0] |= wrong
    with pytest.raises(Malformed, match=place):
        decode(CardData, body)


@pytest.mark.parametrize("number", [1, 3, "2", 2.0, True])
def test_another_format_is_refused(number):
    with pytest.raises(Malformed, match="format"):
        decode(CardData, encode(card_data()) | {"format": number})
