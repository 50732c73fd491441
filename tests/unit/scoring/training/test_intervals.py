"""Widths are honest: about nine true probabilities in ten lie within them."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from scoring.card.columns import Columns
from scoring.card.upper import check_upper_ends
from scoring.training.binning import Bins
from scoring.training.intervals import variances
from scoring.training.pairs import Joint
from scoring.training.scorecard import ScorecardClassifier
from scoring.training.stack import Learned, Rows
from tests.unit.scoring.training.populations import KNOWN, applicants

NUMBER = Bins("number", "number", cuts=(1.0,), special=(-9.0,))
CHOICE = Bins("choice", "choice", levels=("a", "b"))


def people(rows=400, seed=0):
    chance = np.random.default_rng(seed)
    number, choice = chance.choice(2, rows, p=[0.9, 0.1]), chance.choice(2, rows)
    bad = (chance.random(rows) < 0.2).astype(float)
    return Rows(np.column_stack([number, choice]), bad, np.ones(rows))


def learned(pairs=None):
    tables = (np.array([-0.1, 0.9, 0.0, 0.0]), np.array([-0.5, 0.5, 0.0, 0.0]))
    joint = Joint(-1.4, tables, pairs or {})
    return Learned(joint, 10.0, 1.0, (1.0,), np.empty(0, np.intp), np.empty(0))


def found(rows, pairs=None):
    return variances([NUMBER, CHOICE], rows, learned(pairs))


def test_fewer_rows_make_a_bin_less_sure():
    number, choice = found(people())
    assert number[0] < number[1]
    assert choice[0] == pytest.approx(choice[1], rel=0.2)
    more, _ = found(people(4000))
    assert (more[:2] < number[:2]).all()


def test_rows_of_double_weight_count_as_twice_as_many():
    rows = people()
    twice = Rows(*(np.concatenate([one, one]) for one in (rows.codes, rows.bad, rows.weight)))
    double = replace(rows, weight=2 * rows.weight)
    for one, other in zip(found(twice), found(double), strict=True):
        assert one == pytest.approx(other)


def test_bads_drawn_more_often_say_more_than_as_many_rows_drawn_as_they_fell():
    everybody, chance = people(8_000), np.random.default_rng(1)
    drawn = np.where(everybody.bad == 1, 1.0, 0.25) > chance.random(8_000)
    by_outcome = replace(everybody, weight=np.where(everybody.bad == 1, 1.0, 4.0))
    by_outcome = by_outcome.take(np.flatnonzero(drawn))
    weight = by_outcome.weight / by_outcome.weight.mean()
    at_random = everybody.take(np.arange(len(by_outcome)))
    for one, other in zip(found(replace(by_outcome, weight=weight)), found(at_random), strict=True):
        assert (one[:2] < other[:2] / 1.2).all()


def test_an_absent_or_unseen_answer_could_have_been_any():
    number, choice = found(people())
    assert (choice[2:] >= 0.25).all()  # what "a" and "b" differ by, squared
    assert number[2:].min() > number[0]


def test_what_is_unsure_of_a_pair_goes_to_both_of_its_fields():
    table = np.zeros((4, 4))
    table[:2, :2] = [[0.1, -0.1], [-0.9, 0.9]]
    plain, paired = found(people()), found(people(), {(0, 1): table})
    for one, other in zip(plain, paired, strict=True):
        assert (other > one).all()
    many = people(40_000)
    more = [b[0] - a[0] for a, b in zip(found(many), found(many, {(0, 1): table}), strict=True)]
    few = [b[0] - a[0] for a, b in zip(plain, paired, strict=True)]
    assert (np.array(more) < np.array(few) / 10).all()


def additive(rows, seed):
    columns, _, _ = applicants(rows, seed)
    kept = {name: columns[name] for name in ("late", "debt", "noise")}
    truth = -2 + 0.8 * np.minimum(kept["late"], 3) + 1.5 * kept["debt"]
    bad = np.random.default_rng(seed).random(rows) < expit(truth)
    return kept, bad.astype(int), expit(truth)


def test_bads_drawn_more_often_are_covered_as_well():
    strangers, _, truth = additive(3000, 99)
    within = []
    for seed in range(3):
        columns, bad, _ = additive(12_000, seed)
        drawn = (bad == 1) | (np.random.default_rng(50 + seed).random(12_000) < 0.1)
        kept = {name: values[drawn] for name, values in columns.items()}
        model = ScorecardClassifier({"signs": {"late": 1}})
        model.fit(kept, bad[drawn], np.where(bad[drawn] == 1, 1.0, 10.0))
        said = Columns(model.card_).score(strangers)
        within.append(np.mean((said.pd_low <= truth) & (truth <= said.pd_high)))
    assert 0.8 < np.mean(within) < 0.995


@pytest.mark.parametrize("rows", [800, 6000])
def test_about_nine_true_probabilities_in_ten_lie_within(rows):
    strangers, _, truth = additive(3000, 99)
    within = []
    for seed in range(3):
        columns, bad, _ = additive(rows, seed)
        model = ScorecardClassifier({"signs": {"late": 1}}).fit(columns, bad)
        said = Columns(model.card_).score(strangers)
        within.append(np.mean((said.pd_low <= truth) & (truth <= said.pd_high)))
    assert 0.84 < np.mean(within) < 0.995


def test_a_better_answer_never_has_a_higher_upper_end():
    columns, bad, _ = applicants(1500)
    card = ScorecardClassifier(KNOWN).fit(columns, bad).card_
    assert card.pairs
    check_upper_ends(card)
