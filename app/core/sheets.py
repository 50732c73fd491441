"""Read the rows of a table that somebody hands in, CSV or XLSX; nothing in it is computed."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from app.core.errors import Failure
from app.core.workbooks import load_workbook

MOST_BYTES = 10 * 1024 * 1024
MOST_LINES = 200_000
_MOST_UNPACKED = 200 * 1024 * 1024
LONGEST_CELL = 200
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))

Row = tuple[int, Mapping[str, str]]
"""The number of a line in its file, and its cells by column; a column that is absent is empty."""


class BadFile(Failure):
    """The file cannot be used as a whole; `why` is a code."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"The file cannot be used: {why.replace('_', ' ')}.")


def read_rows(
    content: bytes, headers: Mapping[str, Sequence[str]], needed: Iterable[str]
) -> list[Row]:
    """Return the rows below the header that are not empty; raise `BadFile`.

    `headers`: how each column may be spelled; those `needed` have to be there.
    """
    if len(content) > MOST_BYTES:
        raise BadFile("too_large")
    if not content.strip():
        raise BadFile("empty")
    cells = _xlsx(content) if content.startswith(_ZIP) else _csv(content)
    places: dict[str, int] | None = None
    rows: list[Row] = []
    for number, line in enumerate(cells, start=1):
        if not any(line):
            continue
        if places is None:
            places = _places(line, headers, needed)
            continue
        if len(rows) >= MOST_LINES:
            raise BadFile("too_many_lines")
        rows.append((number, _named(line, places)))
    if not rows:
        raise BadFile("empty")
    return rows


def _places(
    header: Sequence[str], headers: Mapping[str, Sequence[str]], needed: Iterable[str]
) -> dict[str, int]:
    names = [cell.strip().lower() for cell in header]
    found = {
        what: next((names.index(one) for one in spellings if one in names), -1)
        for what, spellings in headers.items()
    }
    if any(found[what] == -1 for what in needed):
        raise BadFile("header_missing")
    return found


def _named(line: Sequence[str], places: Mapping[str, int]) -> dict[str, str]:
    return {
        what: line[place][:LONGEST_CELL].strip() if 0 <= place < len(line) else ""
        for what, place in places.items()
    }


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
