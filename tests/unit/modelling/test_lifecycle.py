"""The life of a model, and what its validation record has to show."""

import pytest

from app.core.errors import NotAllowed
from app.modelling.lifecycle import Act, State, after, may
from app.modelling.validation import LEAST_WORDS, make_record

MEASURED = {"auc": [0.71, 0.69, 0.73], "brier": [0.08, 0.07, 0.09], "rows": 900}
WORDS = "符号来自常识，幅度有意保守，上线后每月与实际结果核对，不足百笔前不调整；由风控负责人复核。"


def test_a_model_goes_from_draft_to_champion_by_its_validation_only():
    assert after(Act.VALIDATE, State.DRAFT) is State.VALIDATED
    assert after(Act.SHADOW, State.VALIDATED) is State.SHADOW
    assert after(Act.PUBLISH, State.SHADOW) is State.CHAMPION
    assert after(Act.PUBLISH, State.VALIDATED) is State.CHAMPION
    assert after(Act.RETIRE, State.CHAMPION) is State.RETIRED


@pytest.mark.parametrize("state", [State.DRAFT, State.RETIRED])
def test_what_is_not_validated_is_not_published(state):
    with pytest.raises(NotAllowed) as no:
        after(Act.PUBLISH, state)
    assert no.value.why == "not_validated"


def test_a_retired_model_comes_back_by_a_new_validation():
    assert [act for act in Act if may(act, State.RETIRED)] == [Act.VALIDATE]
    assert after(Act.VALIDATE, State.RETIRED) is State.VALIDATED


def test_a_champion_cannot_be_edited_into_another_state():
    assert [act for act in Act if may(act, State.CHAMPION)] == [Act.RETIRE]
    with pytest.raises(NotAllowed, match="champion"):
        after(Act.SHADOW, State.CHAMPION)


def test_measures_are_read_as_the_evaluation_prints_them():
    record = make_record(MEASURED, "", is_expert=False)
    assert record.measures["auc"] == (0.71, 0.69, 0.73)
    assert record.rows == 900
    named = {"auc": {"value": 0.7, "low": 0.6, "high": 0.8}, "brier": MEASURED["brier"]}
    assert make_record({"metrics": named}, "", is_expert=False).measures["auc"] == (0.7, 0.6, 0.8)


def test_a_trained_model_needs_measures_with_intervals_whatever_is_said_of_it():
    for measured in (None, {}, {"auc": MEASURED["auc"]}, {"auc": 0.7, "brier": 0.1}):
        with pytest.raises(NotAllowed) as no:
            make_record(measured, WORDS, is_expert=False)
        assert no.value.why == "measures_missing"


def test_an_experts_card_may_rest_on_reasons_but_not_on_a_nod():
    assert make_record(None, WORDS, is_expert=True).note == WORDS
    with pytest.raises(NotAllowed) as no:
        make_record(None, "好" * (LEAST_WORDS - 1), is_expert=True)
    assert no.value.why == "note_too_short"


def test_a_value_outside_its_own_interval_is_refused():
    with pytest.raises(NotAllowed) as no:
        make_record(MEASURED | {"auc": [0.8, 0.69, 0.73]}, "", is_expert=False)
    assert no.value.why == "measures_odd"
