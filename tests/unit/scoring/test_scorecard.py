"""A card is data: checked when read, added up in one way, blind to what may not decide."""

from dataclasses import replace

import pytest
from hypothesis import given

from scoring.features import facts_from_answers, features, quantities
from scoring.reasons import GROUPS
from scoring.scorecard import (
    FORBIDDEN_INPUTS,
    Card,
    CardInvalid,
    ChoiceField,
    Level,
    NumberField,
    Scaling,
)
from scoring.types import CODES
from tests.unit.scoring.builders import ANSWERS, a_person, the_book

PERSON_CARD = the_book().cards["person"]


def a_choice(**changed):
    levels = (Level("no", -5), Level("yes", 5))
    return replace(ChoiceField("paid", "record", "why", 0, -9, -3, levels), **changed)


def a_number(**changed):
    return replace(
        NumberField("months", "debt", "why", 1, -7, "rises", (3, 6), (0, 2, 4)), **changed
    )


def a_scaling(**changed):
    return replace(PERSON_CARD.data.scaling, **changed)


def a_card(*inputs):
    return Card(
        replace(
            PERSON_CARD.data,
            choices=tuple(field for field in inputs if isinstance(field, ChoiceField)),
            numbers=tuple(field for field in inputs if isinstance(field, NumberField)),
        )
    )


@given(answers=ANSWERS)
def test_points_sum_to_the_score_and_contributions_to_its_distance_from_the_reference(answers):
    facts = facts_from_answers(answers)
    card = the_book().cards[facts.kind]
    score = card.score(features(facts, quantities(facts, the_book().policy.assumptions)))
    assert sum(score.points.values()) == score.total
    inputs = (*card.data.choices, *card.data.numbers)
    reference = card.data.scaling.base_points + sum(field.reference for field in inputs)
    assert sum(score.contributions.values()) == score.total - reference
    assert 0 < score.pd_low <= score.pd <= score.pd_high < 1


def test_the_reference_lies_at_the_cut_off_so_that_every_refusal_has_a_reason():
    for kind, card in the_book().cards.items():
        inputs = (*card.data.choices, *card.data.numbers)
        total = card.data.scaling.base_points + sum(field.reference for field in inputs)
        scaling = replace(card.data.scaling, base_points=total)
        level = a_choice(levels=(Level("any", 0),))
        at_reference = Card(replace(card.data, scaling=scaling, choices=(level,), numbers=()))
        pd_high = at_reference.score({"paid": "any"}).pd_high
        assert the_book().policy.of(kind).tier_for(pd_high).name == "guarded"


def test_twenty_to_one_at_six_hundred_and_double_forty_points_above():
    assert a_card(a_choice()).score({"paid": "yes"}).total == 575
    centred = Card(replace(a_card(a_choice()).data, scaling=Scaling(595, 600, 20.0, 40, 0.0)))
    assert centred.score({"paid": "yes"}).pd == pytest.approx(1 / 21, abs=1e-6)
    above = Card(replace(centred.data, scaling=Scaling(635, 600, 20.0, 40, 0.0)))
    assert above.score({"paid": "yes"}).pd == pytest.approx(1 / 41, abs=1e-6)


@pytest.mark.parametrize(("value", "points"), [("yes", 5), ("new", -3), (7, -3), (None, -9)])
def test_a_choice_knows_what_missing_and_unknown_codes_are_worth(value, points):
    assert a_card(a_choice()).score({"paid": value}).points["paid"] == points


@pytest.mark.parametrize(
    ("value", "points"), [(2, 0), (3, 2), (5, 2), (6, 4), (10**9, 4), (None, -7), ("many", -7)]
)
def test_a_number_on_a_cut_belongs_above_it(value, points):
    assert a_card(a_number()).score({"months": value}).points["months"] == points


def test_an_absent_field_counts_as_missing():
    assert a_card(a_number()).score({}).points["months"] == -7


def test_the_order_of_features_never_matters():
    facts = a_person()
    seen = features(facts, quantities(facts, the_book().policy.assumptions))
    assert PERSON_CARD.score(seen) == PERSON_CARD.score(dict(reversed(seen.items())))


@pytest.mark.parametrize("name", sorted(FORBIDDEN_INPUTS))
def test_an_input_that_may_not_decide_is_refused(name):
    with pytest.raises(CardInvalid, match=name):
        a_card(a_choice(name=name))


@pytest.mark.parametrize(
    ("make", "wrong"),
    [
        (a_choice, {"levels": ()}),
        (a_choice, {"levels": (Level("yes", 5), Level("no", -5))}),
        (a_choice, {"levels": (Level("yes", 5), Level("yes", 6))}),
        (a_number, {"points": (0, 2)}),
        (a_number, {"cuts": (6, 3)}),
        (a_number, {"cuts": (3, 3)}),
        (a_number, {"points": (4, 2, 0)}),
        (a_number, {"sign": "falls"}),
        (a_scaling, {"base_odds": 0.0}),
        (a_scaling, {"pdo": 0}),
        (a_scaling, {"logit_half_width": -0.1}),
    ],
)
def test_a_part_that_breaks_a_rule_of_cards_is_refused(make, wrong):
    with pytest.raises(CardInvalid):
        make(**wrong)


@pytest.mark.parametrize("inputs", [(), (a_choice(), a_choice())])
def test_a_card_has_inputs_each_once(inputs):
    with pytest.raises(CardInvalid):
        a_card(*inputs)


def test_every_group_of_the_cards_has_reasons_and_every_reason_group_a_card():
    used = {group for card in the_book().cards.values() for group in card.groups}
    assert used == set(GROUPS)


@pytest.mark.parametrize("kind", ["person", "firm"])
def test_every_level_of_a_card_is_a_code_of_the_form(kind):
    for field in the_book().cards[kind].data.choices:
        assert {level.code for level in field.levels} <= set(CODES[field.name])
