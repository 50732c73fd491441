"""The training command as it is typed: files in, figures out, and one line on what is wrong."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scoring import artifacts
from scoring.card import Card, CardData
from scoring.card.scalar import reasons
from scoring.training.__main__ import COMMANDS, main
from scoring.training.challenger import grow
from scoring.training.data import Roles, read, table_from
from scoring.trees import Trees
from tests.cards import sealed
from tests.unit.training.population import a_population

ROOT = Path(__file__).parents[3]
FIELD = {"why": "", "special": {}, "reference": 0, "variance": None}
CARD = {
    "format": 2,
    "name": "small",
    "version": "1",
    "kind": "any",
    "made_by": "expert",
    "notes": [],
    "scaling": {"base_points": 520, "base_score": 600, "base_odds": 20.0, "pdo": 40},
    "calibration": {"intercept": 0.0, "slope": 1.0},
    "interval": {"half_width": 0.35, "z": 1.645},
    "fields": [
        FIELD
        | {"name": "income", "kind": "number", "group": "means", "sign": "rises"}
        | {
            "cuts": [3000, 5000, 9000.5],
            "points": [-40, -10, 20, 60],
            "missing": -25,
            "other": -25,
        },
        FIELD
        | {"name": "debts", "kind": "number", "group": "burden", "sign": "falls"}
        | {"cuts": [1, 2, 3], "points": [20, 0, -30, -60], "missing": 0, "other": 0}
        | {"special": {"-9": -15}},
        FIELD
        | {"name": "city", "kind": "choice", "group": "place", "sign": "free"}
        | {"levels": {"上海": 5, "北京": 5, "广州": 0, "成都": -30}, "missing": 0, "other": -5},
    ],
    "pairs": [],
    "training": None,
}


@pytest.fixture
def card(tmp_path):
    file = tmp_path / "card.json"
    file.write_text(json.dumps(CARD, ensure_ascii=False), encoding="utf-8")
    artifacts.seal(file)
    return file


@pytest.fixture
def data(tmp_path):
    file = tmp_path / "rows.csv"
    a_population().to_csv(file, index=False)
    return file


def typed(*words):
    """Run the command in a process of its own, with nobody at the keyboard."""
    return subprocess.run(
        [sys.executable, "-m", "scoring.training", *map(str, words)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        check=False,
    )


def rows_of(file):
    with file.open(encoding="utf-8", newline="") as opened:
        return [*csv.reader(opened)]


def test_score_writes_a_row_for_each_row_in_its_order(card, data, tmp_path):
    out = tmp_path / "out.csv"
    told = typed("score", "--card", card, "--data", data, "--out", out)
    assert (told.returncode, told.stderr) == (0, "")
    header, *rows = rows_of(out)
    assert header == ["score", "pd", "pd_low", "pd_high", "reasons"]
    columns = read(data).columns
    scorer = Card(artifacts.read(card, CardData).content)
    for place, row in enumerate(rows):
        one = scorer.score({name: column[place] for name, column in columns.items()})
        assert [int(row[0]), *map(float, row[1:4])] == [one.total, one.pd, one.pd_low, one.pd_high]
        hurt = sorted((won, name) for name, won in one.contributions.items() if won < 0)
        assert sorted(filter(None, row[4].split(";"))) == sorted(name for _, name in hurt)
    assert len(rows) == 600


def test_parquet_and_csv_score_alike_and_a_chunk_ends_nowhere(card, tmp_path, monkeypatch):
    frame = a_population(500)
    frame.to_parquet(tmp_path / "rows.parquet")
    frame.to_csv(tmp_path / "rows.csv.gz", index=False)
    monkeypatch.setattr("scoring.training.score.ROWS_AT_ONCE", 120)
    outs = []
    for name in ("rows.parquet", "rows.csv.gz"):
        outs.append(tmp_path / f"{name}.out")
        words = ["--card", card, "--data", tmp_path / name, "--out", outs[-1]]
        assert main(["score", *map(str, words)]) == 0
    assert rows_of(outs[0]) == rows_of(outs[1])
    assert len(rows_of(outs[0])) == 501


def test_a_column_too_few_is_missing_and_told_and_one_too_many_is_ignored(card, tmp_path, capsys):
    data, out = tmp_path / "rows.csv", tmp_path / "out.csv"
    data.write_text("debts,other\n-9,x\n,y\nmany,z\n", encoding="utf-8")
    assert main(["score", "--card", str(card), "--data", str(data), "--out", str(out)]) == 0
    assert capsys.readouterr().err == "warning: no column 'income', 'city': scored as missing\n"
    assert [row[0] for row in rows_of(out)[1:]] == ["480", "495", "495"]
    assert rows_of(out)[1][4] == "means;burden"


def test_numbers_as_people_write_them_are_scored_beside_words_that_are_none(card, tmp_path):
    data, out = tmp_path / "rows.csv", tmp_path / "out.csv"
    data.write_text('income,debts\n"¥3,500",2 %\nmany,-9\n', encoding="utf-8")
    assert main(["score", "--card", str(card), "--data", str(data), "--out", str(out)]) == 0
    assert [row[0] for row in rows_of(out)[1:]] == ["480", "480"]


def test_a_file_without_rows_gives_a_file_without_rows(card, tmp_path):
    data, out = tmp_path / "rows.csv", tmp_path / "out.csv"
    data.write_text("income,debts,city\n", encoding="utf-8")
    assert main(["score", "--card", str(card), "--data", str(data), "--out", str(out)]) == 0
    assert rows_of(out) == [["score", "pd", "pd_low", "pd_high", "reasons"]]


def test_evaluate_tells_one_json_object(card, data):
    told = typed("evaluate", "--card", card, "--data", data, "--target", "bad", "--json")
    assert (told.returncode, told.stderr) == (0, "")
    figures = json.loads(told.stdout)
    assert set(figures) == {
        *("auc", "ks", "gini", "brier", "log_loss", "calibration_error", "rows", "bads")
    }
    assert figures["rows"] == 600
    for name in set(figures) - {"rows", "bads"}:
        assert figures[name]["low"] <= figures[name]["value"] <= figures[name]["high"]
    assert figures["auc"]["value"] > 0.65


def test_evaluate_lays_a_table_out_for_reading(card, data, capsys):
    words = ["evaluate", "--card", str(card), "--data", str(data), "--target", "bad"]
    assert main(words) == 0
    lines = capsys.readouterr().out
    assert "95 % interval" in lines
    assert "Calibration error" in lines


def test_a_model_that_is_judged_by_its_own_rows_is_told(card, data, tmp_path, capsys):
    trees = tmp_path / "trees.json"
    artifacts.write(trees, grow(read(data, Roles(target="bad"))), indent=None)
    for model, told in ((trees, 1), (card, 0)):
        words = ["evaluate", "--card", str(model), "--data", str(data), "--target", "bad"]
        assert main(words) == 0
        assert capsys.readouterr().err.count("was trained on this very file") == told


def test_compare_tells_a_verdict_in_words_and_as_json(card, data, capsys):
    words = ["compare", str(card), str(card), "--data", str(data), "--target", "bad"]
    assert main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "equal"
    assert main(words) == 0
    assert "A and B rank alike" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "target", "why"),
    [
        ("income,bad\n1,yes\n2,no\n", "bad", "must hold 0 (good) or 1 (bad)"),
        ("income,bad\n1,0\n2,0\n", "bad", "every row has the same outcome, 0"),
        ("income,bad\n1,0\n2,1\n", "worse", "there is no column 'worse'"),
        ("", "bad", "the file is empty"),
    ],
)
def test_what_cannot_be_judged_is_one_line_and_exit_code_2(card, tmp_path, text, target, why):
    data = tmp_path / "rows.csv"
    data.write_text(text, encoding="utf-8")
    told = typed("evaluate", "--card", card, "--data", data, "--target", target)
    assert told.returncode == 2
    assert why in told.stderr
    assert told.stderr.startswith("error: ")
    assert "Traceback" not in told.stderr
    assert told.stderr.count("\n") == 1


@pytest.mark.parametrize("spoilt", ["{", "[]", '{"trees": 1}', '{"sha256": "0", "format": 2}'])
def test_a_card_that_is_none_is_told(data, tmp_path, spoilt, capsys):
    card = tmp_path / "spoilt.json"
    card.write_text(spoilt, encoding="utf-8")
    assert main(["evaluate", "--card", str(card), "--data", str(data), "--target", "bad"]) == 2
    assert capsys.readouterr().err.startswith("error: spoilt.json: ")


def test_nothing_half_written_is_left_when_a_score_fails(card, tmp_path):
    data = tmp_path / "rows.csv"
    data.write_text("income,debts,city\n1,2,3\n4,5,6,7\n", encoding="utf-8")
    out = tmp_path / "out.csv"
    assert main(["score", "--card", str(card), "--data", str(data), "--out", str(out)]) == 2
    assert sorted(one.name for one in tmp_path.iterdir()) == ["card.json", "rows.csv"]


def test_a_card_becomes_sql_and_a_challenger_does_not(card, tmp_path, capsys):
    named = ["--table", "loans", "--key", "id", "--key", "month"]
    assert main(["export", "--card", str(card), "--sql", *named]) == 0
    told = capsys.readouterr().out
    for words in ('t."id",\n  t."month",\n', 'FROM "loans" AS t', "pd_high"):
        assert words in told
    table = table_from(a_population(300), Roles(target="bad"), "")
    trees = tmp_path / "trees.json"
    artifacts.write(trees, grow(table), indent=None)
    assert main(["export", "--card", str(trees), "--sql"]) == 2
    assert "only a card becomes SQL" in capsys.readouterr().err


def test_the_average_of_trees_and_a_card_scores_the_same_by_row_and_by_file(card, tmp_path):
    frame = a_population(300)
    held = artifacts.read(card, CardData).content
    data = grow(table_from(frame, Roles(target="bad"), ""), card=held)
    trees, rows, out = tmp_path / "trees.json", tmp_path / "rows.csv", tmp_path / "out.csv"
    artifacts.write(trees, data, indent=None)
    frame.to_csv(rows, index=False)
    words = ["--card", trees, "--data", rows, "--out", out]
    assert main(["score", *map(str, words)]) == 0
    columns, scorer = read(rows).columns, Trees(data)
    for place, row in enumerate(rows_of(out)[1:]):
        one = scorer.score({name: column[place] for name, column in columns.items()})
        assert [int(row[0]), *map(float, row[1:4])] == [one.total, one.pd, one.pd_low, one.pd_high]
        assert row[4] == ";".join(reasons(one.contributions))


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(name, capsys):
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert COMMANDS[name][1] in capsys.readouterr().out


def test_a_pipe_or_a_device_is_written_to_and_stays_one(card, data, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE, text=True) as reader:
        words = ["--card", card, "--data", data, "--out", pipe]
        assert main(["score", *map(str, words)]) == 0
        assert reader.communicate()[0].startswith("score,pd,pd_low,pd_high,reasons\n")
    assert pipe.is_fifo()


@pytest.mark.parametrize("words", ["fit", "challenge", "score --card", "report --card"])
def test_a_place_where_no_file_can_be_is_told(words, card, data, tmp_path, capsys):
    command, *more = words.split()
    words = [command, *more, *([card] if more else []), "--data", data]
    words += [] if command == "score" else ["--target", "bad"]
    for place, why in (
        (tmp_path, "a folder; name a file"),
        (tmp_path / "no/out", "there is no folder"),
    ):
        assert main([*map(str, [*words, "--out", place])]) == 2
        assert capsys.readouterr().err.startswith(f"error: {place}: {why}")


def test_what_the_system_refuses_is_told_without_its_numbers(data, capsys):
    words = ["evaluate", "--card", "/no/card.json", "--data", str(data), "--target", "bad"]
    assert main(words) == 2
    assert capsys.readouterr().err == "error: /no/card.json: no such file or directory\n"


@pytest.mark.parametrize("seed", ["-1", "x", "99999999999"])
def test_a_seed_is_a_whole_number(card, data, seed, capsys):
    words = ["evaluate", "--card", str(card), "--data", str(data), "--target", "bad"]
    with pytest.raises(SystemExit) as ended:
        main([*words, "--seed", seed])
    assert ended.value.code == 2
    assert "a whole number from 0 to" in capsys.readouterr().err


def test_who_interrupts_hears_nothing(card, data, capsys, monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr("scoring.training.evaluate.run", interrupted)
    assert main(["evaluate", "--card", str(card), "--data", str(data), "--target", "bad"]) == 130
    assert capsys.readouterr().err == ""


def test_one_column_is_not_the_target_and_something_else_beside(card, data, capsys):
    words = ["evaluate", "--card", str(card), "--data", str(data), "--target", "bad"]
    assert main([*words, "--weight", "bad"]) == 2
    assert "is the target, and nothing else beside" in capsys.readouterr().err


def test_a_code_that_postgresql_cannot_hold_is_told(tmp_path, capsys):
    city = CARD["fields"][2]
    fields = [*CARD["fields"][:2], city | {"levels": {"a\0b": 0}}]
    file = tmp_path / "card.json"
    file.write_text(sealed(CARD | {"fields": fields}), encoding="utf-8")
    assert main(["export", "--card", str(file), "--sql"]) == 2
    assert "no text with a zero byte" in capsys.readouterr().err
