"""Our card holds what OptBinning's holds: the same bins give the same points, score and odds.

`optbinning_card.json` is OptBinning's own output; `benchmarks/scoring/reference.py` made it.
"""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from scoring.card import Card, CardData
from scoring.card.columns import Columns
from scoring.training.compiling import in_points
from scoring.training.pairs import Joint
from scoring.types import decode

REFERENCE = json.loads(Path(__file__).with_name("optbinning_card.json").read_text("utf-8"))
SCALING = REFERENCE["scaling"]


def scaling(base_odds, base_score, pdo, base_points=0):
    return {
        "base_points": base_points,
        "base_score": base_score,
        "base_odds": base_odds,
        "pdo": pdo,
    }


def a_card(scaled, *fields):
    return decode(
        CardData,
        {
            "format": 2,
            "name": "card",
            "version": "card-1",
            "kind": "any",
            "made_by": "expert",
            "notes": [],
            "scaling": scaled,
            "pairs": [],
            "calibration": {"intercept": 0.0, "slope": 1.0},
            "interval": {"half_width": 0.0, "z": 0.0},
            "fields": list(fields),
            "training": None,
        },
    )


def a_field(told):
    points = [one["points"] for one in told["bins"]]
    *own, special, missing = points  # as OptBinning lists them
    field = {
        "name": told["name"],
        "group": told["name"],
        "why": "as OptBinning has it",
        "sign": "free",
        "special": {},
        "missing": missing,
        "other": special,
        "reference": 0,
        "variance": None,
    }
    if isinstance(told["splits"][0], list):
        levels = zip(told["splits"], own, strict=True)
        return {**field, "kind": "choice", "levels": {c: won for some, won in levels for c in some}}
    return {**field, "kind": "number", "cuts": told["splits"], "points": own}


def evidence(bins):
    goods, bads = (sum(one[kind] for one in bins) for kind in ("good", "bad"))
    return [
        math.log(one["good"] / goods / (one["bad"] / bads)) if one["bad"] else 0.0 for one in bins
    ]


def the_card():
    scaled = scaling(float(SCALING["odds"]), SCALING["points_at_odds"], SCALING["pdo"])
    return Card(a_card(scaled, *(a_field(told) for told in REFERENCE["fields"])))


def test_every_applicant_gets_the_score_that_optbinning_gives():
    card = the_card()
    assert [card.score(row).total for row in REFERENCE["rows"]] == REFERENCE["scores"]


def test_all_applicants_at_once_get_the_scores_that_optbinning_gives():
    rows = REFERENCE["rows"]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    assert Columns(the_card().data).score(columns).total.tolist() == REFERENCE["scores"]


def test_a_score_stands_for_the_odds_that_optbinning_tells_but_for_its_rounding():
    card = the_card()
    # Half a point for each field is what rounding may take or give.
    most = len(REFERENCE["fields"]) * 0.5 * math.log(2) / SCALING["pdo"]
    for row, pd in zip(REFERENCE["rows"], REFERENCE["pd"], strict=True):
        told = card.score(row).pd
        assert abs(math.log(told / (1 - told)) - math.log(pd / (1 - pd))) < most + 1e-4


NOBODY = np.empty((0, 0), np.intp)


def test_log_odds_become_the_points_that_optbinning_makes_of_them():
    factor, fields = SCALING["pdo"] / math.log(2), REFERENCE["fields"]
    offset = SCALING["points_at_odds"] / factor - math.log(SCALING["odds"])
    # OptBinning spreads intercept and offset over the fields; ours would stand in the base.
    share = (REFERENCE["intercept"] - offset) / len(fields)
    tables = [
        np.array([told["coefficient"] * woe + share for woe in evidence(told["bins"])])
        for told in fields
    ]
    points = in_points(
        Joint(offset, tuple(tables), {}), (), (), np.empty((0, 0), np.intp), np.empty(0)
    )
    assert points.base == 0
    assert [table.tolist() for table in points.tables] == [
        [one["points"] for one in told["bins"]] for told in fields
    ]


@pytest.mark.parametrize(("score", "odds"), [(580, 25), (600, 50), (620, 100), (640, 200)])
def test_points_double_the_odds_as_the_textbook_scales_them(score, odds):
    # Siddiqi, Credit Risk Scorecards (2006), on scaling: 50 to 1 at 600, doubling every 20, so that
    # score = 487.123 + 28.8539 ln(odds).
    level = a_field({"name": "x", "splits": [["a"]], "bins": [{"points": 0}] * 3})
    card = Card(a_card(scaling(50.0, 600, 20, base_points=score), level))
    factor = 1 / (card.log_odds(1) - card.log_odds(0))
    assert round(factor, 4) == 28.8539
    assert round(-card.log_odds(0) * factor, 3) == 487.123
    assert card.score({"x": "a"}).pd == round(1 / (1 + odds), 6)
