"""Turn a stored assessment into what the outcome's words need: labels for codes, whole yuan."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.deps import Deps
from app.dialogue.readers.regions import city_name
from app.dialogue.schema import Form
from app.store.cases import Case

_TOLD = 3
"""Reasons in the outcome itself; `quota.why` tells all of them."""

_YUAN = 100


def outcome_words(
    assessment: Mapping[str, Any], form: Form, *, is_by_person: bool = False
) -> dict[str, object]:
    """Return the values of the quota templates for one assessment (the JSON of `Assessment`).

    `form` is the one that the enquiry was answered on: its labels say what a code meant then.
    """
    reasons = [_with_labels(reason, form) for reason in assessment["reasons"]]
    words: dict[str, object] = {
        "outcome": assessment["outcome"],
        "is_by_person": is_by_person,
        "decided_on": date.fromisoformat(assessment["decided_on"]),
        "valid_until": date.fromisoformat(assessment["valid_until"]),
        # Told to somebody declined: from the day on which this answer no longer holds.
        "retry_on": date.fromisoformat(assessment["valid_until"]),
        "main_reasons": reasons[:_TOLD],
        **{way: _going(reasons, way) for way in ("helped", "hurt", "limited")},
        "changes": [_with_labels(change, form) for change in assessment["changes"]],
    }
    if assessment["offer"] is not None:
        words |= offer_words(assessment["offer"])
    return words


def offer_words(offer: Mapping[str, Any]) -> dict[str, object]:
    """Return the values of an offer alone (the JSON of `Offer`); rates are nominal, by IRR."""
    return {
        "low_fen": offer["low_fen"],
        "high_fen": offer["high_fen"],
        "term_months": offer["term_months"],
        "rate_low_bp": offer["nominal_low_bp"],
        "rate_high_bp": offer["nominal_high_bp"],
        "instalment_low_fen": _to_whole_yuan(offer["instalment_low_fen"]),
        "instalment_high_fen": _to_whole_yuan(offer["instalment_high_fen"]),
    }


def _going(reasons: Sequence[Mapping[str, Any]], way: str) -> list[Mapping[str, Any]]:
    return [reason for reason in reasons if reason["direction"] == way]


def _with_labels(reason: Mapping[str, Any], form: Form) -> dict[str, Any]:
    params = {name: _label(form, name, value) for name, value in reason["params"].items()}
    return {**reason, "params": params}


def _label(form: Form, name: str, value: object) -> object:
    """Say in words what a code meant on this form; numbers and gaps stay as they are."""
    if not isinstance(value, str):
        return value
    if name == "region":
        return city_name(value)
    question = form.find(name)
    choice = question.choice(value) if question else None
    return choice.label if choice else value


def _to_whole_yuan(fen: int) -> int:
    return (fen + _YUAN // 2) // _YUAN * _YUAN


def case_words(deps: Deps, case: Case) -> dict[str, object]:
    """Return the values that tell the decision in force of a case; nothing before there is one."""
    form = deps.forms.find(case.form, case.form_version)
    if case.assessment is None or form is None:
        return {}
    return outcome_words(case.assessment, form, is_by_person=case.is_by_person)
