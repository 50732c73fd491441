"""What stands out about an application calls a person, decides nothing, and is told to nobody."""

import json
from dataclasses import replace
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from scoring.assess import Dossier, assess, decide_by_hand, facts_from_answers, replay
from scoring.reasons import REASON_CODES, UNTOLD
from scoring.types import Circumstances, Signal, SignalCode, Verdict, decode_json, digest
from tests.unit.scoring.builders import (
    ANSWERS,
    CIRCUMSTANCES,
    a_person,
    some_circumstances,
    the_book,
)

BOOK = the_book()
SIGNAL = st.builds(
    Signal,
    code=st.sampled_from(get_args(SignalCode)),
    seen=st.integers(1, 99),
    limit=st.integers(1, 99),
    source=st.just("desk: ours"),
)


@given(answers=ANSWERS, known=CIRCUMSTANCES, signals=st.lists(SIGNAL, min_size=1, max_size=4))
def test_signals_refer_and_never_decline_by_themselves(answers, known, signals):
    facts = facts_from_answers(answers)
    before = assess(facts, known, BOOK)
    after = assess(facts, replace(known, signals=tuple(signals)), BOOK)
    if before.outcome != "decline":
        assert after.outcome == "refer"
    else:
        # What the law forbids stays forbidden; every other decline is looked at by a person.
        assert after.outcome == ("refer" if after.rules != before.rules else "decline")
    assert after.score == before.score
    assert after.caps == before.caps


@given(answers=ANSWERS, known=CIRCUMSTANCES, signals=st.lists(SIGNAL, min_size=1, max_size=4))
def test_the_applicant_is_told_no_signal(answers, known, signals):
    found = assess(facts_from_answers(answers), replace(known, signals=tuple(signals)), BOOK)
    assert found.reasons
    for reason in found.reasons:
        assert reason.code not in UNTOLD
        assert reason.code in REASON_CODES


def test_one_neutral_sentence_stands_for_all_signals():
    signal = Signal("many_submissions", 7, 6, "desk: ours")
    found = assess(a_person(), some_circumstances(signals=(signal,) * 2), BOOK)
    assert [reason.code for reason in found.reasons] == ["second_look"]
    rule = found.rules[0]
    assert (rule.code, rule.effect, rule.params) == (
        "many_submissions",
        "refer",
        {"seen": 7, "limit": 6},
    )


def test_another_doubt_is_told_in_its_own_words():
    known = some_circumstances(earlier_stop=True, signals=(Signal("same_answers", 9, 5, "x"),))
    assert [one.code for one in assess(a_person(), known, BOOK).reasons] == ["earlier_stop"]


def test_a_dossier_from_before_the_signals_replays_to_the_byte():
    known = some_circumstances()
    stored = Dossier(a_person(), known, None, assess(a_person(), known, BOOK)).to_json()
    assert "signals" not in json.loads(stored)["circumstances"]
    assert replay(stored, BOOK).is_identical
    # The digest of a dossier that was written before the field came: its own text, hashed.
    assert digest(known) == digest(json.loads(stored)["circumstances"])
    assert decode_json(Circumstances, json.dumps(json.loads(stored)["circumstances"])) == known


def test_a_dossier_with_signals_replays_and_a_reviewer_decides_it():
    known = some_circumstances(signals=(Signal("shared_phone", 4, 3, "desk: ours"),))
    stored = Dossier(a_person(), known, None, assess(a_person(), known, BOOK)).to_json()
    assert Dossier.from_json(stored).circumstances == known
    assert replay(stored, BOOK).is_identical
    assert decide_by_hand(a_person(), known, BOOK, Verdict(1_000_000)).outcome == "approve"
