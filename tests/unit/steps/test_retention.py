"""How long things are kept is read from dated rows: the later holds, and none may lack."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from app.core.errors import NotFound
from app.steps.retention import _SHIPPED, retention_on

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


@pytest.fixture
def rows():
    return json.loads(_SHIPPED.read_text())["rows"]


@pytest.fixture
def read(tmp_path):
    def read(rows, now=NOW):
        path = tmp_path / "retention.json"
        path.write_text(json.dumps({"rows": rows}))
        return retention_on(now, path)

    return read


def test_what_is_shipped_says_what_people_are_told():
    keep = retention_on(NOW)
    assert (keep.days("lead"), keep.days("unfinished")) == (90, 30)
    assert (keep.years("consent"), keep.years("contact")) == (3, 5)


def test_a_later_row_holds_from_its_day_in_shanghai(rows, read):
    later = {**rows[1], "days": 60, "valid_from": "2026-12-01"}
    assert read([*rows, later], NOW).days("lead") == 90
    midnight = datetime(2026, 11, 30, 16, tzinfo=UTC)
    assert read([later, *rows], midnight - timedelta(seconds=1)).days("lead") == 90
    assert read([later, *rows], midnight).days("lead") == 60


def test_a_row_that_ended_holds_no_longer(rows, read):
    rows[1]["valid_to"] = "2026-11-22"
    with pytest.raises(NotFound, match="lead"):
        read(rows)


@pytest.mark.parametrize("wrong", [{"days": 0}, {"source": ""}, {"name": "cats"}, {"more": 1}])
def test_a_row_that_makes_no_sense_is_refused(rows, read, wrong):
    with pytest.raises(ValidationError):
        read([*rows, {**rows[0], **wrong}])
