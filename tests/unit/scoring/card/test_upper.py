"""No better answer may look worse by the upper end of the probability, which tiers go by."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.card import Card, CardInvalid, Interval, Variance
from scoring.card.upper import check_upper_ends
from scoring.training.intervals import in_order
from tests.unit.scoring.card.builders import a_choice, a_number, a_pair, card_data
from tests.unit.scoring.card.random_cards import cards, plain_values


def unsure(*bins):
    return a_number(variance=Variance(bins, {"-9": 0.0}, 0.0, 0.0))


def test_a_better_bin_that_is_less_sure_than_its_points_allow_is_refused():
    check_upper_ends(card_data(unsure(0.1, 0.1, 0.1)))
    with pytest.raises(CardInvalid, match="months: a better answer may have a higher upper"):
        check_upper_ends(card_data(unsure(0.1, 0.1, 0.5)))


def test_falling_points_are_climbed_the_other_way():
    falls = replace(unsure(0.5, 0.1, 0.1), sign="falls", points=(4, 2, 0))
    with pytest.raises(CardInvalid, match="months"):
        check_upper_ends(card_data(falls))
    check_upper_ends(card_data(replace(falls, variance=unsure(0.1, 0.1, 0.5).variance)))


def test_the_points_between_two_bins_make_up_for_some_width():
    far = replace(unsure(0.1, 0.1, 0.5), points=(0, 2, 60))
    check_upper_ends(card_data(far))
    paid = a_choice(sign="free")
    # With a pair that takes them back again they do not.
    back = a_pair(points=((0, 1), (0, -57)), first=replace(a_pair().first, bins=(0, 0, 1, 0, 0, 0)))
    with pytest.raises(CardInvalid, match="months"):
        check_upper_ends(card_data(far, paid, pairs=(back,)))


def test_no_order_is_asked_of_fields_without_sign_or_of_an_interval_without_variance():
    check_upper_ends(card_data(replace(unsure(0.1, 0.1, 0.5), sign="free")))
    check_upper_ends(card_data(unsure(0.1, 0.1, 0.5), interval=Interval(0.35, 0.0)))
    check_upper_ends(card_data())


@given(data=cards(), draw=st.data())
def test_a_card_put_in_order_never_gives_a_better_answer_a_higher_upper_end(data, draw):
    data = in_order(data)
    check_upper_ends(data)
    card = Card(data)
    row = {one.name: draw.draw(plain_values(one)) for one in data.fields}
    for field in data.fields:
        if field.kind == "number":
            codes = {float(code) for code in field.special}
            values = draw.draw(st.lists(st.floats(-2e3, 2e3), min_size=2, max_size=4))
            answers = sorted(one for one in values if one not in codes)
        else:
            answers = list(field.levels)
        ends = [card.score(row | {field.name: answer}).pd_high for answer in answers]
        if field.sign == "rises":
            assert ends == sorted(ends, reverse=True)
        if field.sign == "falls":
            assert ends == sorted(ends)


def test_putting_in_order_takes_no_more_than_it_must():
    steady = card_data(unsure(0.3, 0.2, 0.1), a_choice())
    assert in_order(steady) == steady
    (months,) = in_order(card_data(unsure(0.1, 0.1, 0.5))).fields
    assert months.variance.bins[:2] == (0.1, 0.1)
    assert 0.1 < months.variance.bins[2] < 0.5
