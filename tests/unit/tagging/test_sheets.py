"""Files are read whoever wrote them, never computed, and refused with a code."""

import io
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from app.tagging.sheets import MOST_BYTES, BadFile, read_lines

TEXT = "openid,标签,值\noA,证照类型,个体工商户\n\noB,成立日期,2020/1/31\n"


def xlsx(*rows: tuple[object, ...]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def why(content: bytes) -> str:
    with pytest.raises(BadFile) as refused:
        read_lines(content)
    return refused.value.why


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_a_csv_is_read_in_whatever_encoding_it_came(encoding: str) -> None:
    lines = read_lines(TEXT.encode(encoding))
    assert [(line.number, line.openid, line.tag, line.value) for line in lines] == [
        (2, "oA", "证照类型", "个体工商户"),
        (4, "oB", "成立日期", "2020/1/31"),
    ]


@pytest.mark.parametrize("mark", [",", ";", "\t", "，"])
def test_the_sign_between_cells_is_found(mark: str) -> None:
    assert len(read_lines(TEXT.replace(",", mark).encode())) == 2


def test_a_line_break_inside_a_cell_is_part_of_it() -> None:
    lines = read_lines(b'openid,tag,value\n"oA","need\n",1\noB,x,2\n')
    assert [(line.number, line.tag) for line in lines] == [(2, "need"), (3, "x")]


def test_an_xlsx_is_read_with_its_days_and_numbers() -> None:
    lines = read_lines(
        xlsx(
            ("备注", "值", "用户openid", "标签"),
            ("甲", datetime(2020, 1, 31), "oA", "成立日期"),  # noqa: DTZ001 - a sheet has no zone
            ("", date(2020, 2, 1), "oB", "成立日期"),
            (None, 12.0, "oC", "门店数"),
            (None, True, "oD", "本人是法定代表人"),
        )
    )
    assert [line.value for line in lines] == ["2020-01-31", "2020-02-01", "12", "是"]


def test_a_formula_is_seen_and_not_computed() -> None:
    (line,) = read_lines(xlsx(("openid", "tag", "value"), ("oA", "需求", '="个"&"人"')))
    assert line.has_formula
    (line,) = read_lines(b"openid,tag,value\noA,x,=1+1\n")
    assert line.has_formula


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        ("openid,标签,值\n".encode(), "empty"),
        ("姓名,标签,值\n张三,x,1\n".encode(), "header_missing"),
        (b"\xd0\xcf\x11\xe0old excel", "old_excel"),
        (b"openid,tag,value\n\x00\x01\x02,a,b", "not_a_table"),
        (b"openid,tag,value\n\xff\xff\xff", "encoding"),
        (b"PK\x03\x04 broken", "not_a_table"),
        (b"x" * (MOST_BYTES + 1), "too_large"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(content: bytes, code: str) -> None:
    assert why(content) == code


def test_a_file_that_unpacks_to_much_more_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (201 * 1024 * 1024))
    assert len(out.getvalue()) < MOST_BYTES
    assert why(out.getvalue()) == "too_large"


def test_a_zip_that_is_no_sheet_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("readme.txt", "hello")
    assert why(out.getvalue()) == "not_a_table"


@given(content=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for start in (b"", b"PK\x03\x04", "openid,标签,值\n".encode()):
        try:
            lines = read_lines(start + content)
        except BadFile:
            continue
        assert lines
