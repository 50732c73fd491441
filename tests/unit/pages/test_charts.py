"""Charts are plain SVG: nothing in them that the console's policy forbids."""

import pytest
from markupsafe import Markup

from handlers.console.charts import Bar, bars, columns, lines

EVIL = "<script>alert(1)</script>"
BARS = [Bar("同意评估", 14, "14 人", "/console/people/?x=1&y=2"), Bar(EVIL, None), Bar("退", -3)]


@pytest.mark.parametrize(
    "drawn",
    [
        bars(BARS, "漏斗"),
        bars([], "空"),
        columns(["一", "二"], [("甲", BARS[:2]), ("乙", BARS[:2])], "对比"),
        lines(["一", "二", "三"], [("甲", [1, None, 3]), ("乙", [2, 2, 2])], "趋势"),
    ],
)
def test_a_chart_has_no_script_no_style_and_a_name(drawn: Markup) -> None:
    for forbidden in ("<script", "<style", "style="):
        assert forbidden not in drawn
    assert 'role="img"' in drawn
    assert "aria-label=" in drawn


def test_a_bar_leads_to_what_stands_behind_it() -> None:
    drawn = bars(BARS, "漏斗")
    assert "/console/people/?x=1&amp;y=2" in drawn
    assert "14 人" in drawn


def test_a_gap_is_no_zero() -> None:
    assert lines(["一", "二"], [("甲", [None, None])], "空").count("circle") == 0
