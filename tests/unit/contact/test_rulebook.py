"""The rules are dated rows; a day without its rules is an error, never a free day."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.contact import rulebook
from app.contact.rulebook import read_rules
from app.contact.types import MessageClass
from app.core.errors import NotFound

TODAY = datetime(2026, 11, 23, 4, tzinfo=UTC)
SHIPPED = Path(rulebook.__file__).with_name("rules.json")


def a_file(tmp_path, change):
    rules = json.loads(SHIPPED.read_text(encoding="utf-8"))
    change(rules)
    path = tmp_path / "rules.json"
    path.write_text(json.dumps(rules), encoding="utf-8")
    return path


def test_the_platform_s_numbers_are_the_published_ones():
    windows = read_rules().window_rules(TODAY)
    assert (windows.message_left, windows.message_lasts) == (5, timedelta(hours=48))
    assert (windows.event_left, windows.event_lasts) == (3, timedelta(minutes=1))


def test_every_class_but_the_answer_has_hours():
    assert set(read_rules().contact_rules(TODAY).hours) == set(MessageClass) - {MessageClass.ANSWER}


def test_a_day_before_the_first_rule_is_refused():
    with pytest.raises(NotFound):
        read_rules().contact_rules(TODAY - timedelta(days=3650))
    with pytest.raises(NotFound):
        read_rules().window_rules(TODAY - timedelta(days=3650))


def test_a_class_whose_hours_have_run_out_is_refused(tmp_path):
    def ends(rules):
        rules["hours"][0]["valid_to"] = "2026-11-22"

    with pytest.raises(NotFound, match="service"):
        read_rules(a_file(tmp_path, ends)).contact_rules(TODAY)


def test_without_a_rule_for_answers_nothing_is_decided(tmp_path):
    with pytest.raises(NotFound, match="answer"):
        read_rules(a_file(tmp_path, lambda rules: rules.update(answer=[]))).contact_rules(TODAY)


def test_a_change_of_rule_takes_effect_on_its_day_in_shanghai(tmp_path):
    def changes(rules):
        later = dict(rules["windows"][0], valid_from="2026-11-24", left=4)
        rules["windows"].append(later)

    rules = read_rules(a_file(tmp_path, changes))
    assert rules.window_rules(TODAY.replace(hour=15, minute=59)).message_left == 5
    assert rules.window_rules(TODAY.replace(hour=16)).message_left == 4


def test_hours_that_end_before_they_start_are_refused(tmp_path):
    def reversed_hours(rules):
        rules["hours"][0].update(start="22:00", end="08:00")

    with pytest.raises(ValidationError):
        read_rules(a_file(tmp_path, reversed_hours))


def test_every_row_names_its_source():
    rules = json.loads(SHIPPED.read_text(encoding="utf-8"))
    assert all(row["source"] and row["checked_on"] for rows in rules.values() for row in rows)
