"""Everybody's place: always the same, in the shares that were asked for, whoever else is there."""

import uuid
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from app.broadcast.assignment import Arm, Group, Split, mistakes_of, place_of

HALVES = Split((Arm("A", 0.5), Arm("B", 0.5)))
PINNED = ["waiting", "waiting", "waiting", "held_out", "B", "A", "waiting", "waiting"]
ids = st.uuids()
campaigns = st.integers(1, 2**40)


@st.composite
def splits(draw):
    weights = draw(st.lists(st.integers(1, 100), min_size=1, max_size=5))
    arms = tuple(
        Arm(name, weight / sum(weights)) for name, weight in zip("ABCDE", weights, strict=False)
    )
    return Split(arms, draw(st.floats(0, 0.5)), draw(st.floats(0.01, 1)))


def crowd(size):
    return [uuid.UUID(int=number * 2**64 + number) for number in range(size)]


@given(campaigns, ids, splits())
def test_a_place_never_changes(campaign, person, split):
    assert place_of(campaign, person, split) == place_of(campaign, person, split)


def test_a_place_is_the_same_in_every_process_and_release():
    # Written down once: were the hash ever changed, half of a running campaign would move.
    split = Split((Arm("A", 0.5), Arm("B", 0.5)), hold_out=0.1, sample=0.5)
    places = [place_of(7, person, split) for person in crowd(8)]
    assert [place.variant or place.group.value for place in places] == PINNED


@given(campaigns, ids, splits())
def test_who_is_in_the_sample_has_a_variant_and_nobody_else_has(campaign, person, split):
    place = place_of(campaign, person, split)
    names = {arm.name for arm in split.arms}
    assert (place.variant in names) == (place.group is Group.SAMPLE)


@given(campaigns, st.sets(ids, min_size=1, max_size=20), st.sets(ids, max_size=20), splits())
def test_more_people_move_nobody(campaign, before, more, split):
    places = {person: place_of(campaign, person, split) for person in before}
    after = {person: place_of(campaign, person, split) for person in sorted(before | more)}
    assert {person: after[person] for person in before} == places


@given(campaigns, ids, splits(), st.floats(0, 1))
def test_a_larger_sample_moves_nobody_between_variants(campaign, person, split, grown):
    larger = replace(split, sample=split.sample + (1 - split.sample) * grown)
    before, after = place_of(campaign, person, split), place_of(campaign, person, larger)
    assert before.group is not Group.SAMPLE or after == before
    assert (before.group is Group.HELD_OUT) == (after.group is Group.HELD_OUT)


@pytest.mark.parametrize("campaign", [1, 2, 3_000_000])
def test_the_shares_hold(campaign):
    split = Split((Arm("A", 0.2), Arm("B", 0.3), Arm("C", 0.5)), hold_out=0.1, sample=0.4)
    people = crowd(40_000)
    seen = Counter(place_of(campaign, person, split) for person in people)
    by_name = {place.variant or place.group.value: count for place, count in seen.items()}
    shares = {"held_out": 0.1, "waiting": 0.54, "A": 0.072, "B": 0.108, "C": 0.18}
    expected = [len(people) * share for share in shares.values()]
    assert stats.chisquare([by_name[name] for name in shares], expected).pvalue > 0.001


def test_another_campaign_draws_again():
    people = crowd(10_000)
    same = sum(place_of(1, person, HALVES) == place_of(2, person, HALVES) for person in people)
    assert stats.binomtest(same, len(people)).pvalue > 0.001


def test_without_hold_out_and_with_all_in_the_sample_everybody_tries_a_variant():
    assert {place_of(1, person, HALVES).group for person in crowd(2_000)} == {Group.SAMPLE}


@given(splits())
def test_a_split_that_can_be_drawn_has_no_mistakes(split):
    assert mistakes_of(split) == ()


@pytest.mark.parametrize(
    ("split", "codes"),
    [
        (Split(()), ("no_variants", "shares_sum")),
        (Split((Arm("A", 0.5), Arm("A", 0.5))), ("same_names",)),
        (Split((Arm("A", 1.0), Arm("B", 0.0))), ("empty_share",)),
        (Split((Arm("A", 0.5), Arm("B", 0.4))), ("shares_sum",)),
        (replace(HALVES, hold_out=1.0), ("hold_out_range",)),
        (replace(HALVES, sample=0.0), ("sample_range",)),
    ],
)
def test_a_mistake_in_a_split_is_named(split, codes):
    assert mistakes_of(split) == codes
