"""Read the lines of a file of tags, CSV or XLSX, whoever wrote it; nothing in it is computed."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.core.errors import Failure
from app.core.workbooks import load_workbook

MOST_BYTES = 10 * 1024 * 1024
MOST_LINES = 200_000
_MOST_UNPACKED = 200 * 1024 * 1024
_LONGEST_CELL = 200
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_HEADERS = {
    "openid": ("openid", "open_id", "用户openid", "用户"),
    "tag": ("tag", "标签", "标签编码", "标签名"),
    "value": ("value", "值", "取值", "标签值"),
}


class BadFile(Failure):
    """The file cannot be used as a whole; `why` is a code."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"The file cannot be used: {why.replace('_', ' ')}.")


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it stands: its number in the file, and the three cells.

    `has_formula`: a cell holds a formula, which is never computed here.
    """

    number: int
    openid: str
    tag: str
    value: str
    has_formula: bool = False


def read_lines(content: bytes) -> list[Line]:
    """Return the lines below the header that are not empty; raise `BadFile`."""
    if len(content) > MOST_BYTES:
        raise BadFile("too_large")
    if not content.strip():
        raise BadFile("empty")
    rows = _xlsx(content) if content.startswith(_ZIP) else _csv(content)
    numbered = enumerate(rows, start=1)
    places: dict[str, int] | None = None
    lines: list[Line] = []
    for number, cells in numbered:
        if not any(cells):
            continue
        if places is None:
            places = _places(cells)
            continue
        if len(lines) >= MOST_LINES:
            raise BadFile("too_many_lines")
        lines.append(_line(number, cells, places))
    if places is None or not lines:
        raise BadFile("empty")
    return lines


def _places(header: Sequence[str]) -> dict[str, int]:
    names = [cell.strip().lower() for cell in header]
    found = {
        what: next((names.index(one) for one in spellings if one in names), -1)
        for what, spellings in _HEADERS.items()
    }
    if -1 in found.values():
        raise BadFile("header_missing")
    return found


def _line(number: int, cells: Sequence[str], places: dict[str, int]) -> Line:
    def cell(what: str) -> str:
        place = places[what]
        return cells[place][:_LONGEST_CELL].strip() if place < len(cells) else ""

    openid, tag, value = cell("openid"), cell("tag"), cell("value")
    is_formula = any(one.startswith("=") for one in (openid, tag, value))
    return Line(number, openid, tag, value, is_formula)


def _csv(content: bytes) -> Iterator[list[str]]:
    if content.startswith(_OLD_EXCEL):
        raise BadFile("old_excel")
    text = _decoded(content)
    if "\x00" in text:
        raise BadFile("not_a_table")
    first = text.partition("\n")[0]
    delimiter = max(",;\t，", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)
    except csv.Error:
        raise BadFile("not_a_table") from None


def _decoded(content: bytes) -> str:
    """Return the text: as its mark says, else UTF-8, else what Chinese spreadsheets write."""
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    for name in (marked,) if marked else ("utf-8", "gb18030"):
        try:
            return content.decode(name)
        except UnicodeDecodeError:
            continue
    raise BadFile("encoding")


def _xlsx(content: bytes) -> Iterator[list[str]]:
    try:
        _measure(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
    except BadFile:
        raise
    except Exception:
        raise BadFile("not_a_table") from None
    try:
        for row in _guarded(sheet.iter_rows(values_only=True)):
            yield [_text(cell) for cell in row]
    finally:
        book.close()


def _guarded(rows: Iterable[Sequence[object]]) -> Iterator[Sequence[object]]:
    iterator = iter(rows)
    while True:
        try:
            row = next(iterator)
        except StopIteration:
            return
        except Exception:
            raise BadFile("not_a_table") from None
        yield row


def _measure(content: bytes) -> None:
    """Refuse a file that unpacks to more than any table of this size could."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if sum(one.file_size for one in packed.infolist()) > _MOST_UNPACKED:
            raise BadFile("too_large")


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)
