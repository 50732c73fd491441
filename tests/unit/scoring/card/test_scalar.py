"""A card is added up in one way: score, probability, points and reasons in one pass."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given

from scoring.card import Card, Scaling
from scoring.card.scalar import reasons
from scoring.features import facts_from_answers, features, quantities
from scoring.reasons import GROUPS
from scoring.types import CODES
from tests.unit.scoring.builders import ANSWERS, a_person, the_book
from tests.unit.scoring.card.builders import a_card, a_choice, a_number, a_pair, card_data

PERSON_CARD = the_book().cards["person"]
INF = float("inf")
NAN = float("nan")


def reference_of(data):
    return data.scaling.base_points + sum(part.reference for part in (*data.fields, *data.pairs))


@given(answers=ANSWERS)
def test_points_sum_to_the_score_and_contributions_to_its_distance_from_the_reference(answers):
    facts = facts_from_answers(answers)
    card = the_book().cards[facts.kind]
    score = card.score(features(facts, quantities(facts, the_book().policy.assumptions)))
    assert sum(score.points.values()) == score.total
    assert sum(score.contributions.values()) == score.total - reference_of(card.data)
    assert 0 < score.pd_low <= score.pd <= score.pd_high < 1


def test_the_reference_lies_at_the_cut_off_so_that_every_refusal_has_a_reason():
    for kind, card in the_book().cards.items():
        scaling = replace(card.data.scaling, base_points=reference_of(card.data))
        level = a_choice(levels={"any": 0})
        at_reference = Card(replace(card.data, scaling=scaling, fields=(level,)))
        pd_high = at_reference.score({"paid": "any"}).pd_high
        assert the_book().policy.of(kind).tier_for(pd_high).name == "guarded"


def test_twenty_to_one_at_six_hundred_and_double_forty_points_above():
    assert a_card(a_choice()).score({"paid": "yes"}).total == 575
    centred = a_card(a_choice(), scaling=Scaling(595, 600, 20.0, 40))
    assert centred.score({"paid": "yes"}).pd == pytest.approx(1 / 21, abs=1e-6)
    above = a_card(a_choice(), scaling=Scaling(635, 600, 20.0, 40))
    assert above.score({"paid": "yes"}).pd == pytest.approx(1 / 41, abs=1e-6)


@pytest.mark.parametrize(
    ("value", "points"),
    [("yes", 5), ("new", -3), (7, -3), (None, -9), ("", -9), (NAN, -9), ([], -3)],
)
def test_a_choice_knows_what_missing_and_unknown_codes_are_worth(value, points):
    assert a_card(a_choice()).score({"paid": value}).points["paid"] == points


@pytest.mark.parametrize("one", [1, 1.0, Decimal("1.00"), "1", b"1", True], ids=repr)
def test_a_whole_number_is_the_same_code_in_every_type(one):
    card = a_card(a_choice(levels={"0": -5, "1": 5}))
    assert card.score({"paid": one}).points["paid"] == 5


@pytest.mark.parametrize(
    ("value", "points"),
    [
        *[(2, 0), (3, 2), (5, 2), (6, 4), (7, 4), (10**400, 4), (-(10**400), 0)],
        *[(2.999, 0), (3.0, 2), ("3", 2), (" 3.0 ", 2), (Decimal(3), 2), (True, 0)],
        *[(INF, 4), (-INF, 0), (-9, 1), (-9.0, 1), ("-9", 1), (-8.999, 0)],
        *[(None, -7), (NAN, -7), (Decimal("NaN"), -7), ("", -7), (" ", -7)],
        *[("many", -8), ([3], -8), (3j, -8)],
    ],
    ids=lambda value: repr(value)[:9] + type(value).__name__,
)
def test_a_number_on_a_cut_belongs_above_it_and_a_special_code_comes_first(value, points):
    assert a_card(a_number()).score({"months": value}).points["months"] == points


class Undecided:
    """As pandas' NA: it does not even say whether it differs from itself."""

    def __bool__(self):
        raise TypeError

    def __ne__(self, other):
        return self

    __hash__ = None


def test_what_says_nothing_of_itself_is_missing():
    row = {"months": Undecided(), "paid": Undecided()}
    assert a_card().score(row).points == {"base": 570, "months": -7, "paid": -9}


def test_an_absent_field_counts_as_missing():
    assert a_card(a_number()).score({}).points["months"] == -7


def test_a_pair_gives_its_points_under_both_names_beside_those_of_its_fields():
    card = a_card(pairs=(a_pair(),))
    score = card.score({"months": 6, "paid": "yes"})
    assert score.points == {"base": 570, "months": 4, "paid": 5, "months × paid": 3}
    assert score.contributions == {"debt": 3 + 2, "record": 5}
    assert card.score({"paid": "yes"}).points["months × paid"] == 1


def test_a_field_may_be_named_like_the_base():
    score = a_card(a_number(name="base")).score({"base": 3})
    assert score.points == {"(base)": 570, "base": 2}


def test_the_order_of_features_never_matters():
    facts = a_person()
    seen = features(facts, quantities(facts, the_book().policy.assumptions))
    assert PERSON_CARD.score(seen) == PERSON_CARD.score(dict(reversed(seen.items())))


def test_a_score_beyond_all_odds_still_has_a_probability():
    never = a_card(scaling=replace(card_data().scaling, base_points=100_000)).score({})
    always = a_card(scaling=replace(card_data().scaling, base_points=-100_000)).score({})
    assert (never.pd, always.pd) == (0.0, 1.0)


def test_only_what_hurts_is_a_reason_and_never_more_than_four():
    hurt = {"a": -1, "b": 3, "c": -5, "d": 0, "e": -1, "f": -2, "g": -1}
    assert reasons(hurt) == ("c", "f", "a", "e")
    assert reasons({"a": 1}) == ()


def test_every_group_of_the_cards_has_reasons_and_every_reason_group_a_card():
    used = {group for card in the_book().cards.values() for group in card.groups}
    # A shipped card reads nothing that wants a written reason.
    assert used == set(GROUPS) - {"age", "region", "purpose"}


@pytest.mark.parametrize("kind", ["person", "firm"])
def test_every_level_of_a_card_is_a_code_of_the_form(kind):
    for field in the_book().cards[kind].data.fields:
        if field.kind == "choice":
            assert set(field.levels) <= set(CODES[field.name])
