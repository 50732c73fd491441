"""What risk people have becomes columns: the same from every format, or a sentence says why not."""

import gzip
import math
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from scoring.training.data import DataUnusable, DataWarning, Roles, frames, read

TEXT = '城市,收入,到期,备注\n上海,5000,1,"好, 很好"\n北京,,0,\n,7.5,1,NA\n'


def written(tmp_path, text, name="rows.csv", encoding="utf-8"):
    file = tmp_path / name
    file.write_bytes(text.encode(encoding))
    return file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_a_csv_is_read_in_the_encodings_of_office_programs(tmp_path, encoding):
    table = read(written(tmp_path, TEXT, encoding=encoding), Roles(target="到期"))
    assert table.columns["城市"].tolist() == ["上海", "北京", None]
    assert table.columns["备注"].tolist() == ["好, 很好", None, None]
    incomes = table.columns["收入"].tolist()
    assert incomes[0] == 5000
    assert math.isnan(incomes[1])
    assert table.target.tolist() == [1, 0, 1]
    assert table.rows == 3
    assert "到期" not in table.columns


def test_csv_gz_and_parquet_give_the_same_columns(tmp_path):
    plain = written(tmp_path, "code,share,kept\n7,0.5,True\n,,False\n12,1e3,\n")
    packed = tmp_path / "rows.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    binary = tmp_path / "rows.parquet"
    pd.DataFrame(
        {"code": [7.0, None, 12.0], "share": [0.5, None, 1e3], "kept": [True, False, None]}
    ).to_parquet(binary)
    roles = Roles(kinds={"code": "choice"})
    for file in (plain, packed, binary):
        columns = read(file, roles).columns
        assert columns["code"].tolist() == ["7", None, "12"]
        np.testing.assert_array_equal(columns["share"], [0.5, np.nan, 1e3])
        assert columns["kept"].tolist() == ["True", "False", None]


def test_leading_zeros_stay_in_what_is_read_as_a_choice(tmp_path):
    file = written(tmp_path, "code\n007\n7.0\n7\nA\n")
    assert read(file).columns["code"].tolist() == ["007", "7", "7", "A"]


def test_an_empty_line_of_a_single_column_is_a_row(tmp_path):
    assert read(written(tmp_path, "x\n1\n\n3\n")).rows == 3


def test_semicolons_and_tabs_are_read_as_well(tmp_path):
    assert list(read(written(tmp_path, "a;b\n1;2\n")).columns) == ["a", "b"]
    assert list(read(written(tmp_path, "a\tb\n1\t2\n")).columns) == ["a", "b"]


def test_a_name_that_stands_twice_is_numbered_and_told(tmp_path):
    file = written(tmp_path, "a,a,,b\n1,2,3,4\n")
    with pytest.warns(DataWarning, match="named twice: 'a'"):
        assert list(read(file).columns) == ["a", "a.1", "column_3", "b"]


@pytest.mark.parametrize("words", ["0 1", "0.0 1.0", "False True", "false true"])
def test_a_target_is_read_however_it_is_written(tmp_path, words):
    good, bad = words.split()
    file = written(tmp_path, f"x,bad\n1,{good}\n2,{bad}\n")
    assert read(file, Roles(target="bad")).target.tolist() == [0, 1]


@pytest.mark.parametrize("words", [("0", "2"), ("good", "1"), ("0", ""), ("0", "0.5")])
def test_any_other_target_is_refused_by_its_values(tmp_path, words):
    file = written(tmp_path, f"x,bad\n1,{words[0]}\n2,{words[1]}\n")
    with pytest.raises(DataUnusable, match=r"must hold 0 .good. or 1 .bad.") as refused:
        read(file, Roles(target="bad"))
    wrong = next(word for word in words if word not in ("0", "1"))
    assert (repr(wrong) if wrong else "nothing (1)") in str(refused.value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "the file is empty"),
        ("a,b\n", "there are no rows"),
        ("a,b\n1,2,3\n", "Length of header"),
        ("a,b\n1,2\n1,2,3\n", "Expected 2 fields|Length of header"),
    ],
)
def test_what_is_no_table_is_told_in_a_line(tmp_path, text, why):
    with pytest.raises(DataUnusable, match=why) as refused:
        read(written(tmp_path, text))
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_and_a_column_that_is_not_there_are_told(tmp_path):
    with pytest.raises(DataUnusable, match="no such file"):
        read(tmp_path / "none.csv")
    with pytest.raises(DataUnusable, match="no column 'bad'; there are 'a', 'b'"):
        read(written(tmp_path, "a,b\n1,2\n"), Roles(target="bad"))


def test_bytes_in_no_known_encoding_and_a_broken_archive_are_told(tmp_path):
    file = tmp_path / "rows.csv"
    file.write_bytes(b"a,b\n\xff\xff,1\n")
    with pytest.raises(DataUnusable, match="neither UTF-8 nor GB 18030"):
        read(file)
    file.write_bytes(gzip.compress(b"a,b\n1,2\n" * 999)[:-20])
    with pytest.raises(DataUnusable):
        read(file)
    file.write_bytes(b"PAR1 and nothing more")
    with pytest.raises(DataUnusable):
        read(file)


def test_one_outcome_only_cannot_be_learnt_from(tmp_path):
    table = read(written(tmp_path, "x,bad\n1,0\n2,0\n"), Roles(target="bad"))
    with pytest.raises(DataUnusable, match="every row has the same outcome, 0"):
        table.labels()


@pytest.mark.parametrize("weight", ["-1", "", "x", "inf"])
def test_a_weight_that_is_none_is_refused(tmp_path, weight):
    file = written(tmp_path, f"x,w\n1,{weight}\n2,1\n")
    with pytest.raises(DataUnusable, match="numbers from 0 up"):
        read(file, Roles(weight="w"))


def test_rows_can_be_taken_with_all_that_belongs_to_them(tmp_path):
    file = written(tmp_path, "x,bad,w,g,t\n1,0,1,a,2024-01\n2,1,2,b,2024-02\n3,1,3,,2024-03\n")
    table = read(file, Roles("bad", "w", "g", "t")).take(np.array([False, True, True]))
    assert table.rows == 2
    assert table.columns["x"].tolist() == [2, 3]
    assert (table.target.tolist(), table.weights.tolist()) == ([1, 1], [2, 3])
    assert (table.groups.tolist(), table.times.tolist()) == (["b", None], ["2024-02", "2024-03"])


@pytest.mark.parametrize("name", ["rows.csv", "rows.parquet"])
def test_a_large_file_comes_in_pieces_in_its_order(tmp_path, name):
    frame = pd.DataFrame({"x": range(250)})
    file = tmp_path / name
    frame.to_csv(file, index=False) if name.endswith("csv") else frame.to_parquet(file)
    parts = [*frames(file, rows=100)]
    assert [len(part) for part in parts] == [100, 100, 50]
    assert [int(value) for part in parts for value in part["x"]] == [*range(250)]


def test_a_parquet_file_with_an_index_and_dates_is_read(tmp_path):
    file = tmp_path / "rows.parquet"
    days = pd.to_datetime(["2024-01-02", None])
    levels = pd.Categorical(["a", None])
    frame = pd.DataFrame({"day": days, "level": levels}, index=pd.Index([5, 6], name="id"))
    frame.to_parquet(file)
    table = read(file)
    assert table.columns["day"].tolist() == ["2024-01-02 00:00:00", None]
    assert table.columns["level"].tolist() == ["a", None]
    assert table.columns["id"].tolist() == [5, 6]


@pytest.mark.parametrize(
    "text", ["a,b\r\n1,2\r\n", "\n\na,b\n1,2\n", '\ufeff"a",b\n1,2', "a,b\n\n1,2\n\n"]
)
def test_line_ends_marks_and_empty_lines_are_no_matter(tmp_path, text):
    columns = read(written(tmp_path, text)).columns
    assert {name: column.tolist() for name, column in columns.items()} == {"a": [1], "b": [2]}


def test_unicode_text_of_a_spreadsheet_is_read_and_a_workbook_is_told(tmp_path):
    table = read(written(tmp_path, "名\t额\n甲\t1\n", encoding="utf-16"))
    assert table.columns["名"].tolist() == ["甲"]
    file = tmp_path / "rows.csv"
    file.write_bytes(b"PK\x03\x04 and more")
    with pytest.raises(DataUnusable, match="save the sheet as CSV"):
        read(file)


def test_numbers_are_read_as_people_write_them(tmp_path):
    file = written(tmp_path, "x;y\n1,234.50;13.5 %\n-¥88;7%\n$1,000,000;\n")
    columns = read(file).columns
    np.testing.assert_array_equal(columns["x"], [1234.5, -88, 1_000_000])
    np.testing.assert_array_equal(columns["y"], [13.5, 7, np.nan])
    assert read(written(tmp_path, "x;y\n1,23;a\n")).columns["x"].tolist() == ["1,23"]


def test_a_few_words_among_many_numbers_are_missing_and_told(tmp_path):
    numbers = [*map(str, range(50))]
    with pytest.warns(DataWarning, match=r"missing: '\?' \(2\), 'n\.v\.' \(1\)"):
        column = read(written(tmp_path, "\n".join(["x", *numbers, "?", "?", "n.v."]))).columns["x"]
    assert np.isnan(column).sum() == 3
    few = written(tmp_path, "\n".join(["x", *numbers[:40], "?"]))
    assert read(few).columns["x"].tolist()[-1] == "?"
    wordy = written(tmp_path, "\n".join(["x", *numbers, "a", "b", "c", "d"]))
    assert read(wordy).columns["x"].tolist()[-1] == "d"


def test_a_parquet_file_of_odd_types_is_text_where_it_is_no_number(tmp_path):
    file = tmp_path / "rows.parquet"
    frame = {
        "share": [Decimal("1.50"), None],
        "born": [date(2024, 1, 2), None],
        "list": [[1, 2], None],
        "bytes": [b"x\xff", None],
        "level": pd.Categorical(["3", None]),
        "empty": [None, None],
        "whole": pd.array([1, None], dtype="Int8"),
    }
    pd.DataFrame(frame).to_parquet(file)
    columns = read(file).columns
    np.testing.assert_array_equal(columns["share"], [1.5, np.nan])
    np.testing.assert_array_equal(columns["whole"], [1, np.nan])
    assert columns["born"].tolist() == ["2024-01-02", None]
    assert columns["level"].tolist()[0] == 3
    assert columns["list"][1] is columns["bytes"][1] is None
    assert np.isnan(columns["empty"]).all()
    kinds = {"level": "choice"}
    assert read(file, Roles(kinds=kinds)).columns["level"].tolist() == ["3", None]
