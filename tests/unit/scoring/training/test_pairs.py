"""Boosted pairs are tables, and what is joint stands in pairs only."""

import numpy as np
import pytest

from scoring.training.binning import Bins
from scoring.training.pairs import BoostedPairs, mass_of, purified

FIELDS = (
    Bins("amount", "number", cuts=(1.0, 2.0, 3.0), special=(-9.0,)),
    Bins("work", "choice", levels=("a", "b", "c")),
    Bins("late", "number", cuts=(1.0,)),
)
SIZES = [field.size for field in FIELDS]


@pytest.fixture(scope="module")
def grown():
    random = np.random.default_rng(0)
    codes = np.column_stack([random.integers(0, size, 3000) for size in SIZES])
    codes[codes[:, 1] == 1, 1] = 0  # a level that nobody has
    eta = 0.5 * codes[:, 0] * (codes[:, 1] == 0) - codes[:, 2]
    bad = (random.random(3000) < 1 / (1 + np.exp(-eta))).astype(float)
    model = BoostedPairs(FIELDS, (1, 0, 0), 0, max_iter=60)
    return model.fit(codes, bad, np.ones(3000)), codes


def everybody():
    return np.indices(SIZES).reshape(len(SIZES), -1).T


def test_the_tables_say_what_the_trees_say_of_everybody_there_could_be(grown):
    model, _ = grown
    assert model.written_out().log_odds(everybody()) == pytest.approx(
        model.log_odds(everybody()), abs=1e-9
    )


def test_purified_tables_say_the_same_of_everybody_who_was_there(grown):
    model, codes = grown
    raw = model.written_out()
    pure = purified(raw, codes, np.ones(len(codes)))
    assert pure.pairs
    assert pure.log_odds(codes) == pytest.approx(raw.log_odds(codes), abs=1e-6)
    for pair, table in pure.pairs.items():
        mass = mass_of(codes, np.ones(len(codes)), pair, table.shape)
        assert (table * mass).sum(axis=0) == pytest.approx(0, abs=1e-4)
        assert (table * mass).sum(axis=1) == pytest.approx(0, abs=1e-4)


def test_a_signed_field_goes_one_way_whatever_the_other_answers_are(grown):
    model, _ = grown
    said = model.log_odds(everybody()).reshape(SIZES)
    assert (np.diff(said[: FIELDS[0].ordinary], axis=0) >= -1e-12).all()
