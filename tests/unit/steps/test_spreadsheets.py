"""No cell is ever a formula, whatever it begins with and in whatever width."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from app.steps.spreadsheets import safe_cell, to_csv, to_xlsx

HOSTILE = (
    "=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠x", "﹢1", "−1", "\t=1", "\r=1",
    "\n=1",
    "  =1", '"=1"', "'=1", "\u3000=1", "\u200b=1", "\ufeff=1", "\x00=1", "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x","y")', "%0A-1+1", "|calc", "\u202e=1", "`=1",
)  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE)
def test_what_begins_like_a_formula_is_text(value: str) -> None:
    assert safe_cell(value).startswith("'")


@pytest.mark.parametrize("value", ["a;=1", "a,+1", "a| @x", 'a;"=1', "a;＝1"])
def test_a_formula_behind_a_separator_is_text_too(value: str) -> None:
    _, _, behind = safe_cell(value).replace(",", ";").replace("|", ";").partition(";")
    assert behind.startswith(" '")


@pytest.mark.parametrize(
    "value", ["", "杭州", "3万元", "a=b", "2026-11-23 10:00", "oPre…0001", "E12"]
)
def test_what_is_harmless_stays_as_it_is(value: str) -> None:
    assert safe_cell(value) == value


@given(st.text())
def test_no_text_ever_leads_with_a_sign_or_breaks_its_line(value: str) -> None:
    cell = safe_cell(value)
    assert not cell.lstrip(' "`\u3000').startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert not any(sign in cell for sign in "\r\n\t\x00\x0b\x0c")


@given(st.lists(st.text(max_size=20), min_size=1, max_size=4))
def test_a_csv_reads_back_as_the_same_safe_cells(row: list[str]) -> None:
    content = to_csv("说明", ["头"] * len(row), [row]).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(content)))
    assert lines[0] == ["说明"]
    assert lines[2] == [safe_cell(cell) for cell in row]


def test_every_cell_of_a_workbook_is_text() -> None:
    rows = [[value] for value in HOSTILE]
    sheet = load_workbook(io.BytesIO(to_xlsx("=说明", ["=头"], rows))).worksheets[0]
    cells = [row[0] for row in sheet.iter_rows()]
    assert len(cells) == len(HOSTILE) + 2
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(str(cell.value).startswith("'") for cell in cells)
