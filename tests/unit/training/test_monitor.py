"""The monitor on a file: weeks told apart, a break found that the score does not show."""

import csv
import json
import math
from argparse import Namespace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from scoring import artifacts
from scoring.training.__main__ import main
from scoring.training.data import DataUnusable
from scoring.training.monitor import _period, run
from tests.unit.monitoring.applicants import drawing

CUTS, POINTS = [1, 2, 3, 4, 5, 6, 7], [-70, -50, -30, -10, 10, 30, 50, 70]


def a_field(name: str, points: list[int]) -> dict[str, Any]:
    return {
        "name": name,
        "kind": "number",
        "group": name,
        "why": "tested",
        "sign": "free",
        "cuts": CUTS,
        "points": points,
        "special": {},
        "missing": 0,
        "other": 0,
        "reference": 0,
        "variance": None,
    }


@pytest.fixture
def card(tmp_path: Path) -> Path:
    body = {
        "format": 2,
        "name": "tested",
        "version": "tested-1",
        "kind": "any",
        "made_by": "expert",
        "notes": [],
        "scaling": {"base_points": 550, "base_score": 600, "base_odds": 20.0, "pdo": 40},
        "calibration": {"intercept": 0.0, "slope": 1.0},
        "interval": {"half_width": 0.35, "z": 1.645},
        "fields": [a_field("first", POINTS), a_field("second", [0] * 8)],
        "pairs": [],
        "training": None,
    }
    path = tmp_path / "card.json"
    path.write_text(json.dumps(body), encoding="utf-8")
    artifacts.seal(path)
    return path


def a_file(path: Path, *, broken_from: int, weeks: int = 12, size: int = 500) -> Path:
    draw = drawing(3)
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["went", "on", "first", "second"])
        for number in range(weeks):
            for _ in range(size):
                step = draw.randrange(8)
                log_odds = math.log(20) + (550 + POINTS[step] - 600) / 40 * math.log(2)
                log_odds -= 0.8 if number >= broken_from else 0.0
                is_bad = draw.random() < 1 / (1 + math.exp(log_odds))
                day = date(2026, 1, 5) + timedelta(days=7 * number + draw.randrange(7))
                writer.writerow([int(is_bad), day.isoformat(), step, draw.randrange(8)])
    return path


def monitored(card: Path, data: Path, **given: Any) -> Any:
    out = card.parent / "out"
    args = {
        "card": card,
        "data": data,
        "target": "went",
        "time": "on",
        "baseline": None,
        "out": out,
    }
    assert run(Namespace(**{**args, **given})) == 0
    (found,) = json.loads((out / "monitor.json").read_text("utf-8"))
    return found


def test_a_break_of_the_bad_rate_is_found_where_the_score_stays(card: Path) -> None:
    found = monitored(card, a_file(card.parent / "d.csv", broken_from=6))
    assert [week["week"] for week in found["weeks"]][:2] == ["2026-01-05", "2026-01-12"]
    alarmed = {alert["week"] for alert in found["alerts"]}
    assert {alert["kind"] for alert in found["alerts"]} <= {"calibration", "band"}
    assert min(alarmed) >= "2026-02-16"
    assert len(alarmed) >= 5
    assert found["latest_alerts"]
    page = (card.parent / "out" / "index.html").read_text("utf-8")
    assert page.count("<svg") == len(found["plots"])
    assert "<script" not in page
    assert 'src="' not in page
    assert "@import" not in page


def test_a_quiet_file_is_quiet(card: Path) -> None:
    found = monitored(card, a_file(card.parent / "d.csv", broken_from=99))
    assert found["latest_alerts"] == []
    assert found["baseline"]["weeks"] == ["2026-01-05", "2026-01-12"]


def test_a_file_without_outcomes_or_time_is_held_against_another(card: Path) -> None:
    data = a_file(card.parent / "d.csv", broken_from=99, weeks=2)
    found = monitored(card, data, target=None, time=None, baseline=data)
    (week,) = found["weeks"]
    assert (week["week"], week["level"], week["applications"]) == ("all", None, 1000)
    assert {look["value"] for look in week["looks"]} == {0.0}


def test_what_is_not_in_the_file_is_told_in_one_line(
    card: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = a_file(card.parent / "d.csv", broken_from=99, weeks=1, size=20)
    words = ["--data", str(data), "--out", str(card.parent / "o"), "--time", "nowhere"]
    assert main(["monitor", "--card", str(card), *words]) == 2
    assert "there is no column 'nowhere'" in capsys.readouterr().err
    with pytest.raises(DataUnusable, match="a target is 0 or 1"):
        monitored(card, data, target="first")


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("2026-01-07", "2026-01-05"),
        ("2026/01/07", "2026-01-05"),
        (20260107.0, "2026-01-05"),
        ("Jan-2026", "2026-01"),
        (7.0, "7"),
        ("spring", "spring"),
        (float("nan"), "?"),
    ],
)
def test_a_period_is_a_week_a_month_or_what_stands_there(value: object, name: str) -> None:
    assert _period(value) == name
