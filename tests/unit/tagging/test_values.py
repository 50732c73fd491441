"""A value is read from a code, its label or a file's own spelling, and refused otherwise."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tagging.taxonomy import read_taxonomy
from app.tagging.types import BadValue, Definition
from app.tagging.values import NOT_HELD, read_value, show_value

TAXONOMY = read_taxonomy()
FLAG = TAXONOMY.get("risk.watch")
CHOICE = TAXONOMY.get("need.urgency")
BAND = TAXONOMY.get("need.amount")
DAY = TAXONOMY.get("attributes.firm.founded_on")
NUMBER = Definition.model_validate(
    {
        "key": "behaviour.shops", "name": "门店数", "kind": "number", "meaning": "一共有几家门店",
        "owner": "运营", "review_on": "2027-05-31", "set_by": ["hand"],
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("tag", "typed", "value"),
    [
        (FLAG, "是", "yes"),
        (FLAG, " TRUE ", "yes"),
        (FLAG, "否", NOT_HELD),
        (CHOICE, "high", "high"),
        (CHOICE, "HIGH", "high"),
        (CHOICE, "中", "medium"),
        (BAND, "1-3万", "refused"),
        (BAND, "3–5万", "3_5w"),
        (DAY, "2020-01-31", "2020-01-31"),
        (DAY, "2020/1/31", "2020-01-31"),
        (DAY, "２０２０年1月31日", "2020-01-31"),
        (DAY, "2020-01-31 00:00:00", "2020-01-31"),
        (NUMBER, "1,200", "1200"),
        (NUMBER, "12.0", "12"),
        (NUMBER, "-3", "-3"),
    ],
)
def test_a_value_is_read(tag: Definition, typed: str, value: str) -> None:
    if value == "refused":
        with pytest.raises(BadValue, match="not a value"):
            read_value(tag, typed)
    else:
        assert read_value(tag, typed) == value


@pytest.mark.parametrize(
    ("tag", "typed", "why"),
    [
        (FLAG, "也许", "not_yes_or_no"),
        (CHOICE, "急", "not_a_value"),
        (CHOICE, "  ", "value_missing"),
        (DAY, "2020-02-30", "not_a_date"),
        (DAY, "去年", "not_a_date"),
        (NUMBER, "三", "not_a_number"),
        (NUMBER, "9" * 13, "not_a_number"),
    ],
)
def test_what_cannot_be_is_refused_with_a_code(tag: Definition, typed: str, why: str) -> None:
    with pytest.raises(BadValue) as refused:
        read_value(tag, typed)
    assert refused.value.why == why


@given(
    tag=st.sampled_from([tag for tag in TAXONOMY.tags.values() if tag.values]),
    number=st.integers(min_value=0, max_value=19),
)
def test_a_label_that_is_shown_reads_back_as_its_value(tag: Definition, number: int) -> None:
    value = tag.values[number % len(tag.values)].code
    assert read_value(tag, show_value(tag, value)) == value


@given(tag=st.sampled_from([FLAG, CHOICE, BAND, DAY, NUMBER]), typed=st.text(max_size=40))
def test_anything_typed_is_read_or_refused(tag: Definition, typed: str) -> None:
    with suppress(BadValue):
        assert len(read_value(tag, typed)) <= 64


def test_a_value_that_is_no_more_is_shown_as_it_was_kept() -> None:
    assert show_value(CHOICE, "asap") == "asap"
    assert show_value(FLAG, "yes") == "是"
