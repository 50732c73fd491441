"""The class is what the words say, and a price comes from the product record or not at all."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contact.types import MessageClass
from app.core.errors import NotFound
from app.wording.checking import check
from app.wording.pack import read_packs
from app.wording.record import ProductRecord, values_of
from app.wording.types import Sender
from app.wording.variables import check_copy, fill, variables_of

DAY = date(2026, 11, 25)
LENDER = "示例小额贷款有限公司"
BOOK = read_packs(Sender((LENDER,), ("https://lender.test",)))
PACK = BOOK.on(DAY)
RECORD = ProductRecord(
    version="demo-1",
    valid_from=date(2026, 1, 1),
    valid_to=date(2026, 12, 31),
    provider=LENDER,
    phone="400-000-0000",
    yearly_low_bp=1200,
    yearly_high_bp=2160,
    least_fen=100_000,
    most_fen=20_000_000,
    shortest_months=1,
    longest_months=36,
    upfront_bp=0,
    monthly_bp=0,
)
VALUES = values_of(RECORD, DAY)
MAY_OFFER = {MessageClass.MARKETING, MessageClass.ANSWER, MessageClass.DECISION}
"""The advertisement; the answer to a person's own question; the news of their own quota."""
BOUND = [one for one in MessageClass if one not in MAY_OFFER]
MARKETING_WORDS = ["申请", "额度", "年化", "利率", "日息", "月供", "贷款产品", "经营贷", "最高借"]
WHOLE = "广告\n{机构}：{产品}，{年化区间}。\n额度{额度区间}；{费用}。\n不想再收到，发“不再推送”。"


def findings(text, kind):
    return check_copy(text, kind, BOOK, VALUES, on=DAY)


def rules(text, kind):
    return [one.rule for one in findings(text, kind)]


def test_every_class_of_messages_is_bound_by_rules_of_its_own():
    assert {one.value for one in MessageClass} <= set(PACK.kinds)
    for kind in BOUND:
        assert "class_by_words" in PACK.kinds[kind].needs
    assert {"sender", "way_out", "ad_mark", "record_prices", "rate_first", "preliminary"} <= (
        PACK.kinds["marketing"].needs
    )


@pytest.mark.parametrize("kind", BOUND)
@pytest.mark.parametrize("word", MARKETING_WORDS)
def test_words_that_offer_make_a_text_marketing_whatever_was_declared(kind, word):
    (found,) = [one for one in findings(f"{LENDER}提醒：看看{word}吧", kind) if one.rule == "M-01"]
    assert word in "".join(found.found)
    assert "M-01" not in rules(f"{LENDER}提醒：看看{word}吧", "marketing")


@pytest.mark.parametrize("dressed", ["申 请", "申-請", "額·度", "年　化", "利*率"])
def test_dressing_up_the_offer_does_not_help(dressed):
    assert "M-01" in rules(f"来看{dressed}", "education")


def test_a_variable_of_the_record_makes_a_text_marketing_too():
    assert "M-01" in rules("今天{年化区间}", "education")


@pytest.mark.parametrize(
    "text",
    [
        "谨防冒充客服的诈骗：不要把验证码告诉任何人。",
        "逾期怎么办？先联系我们，一起想办法。",
        "您的申请已有结果，请到对话里查看。",
        "申请进度有更新，请到对话里查看。",
        "您要求的更正申请已办好。",
        "示例小额贷款有限公司：国庆期间人工客服休息。",
    ],
)
def test_news_and_knowledge_that_offer_nothing_pass(text):
    for kind in ("education", "service", "reminder"):
        assert rules(text, kind) == []


@pytest.mark.parametrize("kind", [*BOUND, "field"])
@pytest.mark.parametrize("price", ["5万元", "每期500元", "12期", "手续费2%", "月付３００元"])
def test_no_class_that_may_name_a_price_takes_it_by_hand(kind, price):
    assert "M-02" in rules(f"{LENDER}：{price}", kind)


def test_a_warning_may_name_what_a_swindler_asks_for():
    for kind in ("education", "service"):
        assert rules("谨防先交500元保证金的骗局。", kind) == []
        assert rules("防骗课第3期：谨防骗子。", kind) == []
        assert "M-02" in rules("谨防骗子。只要500元。", kind)


@pytest.mark.parametrize(
    "price",
    ["年化8%–18%", "年化百分之十二", "5万元", "20万", "五万元", "每期500元", "12期", "日息万五"],
)
def test_a_price_written_by_hand_is_found(price):
    assert "M-02" in rules(WHOLE + price, "marketing")


def test_the_same_price_from_the_record_passes():
    assert findings(WHOLE, "marketing") == ()
    assert "年化综合成本12%–21.6%" in fill(WHOLE, VALUES)


def test_a_price_split_by_a_variable_is_still_written_by_hand():
    assert "M-02" in rules(WHOLE + "仅1{空}2%", "marketing")
    assert "M-02" in rules(WHOLE + "12{产品}，3万元", "marketing")


def test_a_quota_is_told_as_not_yet_settled():
    text = f"广告 {LENDER}：看看您的额度。不想再收到，发“不再推送”。"
    assert rules(text, "marketing") == ["P-36"]
    assert rules(text + "额度以审批为准。", "marketing") == []


def test_a_variable_that_some_recipient_would_see_empty_is_found():
    (found,) = findings("{称呼}，国庆期间人工客服休息。{称呼}", "service")
    assert (found.rule, found.found) == ("W-00", ("{称呼}",))


def test_a_field_of_a_template_has_twenty_characters_and_one_line():
    assert rules("好" * 20, "field") == []
    assert rules("好" * 21, "field") == ["W-00"]
    assert rules("好\n好", "field") == ["W-00"]
    assert rules("初步额度评估", "field") == []
    assert rules("您有一笔额度待领", "field") == ["M-01"]


def test_a_record_is_not_used_outside_its_days():
    with pytest.raises(NotFound):
        values_of(RECORD, date(2027, 1, 1))
    with pytest.raises(NotFound):
        values_of(RECORD, date(2025, 12, 31))


def test_a_record_whose_prices_are_above_the_cap_is_found_where_it_is_used():
    dear = values_of(replace(RECORD, yearly_high_bp=3600), DAY)
    assert "Q-04" in [one.rule for one in check_copy(WHOLE, "marketing", BOOK, dear, on=DAY)]


@given(st.text(), st.sampled_from(sorted(PACK.kinds)))
def test_a_copy_without_variables_is_judged_like_any_text(text, kind):
    if not variables_of(text):
        plain = check(text, kind, BOOK, on=DAY)
        assert check_copy(text, kind, BOOK, VALUES, on=DAY) == plain


@given(st.text(), st.sampled_from(MARKETING_WORDS), st.text(), st.sampled_from(BOUND))
def test_whatever_stands_around_an_offer_it_stays_one(before, word, after, kind):
    text = f"{before}。看{word}哦。{after}"
    told = [one.rule for one in check(text, kind, BOOK, on=DAY)]
    is_set_aside = any(
        found.start() <= 1 + text.find(word)
        for search in (PACK.exempt, PACK.other_meanings["class_by_words"])
        for found in search.finditer(text)
    )
    assert "M-01" in told or is_set_aside
