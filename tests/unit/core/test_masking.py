"""What is personal is hidden before it leaves the server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.masking import mask_name, mask_openid, mask_phone, mask_words


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("王小明", "王**"),
        ("欧阳修", "欧阳*"),
        ("欧阳", "欧*"),
        ("阿凡提·买买提", "阿**·**"),
        ("", ""),
    ],
)
def test_of_a_name_the_surname_is_kept(name: str, shown: str) -> None:
    assert mask_name(name) == shown


def test_of_a_phone_three_and_four_digits_are_kept() -> None:
    assert mask_phone("+86 138-1234-8000") == "138****8000"
    assert mask_phone("12") == "****"


def test_of_an_openid_enough_is_kept_to_tell_two_people_apart() -> None:
    assert mask_openid("oPrequalTestPersonNumber0001") == "oPre…0001"


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("我的电话13812348000，回我", "我的电话138****8000，回我"),
        ("138 1234 8000", "138****8000"),
        ("身份证11010519491231002X号", "身份证1****************X号"),
        ("卡6228480402564890018", "卡****0018"),
        ("卡号 6228 4804 0256 4890", "卡号 ****4890"),
        ("写 zhangsan@example.com 吧", "写 zha****@example.com 吧"),
        ("想借30000元，12个月", "想借30000元，12个月"),
    ],
)
def test_numbers_that_name_somebody_are_hidden_in_words(words: str, shown: str) -> None:
    assert mask_words(words) == shown


@given(before=st.text("我电话是 ，a:"), digits=st.from_regex(r"1[3-9]\d{9}", fullmatch=True))
def test_no_phone_survives_in_any_words(before: str, digits: str) -> None:
    assert digits not in mask_words(f"{before}{digits}。")
