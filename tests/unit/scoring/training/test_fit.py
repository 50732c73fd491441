import json

import numpy as np
import pandas as pd
import pytest

from scoring import artifacts
from scoring.card.format import CardData
from scoring.training.__main__ import main
from tests.cards import sealed
from tests.unit.scoring.training.populations import KNOWN, applicants


def table(rows=300, seed=2):
    columns, bad, _ = applicants(rows, seed)
    frame = pd.DataFrame({name: columns[name] for name in ("income", "late", "work")})
    return frame.assign(BAD=bad)


@pytest.fixture
def place(tmp_path):
    table().to_csv(tmp_path / "people.csv", index=False)
    return tmp_path


def fit(place, *more, data="people.csv"):
    files = ["--data", place / data, "--out", place / "out.json"]
    return main(["fit", "--target", "BAD", *map(str, [*files, *more])])


def card_of(place):
    return artifacts.read(place / "out.json", CardData).content


def test_a_file_becomes_a_sealed_card(place, capsys):
    assert fit(place) == 0
    card = card_of(place)
    assert (card.name, card.kind, card.made_by) == ("out", "any", "training")
    assert [field.name for field in card.fields] == ["income", "late", "work"]
    assert (card.training.rows, card.training.period, card.training.data_weight) == (300, None, 1.0)
    value, low, high = card.training.metrics["auc"]
    assert 0.5 < low < value < high < 1
    assert "auc" in capsys.readouterr().out


def test_the_same_seed_makes_the_same_card(place):
    fit(place, "--seed", 3)
    first = (place / "out.json").read_text()
    fit(place, "--seed", 3)
    assert (place / "out.json").read_text() == first


def test_the_dictionary_is_obeyed(place):
    (place / "known.json").write_text(json.dumps({**KNOWN, "ignore": ["work"]}))
    fit(place, "--dictionary", place / "known.json")
    assert {field.name: field.sign for field in card_of(place).fields} == {
        "income": "rises",
        "late": "falls",
    }


def test_what_the_dictionary_leaves_open_is_taken_from_the_experts_card(place):
    (place / "known.json").write_text(json.dumps({"fields": {"late": {"group": "arrears"}}}))
    words = {"income": ("rises", "means"), "late": ("falls", "record"), "work": ("free", "job")}
    fit(place)
    expert = json.loads((place / "out.json").read_text())
    for field in expert["fields"]:
        field["sign"], field["group"] = words[field["name"]]
        field["why"] = f"why {field['name']}"
        if field["kind"] == "number":
            field["points"].sort(reverse=field["sign"] == "falls")
    (place / "expert.json").write_text(sealed({**expert, "pairs": []}))
    fit(place, "--expert", place / "expert.json", "--dictionary", place / "known.json")
    told = {one.name: (one.sign, one.group, one.why) for one in card_of(place).fields}
    assert told == {
        "income": ("rises", "means", "why income"),
        "late": ("falls", "arrears", "why late"),
        "work": ("free", "job", "why work"),
    }


def test_later_rows_judge_when_time_is_told(place):
    frame = table(400)
    frame["month"] = np.repeat(["2026-01", "2026-02", "2026-03", "2026-04"], 100)
    frame.to_parquet(place / "people.parquet")
    assert fit(place, "--time", "month", data="people.parquet") == 0
    training = card_of(place).training
    assert training.period == "2026-01 to 2026-04"
    assert {"auc", "later_auc"} <= set(training.metrics)


def test_weights_and_groups_are_no_inputs(place):
    frame = table(200).assign(weight=np.tile([1.0, 2.0], 100), person=np.repeat(range(100), 2))
    frame.to_csv(place / "people.csv", index=False)
    assert fit(place, "--weight", "weight", "--groups", "person") == 0
    assert {field.name for field in card_of(place).fields} == {"income", "late", "work"}


@pytest.mark.parametrize("group", ["same", "outcome"])
def test_groups_that_cannot_be_split_leave_a_card_without_figures(place, capsys, group):
    frame = table(200)
    frame["person"] = {"same": "x", "outcome": frame.BAD * 2 + 1}[group]
    frame.to_csv(place / "people.csv", index=False)
    assert fit(place, "--groups", "person") == 0
    assert card_of(place).training.metrics == {}
    assert "no figures on rows unseen" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (table(30).assign(BAD=2), "0 (good) or 1 (bad)"),
        (table(30).assign(BAD=1), "every row has the same outcome"),
        (table(10).assign(BAD=[0, 1] * 5), "too few rows: 10 with 5 bad"),
        (table(30).assign(BAD=[1] + [0] * 29), "too few rows: 30 with 1 bad"),
        (pd.DataFrame({"a": [1] * 30, "BAD": [0, 1] * 15}), "No column tells anything"),
    ],
)
def test_what_cannot_be_learned_from_is_said_in_a_sentence(place, capsys, frame, said):
    frame.to_csv(place / "people.csv", index=False)
    assert fit(place) == 2
    assert said in capsys.readouterr().err


def test_a_dictionary_that_is_none_is_said(place, capsys):
    (place / "known.json").write_text("[]")
    assert fit(place, "--dictionary", place / "known.json") == 2
    assert "A dictionary is a JSON object." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"categorical": 5}, "categorical: a list of names is wanted."),
        ({"signs": {"late": "up"}}, "late: the sign is 1 (more is riskier), -1 (safer) or 0"),
        ({"fields": {"late": {"kind": ["x"]}}}, "late: the kind is number or choice"),
        ({"fields": {"late": {"group": 5}}}, "late: a group is a name, not 5."),
        ({"fields": {"late": {"special": "-9"}}}, "late: special codes are a list of numbers"),
        ({"fields": {"late": {"special": [None]}}}, "late: special codes are a list of numbers"),
        ({"applicants": []}, "The applicants are person, firm or any"),
    ],
)
def test_what_a_dictionary_cannot_say_is_told(place, capsys, known, said):
    (place / "known.json").write_text(json.dumps(known))
    assert fit(place, "--dictionary", place / "known.json") == 2
    assert said in capsys.readouterr().err


def test_a_dictionary_may_be_its_fields_alone(place, capsys):
    known = {"late": {"sign": 1, "unit": "days"}, "gone": {"sign": 1}, "rows": 300}
    (place / "known.json").write_text(json.dumps(known))
    assert fit(place, "--dictionary", place / "known.json") == 0
    assert {field.name: field.sign for field in card_of(place).fields}["late"] == "falls"
    told = capsys.readouterr().err
    assert "the dictionary says of 'late' what is not read: 'unit'" in told
    assert "the dictionary names what is no column: 'gone'" in told


def test_what_numbers_the_rows_is_left_out_unless_the_dictionary_names_it(place):
    table().assign(row=range(300), person=np.arange(300)[::-1] * 7).to_csv(
        place / "people.csv", index=False
    )
    (place / "known.json").write_text(json.dumps({"row": {}}))
    assert fit(place) == 0
    card = card_of(place)
    assert "row" not in {field.name for field in card.fields}
    assert any(note.startswith("row left out: it numbers the rows") for note in card.notes)
    assert "person" in {field.name for field in card.fields}
    fit(place, "--dictionary", place / "known.json")
    assert "row" in {field.name for field in card_of(place).fields}


def test_what_tells_the_outcome_alone_is_noted(place):
    frame = table()
    frame.assign(paid=np.where(frame.BAD, "no", "yes")).to_csv(place / "people.csv", index=False)
    assert fit(place) == 0
    (told,) = [note for note in card_of(place).notes if "almost alone" in note]
    assert told.startswith("paid tells the outcome almost alone (AUC 1.00)")


def test_texts_of_which_none_stands_twice_tell_at_most_that_they_are_there(place):
    names = [f"name {at}" for at in range(300)]
    there = np.where(np.arange(300) % 3, names, None)
    few = [*["Li"] * 10, *names[10:]]
    table().assign(name=names, few=few, there=there).to_csv(place / "people.csv", index=False)
    (place / "known.json").write_text(json.dumps({"signs": {"there": 1}}))
    assert fit(place, "--dictionary", place / "known.json") == 0
    card = card_of(place)
    assert "there" in {field.name for field in card.fields}
    assert "name left out: its texts are all rare." in card.notes
    assert "few left out: hardly any of its texts stands twice." in card.notes
    assert "there: its values are texts, so no sign is held." in card.notes


def with_traits():
    frame = table()
    sex = np.where(frame.index % 2, "f", "m")
    return frame.assign(sex=sex, age=frame.index % 40 + 20, x9=(frame.index % 2) * 3.0 + 1)


def test_protected_names_in_any_set_stay_inputs_and_are_noted(place):
    with_traits().to_csv(place / "people.csv", index=False)
    (place / "known.json").write_text(json.dumps(KNOWN))
    assert fit(place, "--dictionary", place / "known.json") == 0
    card = card_of(place)
    assert {"sex", "age"} <= {field.name for field in card.fields}
    assert any(note.startswith("Research only, not to be published: sex") for note in card.notes)
    assert any("only with a reason in the impact assessment: age" in note for note in card.notes)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({}, "sex (sex: PIPL"),
        ({"protected": ["sex"]}, "x9 (sex: stands for sex = "),
        ({"fields": {"sex": {"input": False}, "x9": {"protected": "research"}}}, "x9 (marked: "),
    ],
)
def test_a_card_for_our_applicants_is_refused_what_may_not_decide(place, capsys, known, said):
    with_traits().to_csv(place / "people.csv", index=False)
    (place / "known.json").write_text(json.dumps({"applicants": "person"} | known))
    assert fit(place, "--dictionary", place / "known.json") == 2
    assert f"These inputs may not be trained on: {said}" in capsys.readouterr().err
    assert not (place / "out.json").exists()


def test_a_card_for_our_applicants_says_whom_it_is_for(place):
    (place / "known.json").write_text(json.dumps({"applicants": "firm"}))
    assert fit(place, "--dictionary", place / "known.json") == 0
    assert card_of(place).kind == "firm"


def test_what_may_decide_with_a_reason_is_trained_on_and_noted(place):
    with_traits().drop(columns=["sex", "x9"]).to_csv(place / "people.csv", index=False)
    (place / "known.json").write_text(json.dumps({"applicants": "person"}))
    assert fit(place, "--dictionary", place / "known.json") == 0
    card = card_of(place)
    assert "age" in {field.name for field in card.fields}
    assert any("only with a reason in the impact assessment: age" in note for note in card.notes)


def test_unknown_applicants_are_said(place, capsys):
    (place / "known.json").write_text(json.dumps({"applicants": "cats"}))
    assert fit(place, "--dictionary", place / "known.json") == 2
    assert "person, firm or any" in capsys.readouterr().err
