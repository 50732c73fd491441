"""The desk's rules: verdicts against the policy, patterns, sharing out."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.config import ROOT
from app.core.errors import NotFound
from app.reviewing.rulebook import desk_rules
from app.reviewing.rulings import PolicySaid, policy_said, ruling_of
from app.reviewing.sharing import share_out
from app.reviewing.signals import Found, Seen, find_signals
from tests.unit.copy.samples import NOW

RULES = desk_rules(date(2026, 11, 25))
SHIPPED = ROOT / "app/reviewing/rules.json"


def seen(hours, *, who="me", amount_fen=1_000_000):
    return Seen(NOW - timedelta(hours=hours), who, amount_fen, who == "me")


def found(*them):
    return find_signals(them, RULES.patterns, NOW)


@pytest.mark.parametrize(
    ("outcome", "limit", "amount", "ruling"),
    [
        ("approve", 2_000_000, 2_000_000, "confirm"),
        ("approve", 2_000_000, 1_500_000, "tighten"),
        ("approve", 2_000_000, 2_000_100, "loosen"),
        ("approve", 2_000_000, None, "decline"),
        ("refer", 2_000_000, 2_000_000, "confirm"),
        ("refer", None, 100, "loosen"),
        ("refer", None, None, "decline"),
        ("decline", None, None, "confirm"),
        ("decline", None, 100, "loosen"),
        (None, None, 100, "loosen"),
        (None, None, None, "decline"),
    ],
)
def test_a_verdict_is_named_by_what_the_policy_said(outcome, limit, amount, ruling):
    assert ruling_of(PolicySaid(outcome, limit), amount) == ruling


@given(
    st.sampled_from(["approve", "decline", "refer", None]),
    st.none() | st.integers(1, 10**8),
    st.integers(1, 10**8),
)
def test_no_amount_past_the_policy_goes_without_a_second_person(outcome, limit, amount):
    is_past = outcome == "decline" or limit is None or amount > limit
    assert (ruling_of(PolicySaid(outcome, limit), amount) == "loosen") is is_past


def test_what_the_policy_said_is_its_offer_or_its_proposal():
    offer, proposal = {"high_fen": 5}, {"high_fen": 7}
    assert policy_said({"outcome": "approve", "offer": offer, "proposal": None}).limit_fen == 5
    assert policy_said({"outcome": "refer", "offer": None, "proposal": proposal}).limit_fen == 7
    assert policy_said({"outcome": "decline", "offer": None, "proposal": None}).limit_fen is None
    assert policy_said(None) == PolicySaid(None, None)


def test_one_enquiry_stands_out_in_nothing():
    assert found(seen(0)) is None


def test_handing_in_five_times_in_a_week_is_a_signal():
    assert found(*(seen(hours) for hours in (0, 1, 24, 48))) is None
    assert found(*(seen(hours) for hours in (0, 1, 24, 48, 167))) == Found(
        "velocity", ("attempts",)
    )
    assert found(*(seen(hours) for hours in (0, 1, 24, 48, 168))) is None


def test_small_wishes_again_and_again_are_a_signal():
    small = [seen(24 * 14 * n, amount_fen=500_000) for n in range(4)]
    assert found(*small) == Found("velocity", ("small_amounts",))
    assert found(*small[1:], seen(0, amount_fen=500_001)) is None


def test_three_others_with_the_same_answers_within_a_day_are_a_signal():
    others = [seen(hour, who=f"other {hour}") for hour in (1, 2, 23)]
    assert found(seen(0), *others) == Found("duplicate", ("twins",))
    assert found(seen(0), *others[:2], seen(25, who="late")) is None
    assert found(seen(0), *(seen(hour, who="one") for hour in range(9))) is None


def test_twins_weigh_more_than_haste():
    both = [*(seen(hour) for hour in range(5)), *(seen(1, who=who) for who in "abc")]
    assert found(*both) == Found("duplicate", ("attempts", "twins"))


@given(st.lists(st.integers(), unique=True), st.dictionaries(st.integers(1, 9), st.integers(0, 9)))
def test_cases_go_to_whoever_has_least(cases, load):
    given = share_out(cases, load)
    assert set(given) == (set(cases) if load else set())
    after = {one: had + list(given.values()).count(one) for one, had in load.items()}
    receivers = set(given.values())
    # Nobody was given one while a colleague had two less.
    assert all(after[one] <= min(after.values()) + 1 for one in receivers)


def test_every_ruling_has_reasons_with_words():
    words = json.loads((ROOT / "templates/console/words/reviews.json").read_text("utf-8"))
    named = {code for code, _ in RULES.reasons}
    assert named == set(words["reasons"])
    for ruling in ("confirm", "tighten", "decline", "loosen"):
        assert RULES.reasons_for(ruling)
    assert {pattern.signal for pattern in RULES.patterns} == set(words["signals"])


def test_a_day_without_rules_is_said():
    with pytest.raises(NotFound):
        desk_rules(date(2020, 1, 1))


def test_a_reason_ends_on_its_day(tmp_path):
    whole = json.loads(SHIPPED.read_text("utf-8"))
    whole["reasons"][0]["valid_to"] = "2026-11-30"
    changed = tmp_path / "rules.json"
    changed.write_text(json.dumps(whole), "utf-8")
    code = whole["reasons"][0]["code"]
    assert code in desk_rules(date(2026, 11, 30), changed).reasons_for("confirm")
    assert code not in desk_rules(date(2026, 12, 1), changed).reasons_for("confirm")
