"""`flask policy explain`: the policy as a lender would discuss it."""

import json

import pytest

from app.services import policies
from handlers.factory import create_app
from tests.builders import OPENID, finish, say

HEAD = (
    "age_band,situation,region,purpose,amount_yuan,term_months,tenure,income_band,debt_band,"
    "credit_record,repaid_on_time,first_timer,bad,shoe_size\n"
)
GOOD = "25_34,employed,330100,renovation,30000,12,gt_3y,8_12k,lt_1k,clean,0,1,0,42\n"
RISKY = "25_34,freelance,330100,daily,30000,12,lt_6m,lt_4k,1_3k,skipped,0,1,1,42\n"
WRONG = "25_34,employed,330100,renovation,many,12,gt_3y,8_12k,lt_1k,clean,0,1,,42\n"


@pytest.fixture
def run(deps):
    runner = create_app(deps).test_cli_runner()

    def call(*words):
        return runner.invoke(args=["policy", "explain", *(str(word) for word in words)])

    return call


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(HEAD + GOOD * 3 + RISKY + WRONG, encoding="utf-8")
    return path


def test_a_policy_is_shown_on_the_people_of_a_file(run, file):
    done = run("--population", file, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.output)
    assert (found["policy"], found["applicants"]) == ("demo-2", 4)
    assert found["unusable"] == {"amount_yuan": 1}
    lines = {(line["kind"], line["tier"]): line for line in found["tiers"]}
    premium = lines["person", "premium"]
    assert (premium["applicants"], premium["approval_rate"]) == (3, 0.75)
    assert premium["average_limit_fen"] == 2_000_000
    assert premium["observed_bad_rate"] == 0.0
    assert 0 < premium["expected_bad_rate"] < 0.05
    expected = 3 * 2_000_000 * premium["expected_bad_rate"] * 0.65
    assert premium["expected_loss_fen"] == pytest.approx(expected, abs=2)
    assert premium["margin_fen"] > premium["expected_loss_fen"]
    assert lines["person", "declined"]["applicants"] == 1
    assert {cap["name"] for cap in found["caps"]} >= {"allin_cost_bp", "person.loss_budget_fen"}
    assert all(cap["source"] for cap in found["caps"])


def test_two_policies_are_compared_person_by_person(run, file, tmp_path):
    done = run("--population", file, "--against", "demo-1", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "Swaps from demo-2 to demo-1" in done.output
    cells = next(line.split() for line in done.output.splitlines() if "person  premium" in line)
    assert cells[4:10] == ["12.00", "%-18.00", "%", "12.68", "%-19.56", "%"]
    found = json.loads((tmp_path / "out" / "policy.json").read_text("utf-8"))
    ways = {swap["way"]: swap["applicants"] for swap in found["swaps"]}
    assert ways == {"kept": 3, "swapped_in": 0, "swapped_out": 0, "neither": 1}
    for name in ("bad_rate", "margin", "cut_off"):
        drawn = (tmp_path / "out" / f"{name}.svg").read_text("utf-8")
        assert drawn.startswith("<?xml")
        assert "<script" not in drawn


def test_without_a_file_and_without_applications_the_population_is_made_up_and_says_so(run):
    done = run()
    assert done.exit_code == 0, done.output
    assert "Population: made up: 4000 applicants, seed 1, nobody's real shares" in done.output


def test_the_recent_applications_are_those_of_people_who_still_agree(deps, run, monkeypatch):
    monkeypatch.setattr(policies, "_FEWEST", 2)
    for last in "234":
        finish(deps, openid=OPENID[:-1] + last)
    assert "Population: the latest 3 applications; 3 used" in run().output
    say(deps, "撤回同意", openid=OPENID[:-1] + "4")
    assert "Population: the latest 2 applications; 2 used" in run().output


@pytest.mark.parametrize("name", ["demo-9", "no_such_file.json"])
def test_a_policy_that_cannot_be_read_is_named(run, name):
    done = run("--against", name)
    assert done.exit_code == 1
    assert f"No policy can be read from {name}" in done.output


def test_a_file_without_a_usable_row_is_refused(run, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(HEAD + WRONG, encoding="utf-8")
    done = run("--population", path)
    assert (done.exit_code, "No row can be used" in done.output) == (1, True)
