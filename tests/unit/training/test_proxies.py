"""An input that stands for a protected column is found, whatever it is called; chance is not."""

import numpy as np
import pytest

from scoring.training.dictionary import dictionary_from
from scoring.training.proxies import find_proxies, suspects

RNG = np.random.default_rng(5)
SEX = RNG.choice(["f", "m"], 2000).astype(object)


def test_a_copy_under_another_name_is_found():
    code = np.where(SEX == "f", 1.0, 2.0)
    found = find_proxies({"x1": code, "x2": RNG.normal(size=2000)}, {"sex": SEX})
    assert {(one.name, one.column, one.value) for one in found} == {
        ("x1", "sex", "f"),
        ("x1", "sex", "m"),
    }
    assert found[0].auc == pytest.approx(1.0)
    assert "x1 stands for sex = " in str(found[0])


def test_a_bend_is_found_too_and_missing_counts_as_a_level():
    middle = np.where(SEX == "f", 0.0, RNG.choice([-1.0, 1.0], 2000))
    gap = np.where(SEX == "f", np.nan, RNG.normal(size=2000))
    found = find_proxies({"middle": middle, "gap": gap}, {"sex": SEX})
    assert {one.name for one in found} == {"middle", "gap"}


def test_many_codes_of_chance_are_no_proxy_and_a_weak_one_is_under_the_limit():
    chance = RNG.integers(0, 400, 2000).astype(str).astype(object)
    weak = np.where(SEX == "f", RNG.normal(0.3, 1, 2000), RNG.normal(0, 1, 2000))
    assert find_proxies({"chance": chance, "weak": weak}, {"sex": SEX}) == ()


def test_too_few_say_nothing():
    rare = np.array(["yes"] * 9 + ["no"] * 1991, dtype=object)
    assert find_proxies({"copy": rare.copy()}, {"trait": rare}) == ()


def test_the_suspects_are_those_by_name_by_mark_and_by_what_they_tell():
    columns = {
        "branch": np.where(SEX == "f", "n", "s").astype(object),
        "sex": SEX,
        "age": RNG.normal(40, 9, 2000),
        "marked": RNG.normal(size=2000),
        "income": RNG.normal(size=2000),
    }
    known = dictionary_from({"protected": ["sex"], "fields": {"marked": {"protected": "research"}}})
    found = {hit.name: (hit.code, hit.effect) for hit in suspects(columns, known)}
    assert found == {
        "branch": ("sex", "refuse"),
        "marked": ("marked", "refuse"),
        "age": ("age", "reason"),
    }


def test_what_stands_for_a_region_is_asked_for_a_reason_as_a_region_is():
    columns = {"branch": SEX, "province": SEX.copy()}
    (hit,) = suspects(columns, dictionary_from({"protected": ["province"]}))
    assert (hit.name, hit.code, hit.effect) == ("branch", "region", "reason")
    assert "stands for province = " in hit.source


def test_without_a_dictionary_only_names_can_tell():
    assert suspects({"x1": SEX, "x2": SEX.copy()}, dictionary_from({})) == ()
