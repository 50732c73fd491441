"""What may not be said is found however it is dressed up; what we ship passes."""

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import NotFound
from app.wording.checking import check, is_ours
from app.wording.folding import fold
from app.wording.pack import Pack, read_packs
from app.wording.types import Sender

ROOT = Path(__file__).parents[3]
DAY = date(2026, 11, 23)
LENDER = "示例小额贷款有限公司"
BOOK = read_packs(Sender((LENDER,), ("https://lender.test",)))
PACK = BOOK.on(DAY)
BANNED = sorted({word for rule in PACK.forbidden for word in rule.words})
PADDING = " 　-*·_.。，,!！~、|/\u200b😀"
WIDE = {chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)}
DISGUISES = {stands: others for stands, others in PACK.same.items() if others}


def rules(text, kind="answer"):
    return [finding.rule for finding in check(text, kind, BOOK, on=DAY)]


def test_every_forbidden_word_is_found_and_told_with_another_way_to_say_it():
    for word in BANNED:
        findings = check(f"您好，{word}的产品", "answer", BOOK, on=DAY)
        assert findings, word
        assert any(word in found or found in word for f in findings for found in f.found), word
        assert all(finding.says and finding.instead for finding in findings)


@given(st.data())
def test_padding_width_and_other_characters_hide_no_forbidden_word(data):
    word = data.draw(st.sampled_from(BANNED))
    dressed = []
    for char in word:
        options = [char, WIDE.get(char, char), *DISGUISES.get(char, "")]
        dressed.append(data.draw(st.sampled_from(options)))
        dressed.append(data.draw(st.text(PADDING, max_size=2)))
    before, after = (
        data.draw(st.text("我们的服务 ", max_size=6)),
        data.draw(st.text("，\n", max_size=3)),
    )
    text = before + "".join(dressed) + after
    plain = [f.rule for f in check(word, "answer", BOOK, on=DAY)]
    assert set(plain) <= set(rules(text)), text


@given(st.text())
def test_folding_twice_changes_nothing_more(text):
    once = fold(text, PACK.folding).text
    assert fold(once, PACK.folding).text == once


@given(st.text())
def test_whatever_is_folded_remembers_where_it_stood(text):
    folded = fold(text, PACK.folding)
    assert len(folded.places) == len(folded.text)
    assert list(folded.places) == sorted(folded.places)
    assert all(place < len(text) for place in folded.places)


@given(st.text(), st.sampled_from(sorted(PACK.kinds)))
def test_any_text_of_any_kind_can_be_checked(text, kind):
    for finding in check(text, kind, BOOK, on=DAY):
        assert finding.says


def test_a_circle_that_stands_for_a_nought_hides_nothing():
    assert "M-03" in rules("10○%通过")
    assert "Q-04" in rules("年化3○%")


def test_what_is_found_is_shown_as_it_was_written():
    (finding,) = check("我们 零 门-檻 借款", "answer", BOOK, on=DAY)
    assert finding.found == ("零 门-檻",)


@pytest.mark.parametrize(
    "price",
    [
        "日息万五",
        "每天只要1.5元",
        "每期还 888.49 元",
        "月供约2,000元",
        "月利率1%",
        "百分之一",
        "利率１２％",
    ],
)
def test_a_price_wants_the_annual_rate_before_it(price):
    assert "R-01" in rules(price)
    assert "R-01" in rules(f"{price}，年化综合成本8%–18%")
    assert "R-01" not in rules(f"年化综合成本8%–18%（IRR）\n{price}")


@pytest.mark.parametrize(
    ("words", "over"),
    [
        ("年化综合成本8%–24%", ()),
        ("年化综合成本 8% – 24.1%（IRR）", ("24.1%",)),
        ("年化３６％", ("36%",)),
        ("年利率25%，每期300元", ("25%",)),
        ("年化18%\n通过核对的占30%", ()),
    ],
)
def test_no_annual_rate_above_the_cap_is_shown(words, over):
    found = [f.found for f in check(words, "answer", BOOK, on=DAY) if f.rule == "Q-04"]
    assert found == ([over] if over else [])


@pytest.mark.parametrize(
    "words", ["利息按实际天数算", "一万五能借吗", "工作时间9点到18点", "100%真实", "万一还不上"]
)
def test_words_without_a_price_want_no_rate(words):
    assert ("R-01" in rules(words)) is (words == "100%真实")


@pytest.mark.parametrize(
    "words",
    ["最低3.6%", "最 低 年化 3.6%", "低至日息2元", "最低可至千分之三", "利率最低", "最低年化12%"],
)
def test_a_lowest_price_is_never_a_lure(words):
    assert "M-06" in rules(words)


@pytest.mark.parametrize(
    "words",
    [
        "关注就送红包",
        "分享给好友得免息券",
        "邀请好友，双方各领 20 元",
        "转发朋友圈可抽奖",
        "关注后查看额度",
    ],
)
def test_following_and_sharing_are_never_rewarded(words):
    assert "W-10" in rules(words)


@pytest.mark.parametrize(
    "words", ["扫一扫，进入官方服务号", "谢谢您的关注，请放心使用", "积分暂不支持"]
)
def test_ordinary_words_about_following_pass(words):
    assert rules(words) == []


@pytest.mark.parametrize(
    "words",
    [
        "https://evil.example/x",
        "看www.evil.cn",
        "<a href='x'>点我</a>",
        "ｅｖｉｌ．ｃｏｍ",
        "weixin://x",
    ],
)
def test_links_are_not_written_by_hand(words):
    assert "M-02" in rules(words)


def test_only_our_own_pages_are_ours():
    assert is_ours("https://lender.test/privacy", BOOK.sender)
    assert not is_ours("https://lender.test.evil.cn/", BOOK.sender)
    assert not is_ours("http://lender.test/privacy", BOOK.sender)


def test_a_poster_names_the_lender_and_says_that_it_is_an_advertisement():
    bare = "扫一扫，进入官方服务号"
    assert rules(bare, "poster") == ["M-05", "M-05"]
    assert rules(f"广告\n{LENDER}\n{bare}", "poster") == []


def test_marketing_says_how_to_end_it():
    text = f"广告 {LENDER}：讲讲怎么看懂年化。"
    assert rules(text, "marketing") == ["M-05"]
    assert rules(f"{text}不想再收到，发“不再推送”。", "marketing") == []


def test_a_word_may_be_quoted_to_warn_of_it():
    assert rules("说“包过”“先交费”的都不是我们") == []
    assert rules("我们包过") == ["M-03"]
    assert "M-03" in rules("谨防骗局。我们包过")


def test_a_text_longer_than_its_channel_is_found():
    assert rules("好" * 5, "menu_top") == []
    assert rules("好" * 6, "menu_top") == ["W-00"]


def test_personal_numbers_are_not_asked_for_in_the_chat():
    assert rules("请回复您的身份证号") == ["P-20"]
    assert rules("请发送验证码") == ["P-20"]


def shipped():
    return sorted((ROOT / "templates" / "messages").rglob("*.txt.j2"))


def test_what_we_ship_says_nothing_forbidden():
    assert len(shipped()) > 80
    for path in shipped():
        words = re.sub(r"\{[%{].*?[%}]\}", "", path.read_text(encoding="utf-8"))
        told = [f for f in check(words, "marketing", BOOK, on=DAY) if f.rule in FORBIDDEN_RULES]
        assert [f for f in told if f.found and f.rule != "M-02"] == [], path


FORBIDDEN_RULES = {rule.rule for rule in PACK.forbidden}


def test_every_rule_names_its_source():
    assert all(rule.source for rule in (*PACK.forbidden, *PACK.needed.values()))


def test_before_the_first_pack_there_are_no_rules():
    with pytest.raises(NotFound):
        BOOK.on(date(2025, 1, 1))


def test_a_pack_that_folds_in_a_circle_is_refused():
    given = PACK.model_dump(mode="json")
    with pytest.raises(ValueError, match="stands for others"):
        Pack.model_validate({**given, "same": {"账": "帐", "帐": "賬"}})
