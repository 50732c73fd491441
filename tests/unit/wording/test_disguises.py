"""A word that may not be said is found however it is dressed up, and its likes are let be."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.wording.checking import check
from app.wording.folding import fold
from app.wording.pack import read_packs
from app.wording.sounds import other_forms, read_lines, sounds
from app.wording.types import Sender

DAY = date(2026, 11, 25)
BOOK = read_packs(Sender(("示例小额贷款有限公司",)))
PACK = BOOK.on(DAY)
FORBIDDEN = sorted({(rule.rule, word) for rule in PACK.forbidden for word in rule.words})
MARKETING = sorted(
    (PACK.needed["class_by_words"].rule, w) for w in PACK.needed["class_by_words"].words
)
FORMS = {}
for form, plain in other_forms().items():
    FORMS.setdefault(plain, []).append(form)
BY_SYLLABLE, BY_TONE = {}, {}
for line in read_lines("sounds.txt"):
    reading, characters = line.split()
    BY_TONE[reading] = characters
    BY_SYLLABLE[reading[:-1]] = BY_SYLLABLE.get(reading[:-1], "") + characters
TONE_OF = {one: reading for reading, characters in BY_TONE.items() for one in characters}
SIGNS = st.text(st.sampled_from(" 　.,，。·-_*~！|/\u200b\ufeff\n"), max_size=3)


def rules(text, kind="answer"):
    return {found.rule for found in check(text, kind, BOOK, on=DAY)}


def wide(one):
    return chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one


@st.composite
def dressed(draw, words):
    """A word in other widths, cases and forms, with signs between its characters."""
    rule, word = draw(st.sampled_from(words))
    as_drawn = [
        draw(st.sampled_from([one, wide(one), one.upper(), *FORMS.get(one, ())])) for one in word
    ]
    between = [draw(SIGNS) for _ in as_drawn[1:]]
    return rule, "".join(a + b for a, b in zip(as_drawn, [*between, ""], strict=True))


@st.composite
def misspelt(draw, words):
    """A word of which characters were exchanged for others of the same sound."""
    rule, word = draw(st.sampled_from([(r, w) for r, w in words if all(o in TONE_OF for o in w)]))
    kept = draw(st.integers(0, len(word) - 1))
    others = BY_TONE if len(word) == 2 else BY_SYLLABLE
    written = ""
    for place, one in enumerate(word):
        reading = TONE_OF[one] if len(word) == 2 else TONE_OF[one][:-1]
        written += one if place == kept else draw(st.sampled_from(others[reading]))
    return rule, written


@given(dressed(FORBIDDEN))
def test_width_case_signs_and_traditional_forms_hide_nothing(given_):
    rule, text = given_
    assert rule in rules(f"您好：{text}，请看")


@given(misspelt(FORBIDDEN))
def test_characters_of_the_same_sound_hide_nothing(given_):
    rule, text = given_
    assume(not PACK.exempt.search(fold(text, PACK.folding).text))
    assert rule in rules(f"您好：{text}。")


@given(dressed(MARKETING))
def test_an_offer_in_disguise_is_still_an_offer(given_):
    rule, text = given_
    assert rule in rules(f"您好：{text}，请看", "education")


@given(misspelt(MARKETING))
def test_an_offer_in_other_characters_is_still_an_offer(given_):
    rule, text = given_
    folded = fold(text, PACK.folding).text
    assume(not PACK.other_meanings["class_by_words"].search(folded))
    assert rule in rules(f"您好：{text}。", "education")


@pytest.mark.parametrize(
    "text",
    [
        "秒到帐",
        "渺到賬",
        "妙 到 障",
        "低智年化",
        "勉息",
        "免熄券",
        "包過",
        "無視徵信",
        "ＭＩＡＯ秒，批",
        "零门坎",
        "灵门槛",
    ],
)
def test_disguises_that_are_in_use_are_found(text):
    assert {"M-03", "M-06"} & rules(text)


@pytest.mark.parametrize(
    "text",
    [
        "地址在人民路", "体现公平", "零钱找给您", "包裹已签收", "共10题：现在第1题", "低于最低金额",
        "申领前请先读说明", "可带身份证原件", "墙上的年画", "月宫里的故事", "可待明天再说",
    ],
)  # fmt: skip
def test_words_that_only_sound_like_it_are_let_be(text):
    for kind in ("answer", "education"):
        assert rules(text, kind) == set()


def test_what_was_found_is_shown_as_it_was_written():
    (found,) = check("保证：渺 到-賬！", "answer", BOOK, on=DAY)
    assert found.found == ("渺 到-賬",)


@given(st.text(), st.sampled_from(sorted(PACK.kinds)))
def test_a_finding_names_its_rule_its_source_what_is_wrong_and_a_way_to_say_it(text, kind):
    for found in check(text, kind, BOOK, on=DAY):
        assert found.rule
        assert found.source
        assert found.says
        assert found.instead
        assert all(words for words in found.found)


def test_the_tables_name_each_character_once():
    heard = "".join(line.split()[1] for line in read_lines("sounds.txt"))
    assert len(heard) == len(set(heard)) == 6763
    written = "".join(line[1:] for line in read_lines("forms.txt"))
    assert len(written) == len(set(written))
    assert not set(other_forms().values()) - set(heard)
    assert set(sounds().by_tone.values()) <= set(heard)
