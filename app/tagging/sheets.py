"""Read the lines of a file of tags, CSV or XLSX, whoever wrote it."""

from dataclasses import dataclass

from app.core.sheets import MOST_BYTES, MOST_LINES, BadFile, read_rows

__all__ = ["MOST_BYTES", "MOST_LINES", "BadFile", "Line", "read_lines"]

_HEADERS = {
    "openid": ("openid", "open_id", "用户openid", "用户"),
    "tag": ("tag", "标签", "标签编码", "标签名"),
    "value": ("value", "值", "取值", "标签值"),
}


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
    return [
        Line(number, **cells, has_formula=any(one.startswith("=") for one in cells.values()))
        for number, cells in read_rows(content, _HEADERS, _HEADERS)
    ]
