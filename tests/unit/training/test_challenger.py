"""What was grown by a library is served without it: the same probabilities, to the ninth digit."""

import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import artifacts
from scoring.assess.rulebook import read_trees
from scoring.training.__main__ import main
from scoring.training.challenger import boosted, grow
from scoring.training.data import Roles, table_from
from scoring.training.forest import encoded, raw
from scoring.trees import Tree, Trees, TreesData, TreesInvalid
from tests.unit.training.population import a_population
from tests.unit.training.test_commands import CARD

SIGNS = {"income": -1, "debts": 1}


def a_table(rows=600, seed=0):
    frame = a_population(rows, seed)
    frame.loc[:8, "city"] = "拉萨"  # a rare level, and one with gaps
    return table_from(frame, Roles(target="bad"), "0" * 64)


@pytest.fixture(scope="module")
def table():
    return a_table()


@pytest.fixture(scope="module")
def grown(table):
    return grow(table, SIGNS)


def rows_of(table):
    names = [*table.columns]
    lists = [column.tolist() for column in table.columns.values()]
    return [dict(zip(names, row, strict=True)) for row in zip(*lists, strict=True)]


def test_json_gives_the_probabilities_of_the_library(table, grown, tmp_path):
    """Missing numbers, missing choices and rare levels included."""
    inputs = np.column_stack(
        [encoded(field, table.columns[field.name], table.rows) for field in grown.fields]
    )
    model = boosted(inputs, table.target, list(grown.fields), None, 0)
    file = tmp_path / "trees.json"
    artifacts.write(file, grown, indent=None)
    read = artifacts.read(file, TreesData).content
    assert read == grown
    trees = Trees(read)
    mine = 1 / (1 + np.exp(-np.array([trees.raw(row) for row in rows_of(table)])))
    np.testing.assert_allclose(mine, model.predict_proba(inputs)[:, 1], rtol=0, atol=1e-9)
    assert any(codes for tree in grown.trees for codes in tree.codes)
    assert any(field.has_other for field in grown.fields)


def test_columns_and_rows_agree_to_the_last_bit(grown):
    fresh = a_table(200, seed=3)
    fresh.columns["city"][:5] = "新城市"
    trees = Trees(grown)
    by_row = [trees.raw(row) for row in rows_of(fresh)]
    assert raw(grown, fresh.columns, fresh.rows).tolist() == by_row
    without = {"debts": fresh.columns["debts"]}
    assert raw(grown, without, 200).tolist() == [
        trees.raw({"debts": one}) for one in without["debts"].tolist()
    ]


@given(
    debts=st.integers(0, 9),
    more=st.integers(0, 9),
    income=st.floats(0, 1e6) | st.none(),
    city=st.sampled_from(["上海", "成都", "拉萨", "x", None]),
)
def test_more_debts_are_never_safer(grown, debts, more, income, city):
    trees = Trees(grown)
    row = {"debts": debts, "income": income, "city": city}
    assert trees.raw(row) <= trees.raw({**row, "debts": debts + more})


def test_a_score_holds_its_probability_and_interval(grown):
    told = Trees(grown).score({"income": 3000, "debts": "2", "city": "上海"})
    assert told.pd_low < told.pd < told.pd_high
    assert told.contributions == {}
    assert Trees(grown).score({}) == Trees(grown).score({"income": None, "debts": "", "city": None})


def test_nothing_heavy_is_loaded_to_serve_trees(tmp_path, grown):
    file = tmp_path / "trees.json"
    artifacts.write(file, grown, indent=None)
    program = (
        "import sys, pathlib; from scoring import artifacts, trees;"
        f"data = artifacts.read(pathlib.Path({str(file)!r}), trees.TreesData).content;"
        "print(trees.Trees(data).score({'debts': 3}).pd);"
        "assert not {'numpy', 'sklearn', 'pandas'} & set(sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert 0 < float(told.stdout) < 1


def test_a_tree_that_turns_in_a_circle_or_adds_infinity_is_refused():
    one = {"cut": (1.0,), "codes": (None,), "missing_low": (True,)}
    with pytest.raises(TreesInvalid, match="leads on"):
        Tree(field=(0,), low=(0,), high=(0,), value=(0.0,), **one)
    with pytest.raises(TreesInvalid, match="finite"):
        Tree(field=(-1,), low=(0,), high=(0,), value=(float("inf"),), **one)


def test_a_changed_file_is_refused(tmp_path, grown):
    file = tmp_path / "trees.json"
    artifacts.write(file, grown, indent=None)
    body = json.loads(file.read_text())
    file.write_text(json.dumps({**body, "baseline": 9.0}))
    with pytest.raises(artifacts.ArtifactDamaged):
        artifacts.read(file, TreesData)


def test_trees_that_read_what_our_form_lacks_are_refused(tmp_path, grown):
    file = tmp_path / "trees.json"
    artifacts.write(file, grown, indent=None)
    with pytest.raises(TreesInvalid):
        read_trees(file.read_text("utf-8"))


def test_constant_columns_and_names_without_use_are_left_out():
    frame = a_population(300).assign(same=1, empty=None, note=[f"n{i}" for i in range(300)])
    names = [field.name for field in grow(table_from(frame, Roles(target="bad"), "")).fields]
    assert sorted(names) == ["city", "debts", "income"]


def test_the_command_grows_by_a_dictionary_and_averages_with_a_card(tmp_path, capsys):
    card, data, words = (tmp_path / name for name in ("card.json", "rows.csv", "words.json"))
    card.write_text(json.dumps(CARD), encoding="utf-8")
    artifacts.seal(card)
    a_population(400).assign(id=range(400), code=1).to_csv(data, index=False)
    fields = {"id": {"input": False}, "debts": {"kind": "choice"}, "income": {"sign": -1}}
    words.write_text(json.dumps({"fields": fields}), encoding="utf-8")
    files = ["--data", data, "--target", "bad", "--out", tmp_path / "trees.json"]
    more = ["--dictionary", words, "--card", card, "--seed", 7]
    assert main(["challenge", *map(str, [*files, *more])]) == 0
    assert "150 trees on 3 of 4 columns" in capsys.readouterr().out
    grown = artifacts.read(tmp_path / "trees.json", TreesData).content
    told = {field.name: (field.kind, field.sign) for field in grown.fields}
    assert told == {
        "debts": ("choice", "free"),
        "city": ("choice", "free"),
        "income": ("number", "safer"),
    }
    assert (grown.share, grown.card.name, grown.growth.settings["seed"]) == (0.5, "small", 7)
    assert Trees(grown).score({"debts": 3}).contributions["burden"] == -60


def test_a_dictionary_that_is_none_is_told(tmp_path, capsys):
    data, words = tmp_path / "rows.csv", tmp_path / "words.json"
    a_population(50).to_csv(data, index=False)
    words.write_text("[]", encoding="utf-8")
    files = ["--data", data, "--target", "bad", "--out", tmp_path / "t.json"]
    assert main(["challenge", *map(str, files), "--dictionary", str(words)]) == 2
    assert capsys.readouterr().err.startswith("error: ")
