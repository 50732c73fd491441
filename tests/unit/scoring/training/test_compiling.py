import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scoring.training.binning import Bins
from scoring.training.compiling import in_points
from scoring.training.pairs import Joint

SIZE = 3
BINS = [Bins(name, "number", cuts=(1.0,)) for name in "abc"]
CODES = np.random.default_rng(0).integers(0, SIZE, (50, 3))
LOG_ODDS = st.floats(-0.2, 0.2).map(lambda value: round(value, 2))


def tables(*shape):
    count = int(np.prod(shape))
    cells = st.lists(LOG_ODDS, min_size=count, max_size=count)
    return cells.map(lambda values: np.array(values).reshape(shape))


@given(
    alone=st.tuples(*[tables(SIZE)] * 3),
    together=st.fixed_dictionaries({}, optional=dict.fromkeys(
        [(0, 1), (0, 2), (1, 2)], tables(SIZE, SIZE)
    )),
    signs=st.tuples(*[st.sampled_from([-1, 0, 1])] * 3),
)  # fmt: skip
def test_points_follow_every_sign_alone_and_beside_any_other_answer(alone, together, signs):
    points = in_points(Joint(-2.0, alone, together), BINS, signs, CODES, np.ones(len(CODES)))
    for place, sign in enumerate(signs):
        steps = -sign * np.diff(points.tables[place][: SIZE - 1])
        assert (steps >= 0).all()
        for pair, table in points.pairs.items():
            if place in pair:
                along = table if pair[0] == place else table.T
                steps = steps + (-sign * np.diff(along[: SIZE - 1], axis=0)).min(axis=1)
        assert (steps >= 0).all()


@given(together=tables(SIZE, SIZE), rows=st.integers(1, 9))
def test_without_a_sign_to_hold_nothing_is_bent_by_more_than_rounding(together, rows):
    alone = tuple(np.zeros(SIZE) for _ in BINS)
    exact = Joint(-2.0, alone, {(0, 1): together})
    points = in_points(exact, BINS, (0, 0, 0), CODES[:rows], np.ones(rows))
    assert np.allclose(points.log_odds(CODES), -exact.log_odds(CODES), atol=0.02)


def test_a_sign_that_holds_already_bends_nothing_by_more_than_rounding():
    random = np.random.default_rng(1)
    # Together they rise, though the pair alone falls here and there.
    pair = random.uniform(-0.2, 0.2, (SIZE, SIZE))
    alone = (np.array([0.0, 0.6, 0.1]), np.zeros(SIZE), np.zeros(SIZE))
    exact = Joint(-2.0, alone, {(0, 1): pair})
    points = in_points(exact, BINS, (1, 0, 0), CODES, np.ones(len(CODES)))
    assert np.allclose(points.log_odds(CODES), -exact.log_odds(CODES), atol=0.03)
