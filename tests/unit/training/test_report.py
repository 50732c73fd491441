"""The release report tells all that a risk officer signs, on one page without another host."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from scoring import artifacts
from scoring.protected import protected_data
from scoring.training.__main__ import main
from scoring.training.challenger import grow
from scoring.training.data import Roles, table_from
from scoring.training.pages import words
from scoring.training.report import calibration_bins, periods_of
from tests.unit.training.population import a_population
from tests.unit.training.test_commands import CARD

HEADINGS = (
    *("数据", "区分能力与准确度", "校准", "稳定性"),
    *("公平性", "压力测试", "理由示例", "分值表"),
)


@pytest.fixture
def files(tmp_path):
    card, data = tmp_path / "card.json", tmp_path / "rows.csv"
    card.write_text(json.dumps(CARD), encoding="utf-8")
    artifacts.seal(card)
    frame = a_population(900)
    random = np.random.default_rng(1)
    frame["made_on"] = [f"2025-{month:02d}-03" for month in random.integers(1, 9, 900)]
    frame["age_band"] = random.choice(["18-25", "26-35", "36-50"], 900)
    frame.loc[:4, "age_band"] = "51+"
    frame.to_csv(data, index=False)
    return card, data, tmp_path / "report.html"


def written(card, data, out, *more):
    words = ["report", "--card", card, "--data", data, "--target", "bad", "--out", out, *more]
    assert main([*map(str, words)]) == 0
    return out.read_text(encoding="utf-8")


def test_a_report_has_all_its_sections(files):
    page = written(*files, "--time", "made_on", "--by", "age_band", "--by", "city")
    for heading in [
        "数据",
        "区分能力与准确度",
        "校准",
        "稳定性",
        "公平性",
        "压力测试",
        "理由示例",
        "分值表",
    ]:
        assert re.search(f"<h2>.、{heading}", page), heading
    assert page.count("<svg") == 4
    assert "ROC 曲线" in page
    assert "2025-01-03" in page
    assert "人数太少，不显示" in page
    assert "burden（" in page
    assert "≥ 9000.5" in page
    assert "代码 -9" in page


def test_a_report_needs_no_other_host_and_no_script(files):
    page = written(*files)
    assert "<script" not in page
    assert "<link" not in page
    assert page == written(*files)
    outside = set(re.findall(r"https?://[^\"' <)]+", page))
    assert all("w3.org" in one for one in outside), outside  # names of formats, never fetched


def test_what_was_not_asked_for_is_told_as_missing(files):
    page = written(*files)
    assert "没有给出时间列" in page
    assert "没有给出分组列" in page


def test_a_challenger_has_a_report_too(files, tmp_path):
    _, data, out = files
    trees = tmp_path / "trees.json"
    frame = a_population(500)
    artifacts.write(trees, grow(table_from(frame, Roles(target="bad"), "")), indent=None)
    page = written(trees, data, out)
    assert "挑战者模型（仅影子运行）" in page
    assert "分值表" not in page


def test_words_from_a_card_cannot_break_the_page(files):
    card, data, out = files
    card.write_text(json.dumps(CARD | {"name": "<script>alert(1)</script>"}), encoding="utf-8")
    artifacts.seal(card)
    assert "<script" not in written(card, data, out)


def test_an_unknown_group_column_is_told(files, capsys):
    card, data, out = files
    words = ["report", "--card", card, "--data", data, "--target", "bad", "--out", out]
    assert main([*map(str, words), "--by", "none"]) == 2
    assert "there is no column 'none'" in capsys.readouterr().err
    assert not out.exists()


def test_bins_hold_where_probabilities_are_true_and_do_not_where_they_are_doubled():
    random = np.random.default_rng(0)
    chance = random.uniform(0.02, 0.4, 5_000)
    target = (random.random(5_000) < chance).astype(np.int64)
    assert sum(one.holds for one in calibration_bins(target, chance)) >= 8
    assert sum(one.holds for one in calibration_bins(target, chance * 2)) <= 2


def test_bads_drawn_more_often_hold_by_their_weight():
    random = np.random.default_rng(0)
    chance = random.uniform(0.01, 0.1, 40_000)
    target = (random.random(40_000) < chance).astype(np.int64)
    drawn = (target == 1) | (random.random(40_000) < 0.1)
    weight = np.where(target[drawn] == 1, 1.0, 10.0)
    told = calibration_bins(target[drawn], chance[drawn], weight)
    assert sum(one.holds for one in told) >= 8
    assert sum(one.holds for one in calibration_bins(target[drawn], chance[drawn])) == 0


def test_a_report_by_weight_says_so(files):
    card, data, out = files
    pd.read_csv(data).assign(weight=lambda rows: 1 + rows["bad"]).to_csv(data, index=False)
    assert "加权后" in written(card, data, out, "--weight", "weight")


def test_a_moved_period_passes_its_limit_and_quiet_ones_do_not():
    from scoring.card.columns import Scores  # noqa: PLC0415 - one test builds them by hand

    random = np.random.default_rng(0)
    times = np.array([f"2025-{month:02d}" for month in range(1, 7) for _ in range(500)], object)
    total = random.normal(600, 30, 3_000).astype(np.int32)
    total[-500:] -= 25
    pd = np.full(3_000, 0.1)
    scores = Scores(total, pd, pd, pd, {})
    target = (random.random(3_000) < 0.1).astype(np.int64)
    found = periods_of(times, target, scores)
    assert [one.psi is None for one in found] == [True, True, False, False, False, False]
    assert found[-1].psi > found[-1].limit
    assert all(one.psi < 2 * one.limit for one in found[2:-1])


def test_what_is_protected_and_what_stands_for_it_is_told(files):
    card, data, out = files
    frame = pd.read_csv(data)
    frame["sex"] = np.where(frame["income"] > frame["income"].median(), "m", "f")
    frame.to_csv(data, index=False)
    known = data.with_name("known.json")
    known.write_text(json.dumps({"protected": ["sex", "not_here"]}), encoding="utf-8")
    page = written(card, data, out, "--dictionary", known)
    assert "按sex" in page
    assert re.search(r"<td>income</td><td class=\"words\">sex = [fm]</td>", page)
    assert "没有给出分组列" not in page


def test_an_input_called_like_a_protected_trait_is_told(files):
    card, data, out = files
    written_card = json.dumps(CARD).replace('"income"', '"postcode"')
    card.write_text(written_card, encoding="utf-8")
    artifacts.seal(card)
    page = written(card, data, out)
    assert re.search("<td>postcode</td>.*地区.*须在影响评估中写明理由", page)
    assert "未查找替代项" in page


def test_the_report_has_words_for_every_protected_trait():
    assert {row.code for row in protected_data().rows} == set(words()["traits"])
