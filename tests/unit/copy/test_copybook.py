"""The copybook renders, numbers, links and measures; whatever a person wrote stays harmless."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from app.copybook import Copybook, House, Lender, TextTooLong, circled, day, minute, percent, yuan
from app.core.errors import NotFound

HOUSE = House(
    lender=Lender(
        "示例小额贷款有限公司", "示例小贷", "400-000-0000", "https://lender.test/c", True
    ),
    public_url="https://lender.test",
    privacy_url="https://lender.test/privacy",
    staff_hours="9:00–18:00",
    retention_days=90,
    hotlines={"fraud": "96110", "despair": "12356"},
)
FILES = {
    "form/age.txt.j2": "您的年龄段是？\n",
    "form/note.txt.j2": "先说一句。",
    "form/echo.txt.j2": "您填的是：{{ words }}",
    "form/facts.txt.j2": "{{ lender.full_name }} {{ lender.phone }} {{ privacy_url }} "
    "{{ staff_hours }} {{ retention_days }} {{ hotlines.fraud }}",
    "form/money.txt.j2": "{{ fen|yuan }}元，{{ bp|percent }}，{{ on|day }}，{{ 2|circled }}",
    "form/link.txt.j2": '<a href="{{ url|our_link }}">看</a>',
    "template/progress.json.j2": '{"thing1": {{ words|tojson }}}',
    "pages/privacy.html": "not a message",
}


@dataclass(frozen=True)
class Option:
    id: str
    label: str


@dataclass(frozen=True)
class Say:
    key: str
    values: dict = field(default_factory=dict)
    options: tuple = ()


AGES = (Option("25_34", "25–34岁"), Option("35_44", "35–44岁"))
ASK = Say("form.age", options=AGES)


@pytest.fixture(scope="session")
def templates_dir(tmp_path_factory):
    root = tmp_path_factory.mktemp("templates")
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


@pytest.fixture(scope="session")
def plain(templates_dir):
    return Copybook(templates_dir, HOUSE, option_links=False)


@pytest.fixture(scope="session")
def linked(templates_dir):
    return Copybook(templates_dir, HOUSE, option_links=True)


def test_keys_are_paths_of_messages_only(plain):
    assert plain.keys == {
        "form.age", "form.note", "form.echo", "form.facts", "form.money", "form.link",
        "template.progress",
    }  # fmt: skip


def test_options_are_numbered_lines(plain):
    assert plain.render(ASK) == "您的年龄段是？\n1 25–34岁\n2 35–44岁"


def test_a_tap_sends_the_label_and_its_id(linked):
    first = linked.render(ASK).splitlines()[1]
    sent, tap_id, shown = re.fullmatch(
        r'<a href="weixin://bizmsgmenu\?msgmenucontent=([^&]*)&msgmenuid=([^"]*)">(.*)</a>', first
    ).groups()
    assert (unquote(sent), tap_id, shown) == ("25–34岁", "25_34", "1 25–34岁")


def test_links_go_all_together_when_the_text_is_too_long(linked, plain):
    assert linked.render(ASK, limit_bytes=200) == plain.render(ASK)


def test_a_text_that_does_not_fit_even_so_is_refused_whole(linked):
    with pytest.raises(TextTooLong, match=r"form\.age"):
        linked.render(ASK, limit_bytes=30)


def test_pieces_are_joined_and_only_the_last_question_keeps_its_options(plain):
    other = Say("form.note", options=(Option("x", "旧选项"),))
    text = plain.render(other, ASK, Say("form.note"))
    assert text == "先说一句。\n\n您的年龄段是？\n1 25–34岁\n2 35–44岁\n\n先说一句。"


def test_every_template_may_name_the_house(plain):
    assert plain.render(Say("form.facts")) == (
        "示例小额贷款有限公司 400-000-0000 https://lender.test/privacy 9:00–18:00 90 96110"
    )


def test_money_rates_and_days_are_written_for_people(plain):
    values = {"fen": 3_000_000, "bp": 1250, "on": "2026-12-23"}
    assert plain.render(Say("form.money", values)) == "30,000元，12.5%，12月23日，②"


def test_numbers_are_rounded_by_nobody():
    assert (yuan(0), yuan(88_849), yuan(100_005)) == ("0", "888.49", "1,000.05")
    assert (percent(1200), percent(1268), percent(2000), percent(5)) == (
        "12%", "12.68%", "20%", "0.05%",
    )  # fmt: skip
    assert day(date(2026, 1, 2)) == "1月2日"
    evening_in_utc = datetime(2026, 11, 22, 17, 5, tzinfo=UTC)
    assert (day(evening_in_utc), minute(evening_in_utc)) == ("11月23日", "2026年11月23日 01:05")
    assert (circled(1), circled(10), circled(20)) == ("①", "⑩", "⑳")


def test_a_missing_value_is_an_error_not_a_gap(plain):
    with pytest.raises(UndefinedError):
        plain.render(Say("form.echo"))


def test_an_unknown_key_is_an_error(plain):
    with pytest.raises(NotFound):
        plain.render(Say("form.nothing"))


def test_our_own_pages_are_linked_and_nobody_else_s(plain):
    ours = {"url": "https://lender.test/export/abc"}
    assert plain.render(Say("form.link", ours)) == '<a href="https://lender.test/export/abc">看</a>'
    for url in ("https://lender.test.evil.example/", "http://lender.test/x", "x"):
        with pytest.raises(ValueError, match="our own"):
            plain.render(Say("form.link", {"url": url}))


@pytest.mark.parametrize(
    "words",
    [
        "http://evil.example/a", "weixin://bizmsgmenu?x", "www.evil.cn", "evil.com", "a.b-c.cn",
        '<a href="x">点我</a>', "]]></Content>", "多行\n\r\t文字", "\u202e倒写", "零\u200b宽\x00",
        "HTTPS:/evil.example",
    ],
)  # fmt: skip
def test_words_of_a_person_cannot_become_a_link_or_leave_their_line(plain, words):
    assert_harmless(plain.render(Say("form.echo", {"words": words})))


@given(st.text(alphabet=st.characters() | st.sampled_from('./:<>"ahtpcn\n\x00\u202e'), max_size=60))
def test_nothing_that_a_person_types_can_act(plain, words):
    assert_harmless(plain.render(Say("form.echo", {"words": words})))


def assert_harmless(text):
    assert not re.search(r"[<>\x00-\x1f\u200b\u202e]", text)
    assert "://" not in text
    assert not re.search(r"[A-Za-z0-9]\.[A-Za-z]", text)


def test_amounts_keep_their_decimal_point(plain):
    assert plain.render(Say("form.echo", {"words": "5.5万"})) == "您填的是：5.5万"


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=8)), max_size=12))
def test_a_rendered_text_never_exceeds_its_limit(linked, pairs):
    options = tuple(Option(tap_id, label) for label, tap_id in pairs)
    assert len(linked.render(Say("form.age", options=options)).encode()) <= 2000


def test_template_fields_are_short_and_on_one_line(plain):
    assert plain.fields("template.progress", words="已有结果") == {"thing1": "已有结果"}
    for words in ("字" * 21, "两\n行"):
        with pytest.raises(TextTooLong, match="thing1"):
            plain.fields("template.progress", words=words)
