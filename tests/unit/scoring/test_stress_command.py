"""`stress` on files: our own form through the policy, other data through the card."""

import csv
import json
from argparse import Namespace

import pytest

from scoring.assess.rulebook import PACKAGE, RuleFiles
from scoring.training.data import DataUnusable
from scoring.training.pages import scenario
from scoring.training.stress import run
from tests.unit.scoring.builders import FIRM, PERSON

CARD = PACKAGE / "cards" / f"{RuleFiles().person_card}.json"
POLICY = PACKAGE / "policies" / f"{RuleFiles().policy}.json"


def a_file(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)))
        writer.writeheader()
        writer.writerows(rows)
    return path


def args(data, **given):
    wanted = {"card": CARD, "data": data, "policy": None, "json": True, "out": None, "seed": 0}
    return Namespace(**(wanted | given))


@pytest.fixture
def people(tmp_path):
    rows = [
        PERSON | {"income_band": income, "tenure": tenure, "region": 330100 + number % 2}
        for number, income in enumerate(("4_6k", "6_8k", "8_12k", "12_20k"))
        for tenure in ("lt_6m", "1_3y", "gt_3y")
    ]
    return a_file(tmp_path / "people.csv", [*rows, FIRM, PERSON | {"age_band": "under_18"}])


def test_answers_of_our_form_go_through_tier_and_limit(people, capsys):
    assert run(args(people, policy=POLICY)) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["sort"] == "portfolio"
    assert told["unusable_rows"] == 1
    outcomes = {one["code"]: one for one in told["outcomes"]}
    assert outcomes["defaults_2"]["held_loss_fen"] > outcomes["today"]["held_loss_fen"] > 0
    assert outcomes["missing_tenure"]["referred"] == 1
    assert "missing_industry" not in outcomes


def test_a_page_and_its_figures_go_into_a_folder(people, tmp_path, capsys):
    assert run(args(people, json=False, out=tmp_path / "out")) == 0
    assert capsys.readouterr().out.startswith("scenario")
    page = (tmp_path / "out" / "stress.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert "<script" not in page
    told = json.loads((tmp_path / "out" / "stress.json").read_text(encoding="utf-8"))
    assert all(scenario(one["code"]) in page for one in told["outcomes"])


def test_other_data_show_how_risks_move(tmp_path, capsys):
    rows = [
        {"tenure": tenure, "credit_record": record, "debt_to_income_bp": debt}
        for tenure in ("lt_6m", "1_3y", "gt_3y", "")
        for record in ("clean", "settled", "odd")
        for debt in (0, 1500, 4000, "")
    ]
    assert run(args(a_file(tmp_path / "rows.csv", rows))) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["sort"] == "risks"
    outcomes = {one["code"]: one for one in told["outcomes"]}
    today = outcomes["today"]
    assert outcomes["defaults_3"]["mean_pd"] == pytest.approx(3 * today["mean_pd"], rel=1e-3)
    assert outcomes["more_risky"]["past_cut_off"] > today["past_cut_off"]
    assert {"missing_tenure", "missing_credit_record", "missing_debt_to_income_bp"} < set(outcomes)
    with pytest.raises(DataUnusable, match="answers of our form"):
        run(args(tmp_path / "rows.csv", policy=POLICY))
