"""Whom an audience never holds: dated rules, each with its source, read as questions."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.audience.parser import parse
from app.audience.protections import kept_in, read_exclusions
from app.audience.tree import Flag, Not, all_of

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def rules(tmp_path: Path, **changes: object) -> Path:
    row = {
        "reason": "muted", "from": ["marketing"], "query": "muted", "valid_from": "2026-01-01",
        "valid_to": "2026-12-31", "checked_on": "2026-11-25", "source": "a law", **changes,
    }  # fmt: skip
    path = tmp_path / "rules.json"
    path.write_text(json.dumps({"keeps_out": [row]}), encoding="utf-8")
    return path


def test_marketing_is_kept_from_everybody_whom_the_law_names() -> None:
    reasons = [one.reason for one in read_exclusions()("marketing", NOW)]
    assert reasons == [
        "minor_or_student", "in_dispute", "in_hardship", "in_arrears", "over_debt_limit",
        "just_declined", "opted_out", "no_consent",
    ]  # fmt: skip


@pytest.mark.parametrize("purpose", ["service", "education"])
def test_what_people_wait_for_is_kept_from_nobody(purpose: str) -> None:
    assert read_exclusions()(purpose, NOW) == ()


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        (datetime(2025, 12, 31, 15, 59, tzinfo=UTC), 0),
        (datetime(2025, 12, 31, 16, 0, tzinfo=UTC), 1),
        (datetime(2026, 12, 31, 15, 59, tzinfo=UTC), 1),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), 0),
    ],
)
def test_a_rule_holds_on_its_days_in_shanghai(
    tmp_path: Path, moment: datetime, number: int
) -> None:
    assert len(read_exclusions(rules(tmp_path))("marketing", moment)) == number


@pytest.mark.parametrize("changes", [{"source": ""}, {"from": ["fun"]}, {"from": []}, {"more": 1}])
def test_a_rule_without_source_or_purpose_is_not_read(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    with pytest.raises(ValidationError):
        read_exclusions(rules(tmp_path, **changes))


def test_who_is_kept_in_is_none_of_those_kept_out(tmp_path: Path) -> None:
    exclusions = read_exclusions(rules(tmp_path))("marketing", NOW)
    assert kept_in(parse("follows"), exclusions) == all_of(Flag("follows"), Not(Flag("muted")))
