"""Write tables as files that a spreadsheet opens and never runs: CSV and XLSX.

A cell that begins like a formula, behind whatever spaces, quotes or invisible signs and in whatever
width, gets an apostrophe in front: spreadsheets then show it as text.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence

from app.core.workbooks import Workbook, WriteOnlyCell

_STARTERS = frozenset("=+-@|%")
_SEPARATORS = re.compile(r"([,;\t|])(?=[\s\"'\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠﹢﹣−])")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_LINES = re.compile(r"[\r\n\t\v\f\u2028\u2029]+")
_LEADING = re.compile(r"^[\s\"'`\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]*")
_BOM = "\ufeff"


def safe_cell(value: str) -> str:
    """Return a value as a cell that no spreadsheet takes for a formula, on one line."""
    had_line_first = value[:1] in "\t\r\n" and value != ""
    plain = _LINES.sub(" ", _CONTROL.sub("", value))
    # Some programs split a cell at their own separator, whatever is quoted.
    plain = _SEPARATORS.sub(r"\1 '", plain)
    first = unicodedata.normalize("NFKC", _LEADING.sub("", plain)[:1])
    is_formula = (first[:1] in _STARTERS and first != "") or first[:1] == "\u2212"
    return f"'{plain}" if is_formula or had_line_first else plain


def to_csv(notice: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Write a CSV that Excel reads as UTF-8: the notice, the head, the rows, all quoted."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([safe_cell(notice)])
    writer.writerow([safe_cell(cell) for cell in head])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return (_BOM + text.getvalue()).encode()


def to_xlsx(notice: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Write an XLSX whose every cell is text; the notice is its first row and its page's foot."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("list")
    sheet.oddFooter.center.text = notice.replace("&", "&&")
    book.properties.description = notice
    for row in ([notice], head, *rows):
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, safe_cell(value))
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    whole = io.BytesIO()
    book.save(whole)
    return whole.getvalue()
