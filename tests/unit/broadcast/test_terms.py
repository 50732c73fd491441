"""What an experiment may try, and the terms it states before it starts."""

from datetime import timedelta

import pytest

from app.broadcast.assignment import Arm, Split
from app.broadcast.experiment import Metric, Rule
from app.broadcast.locked import differing, locked_parts
from app.broadcast.terms import Terms
from app.broadcast.types import Unfit, read_definition

TERMS = {"metric": "form_finished", "minimum_per_arm": 1000, "minimum_days": 7, "sample": 0.2}
A, B = "本周三晚上有一堂防骗课。", "骗子怎么说？周三晚上讲给您听。"


def campaign(*texts, terms=TERMS):
    variants = [
        {"name": name, "content": {"text": text}, "share": 1 / len(texts)}
        for name, text in zip("ABC", texts, strict=False)
    ]
    return {
        "name": "防骗", "class": "education", "channel": "mass", "segment": "all",
        "variants": variants, "experiment": terms,
    }  # fmt: skip


def mistakes(raw):
    with pytest.raises(Unfit) as caught:
        read_definition(raw)
    return {one.where: one.says for one in caught.value.mistakes}


def test_the_terms_say_who_is_in_and_what_decides():
    definition = read_definition(campaign(A, B))
    assert definition.experiment.rule == Rule(Metric.FINISHED, 1000, 7, 0.95, timedelta(days=3))
    assert definition.split == Split((Arm("A", 0.5), Arm("B", 0.5)), 0.0, 0.2)


def test_the_terms_come_back_as_they_were_written():
    definition = read_definition(campaign(A, B))
    assert read_definition(definition.to_json()) == definition


def test_variants_without_an_experiment_are_divided_over_everybody():
    assert read_definition(campaign(A, B, terms=None)).split.sample == 1


def test_an_experiment_needs_two_variants():
    assert "experiment" in mistakes(campaign(A))


@pytest.mark.parametrize(
    ("name", "value"),
    [("metric", "clicks"), ("sample", 0), ("hold_out", 1), ("minimum_days", 0), ("peek", True)],
)
def test_a_term_that_makes_no_sense_is_named(name, value):
    assert f"experiment.{name}" in mistakes(campaign(A, B, terms={**TERMS, name: value}))


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("年利率7.2%起", "年利率 7.20% 起", ("7.2%", "7.20%")),
        ("最高20万元", "最高二十万元", ("20万", "二十万")),
        ("分12期还", "分期还", ("12期",)),
        ("年利率百分之七", "利率不高", ("百分之七",)),
        ("日息万分之五", "日息万分之二", ("万分之五", "万分之二")),
        ("便宜0.5个点", "便宜两个百分点", ("0.5个点", "两个百分点")),
        ("一分息", "1.5分利", ("一分息", "1.5分利")),
        ("利率{{ product.rate }}", "利率{{product.rate}}", ()),
        (
            "利率{{ product.rate }}",
            "额度{{ product.limit }}",
            ("{product.limit}", "{product.rate}"),
        ),
        ("年利率１２％", "年利率12 %，请留意", ()),
        (A, B, ()),
    ],
)
def test_prices_rates_and_limits_are_locked(one, other, told):
    assert set(differing({"A": one, "B": other})) == set(told)
    found = told and mistakes(campaign(one, other))["variants"]
    assert all(part in found for part in told)


@pytest.mark.parametrize(
    "words",
    ["周三晚上8点，第2堂课，共3人", "千万别转账", "咱们一块儿来学", "万一接到电话，十分钟内挂断"],
)
def test_what_is_no_price_is_free(words):
    assert locked_parts(words) == frozenset()


@pytest.mark.parametrize("words", ["最高千万元", "最高两千万", "两千块"])
def test_what_looks_like_it_is_an_amount_all_the_same(words):
    assert len(locked_parts(words)) == 1


def test_the_smallest_variant_may_hope_for_its_share_of_the_sample():
    terms = Terms(
        metric="form_finished", minimum_per_arm=1, minimum_days=1, sample=0.2, hold_out=0.1
    )
    assert terms.tried_by(100_000, [0.7, 0.3]) == 5_400
