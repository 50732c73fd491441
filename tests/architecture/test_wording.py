"""Everything we ship is compiled by the rules of wording: messages, pages, form prompts, menu.

A text is read in two ways: as its file stands, every branch of it, for what nobody may say; and as
its reviewed rendering stands, for what its kind has to say and to leave out.
"""

import json
import re
from pathlib import Path

import pytest

from app.dialogue.forms.catalogue import FORMS
from app.wechat.menus import menu_json, names
from app.wording.checking import check
from app.wording.pack import read_packs
from app.wording.types import Sender

ROOT = Path(__file__).parents[2]
TEMPLATES, GOLDEN = ROOT / "templates", ROOT / "tests" / "unit" / "copy" / "golden"
BOOK = read_packs(Sender(("示例小额贷款有限公司",), ("https://lender.test",)))
DAYS = [pack.valid_from for pack in BOOK.packs]
SHIPPED = sorted([*(TEMPLATES / "messages").rglob("*.j2"), *(TEMPLATES / "pages").glob("*.*")])
RENDERED = sorted(GOLDEN.rglob("*.txt"))
PUSHED = {
    "complaint": "service",
    "inbox": "service",
    "letter": "service",
    "poster": "poster",
    "quota/approved": "decision",
    "quota/declined": "decision",
    "reminder": "reminder",
    "rights/letter": "service",
    "template": "field",
}
"""What goes out unasked, by the beginning of its name; everything else is a reply."""
MARKUP = re.compile(r"\{[%{#].*?[%}#]\}|<style.*?</style>|<[^>]+>", re.DOTALL)


def kind_of(path):
    name = path.relative_to(GOLDEN).as_posix()
    return next((kind for start, kind in PUSHED.items() if name.startswith(start)), "answer")


def findings(text, kind, day):
    """Find mistakes, those of links and room aside: the copybook lets no foreign one through."""
    pack = BOOK.on(day)
    aside = {pack.needed["own_links"].says, pack.needed["no_links"].says}
    if kind == "answer":
        aside.add(pack.too_long.says)
    return [
        (found.rule, found.found)
        # What stands there was filled in: nobody wrote its figures by hand.
        for found in check(text, kind, BOOK, on=day, written="")
        if found.says not in aside
    ]


def forbidden(text, day):
    rules = {(rule.rule, rule.says) for rule in BOOK.on(day).forbidden}
    return [f for f in check(text, "answer", BOOK, on=day) if (f.rule, f.says) in rules]


@pytest.mark.parametrize("day", DAYS)
def test_no_file_that_people_read_says_what_nobody_may_say(day):
    assert len(SHIPPED) > 90
    for path in SHIPPED:
        words = MARKUP.sub("", path.read_text(encoding="utf-8"))
        assert forbidden(words, day) == [], path


@pytest.mark.parametrize("day", DAYS)
def test_every_reviewed_text_keeps_to_the_rules_of_its_kind(day):
    assert len(RENDERED) > 100
    for path in RENDERED:
        kind, text = kind_of(path), path.read_text(encoding="utf-8").strip()
        texts = json.loads(text).values() if kind == "field" else [text]
        for one in texts:
            assert findings(one, kind, day) == [], (path.name, one)


@pytest.mark.parametrize("day", DAYS)
def test_the_menu_as_shipped_keeps_to_the_rules_and_the_room(day):
    for place, name, is_top in names(menu_json()):
        assert check(name, "menu_top" if is_top else "menu_sub", BOOK, on=day) == (), place


@pytest.mark.parametrize("day", DAYS)
def test_every_question_of_a_form_and_every_way_to_answer_it_keeps_to_the_rules(day):
    for form in FORMS.forms:
        for question in form.questions:
            said = [question.title, question.why, *(one.label for one in question.offered)]
            assert [found for text in said for found in findings(text, "answer", day)] == []


def test_every_class_of_what_is_pushed_has_a_reviewed_text():
    kinds = {kind_of(path) for path in RENDERED}
    assert kinds == {"answer", *PUSHED.values()}
