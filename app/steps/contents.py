"""What keeps edited content from being released: the law's words, the channel, the conversation."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from app.audience.problems import Misread
from app.copybook import TextTooLong
from app.core.dated import day_of
from app.core.errors import NotFound
from app.deps import Deps
from app.dialogue import options
from app.dialogue.clashes import alone, find_unheard
from app.dialogue.edited import says
from app.dialogue.edition import Keyword, unknown_placeholders
from app.dialogue.editions import Answers, Keywords, Welcome
from app.dialogue.topics import TOPICS
from app.steps.audience import understand
from app.steps.product_record import record_values
from app.store import contents
from app.store.session import Transaction
from app.wechat.menus import menu_json, mistakes, names
from app.wording.checking import is_ours
from app.wording.variables import check_copy, fill, variables_of

KINDS = ("welcome", "keywords", "answers", "menu")
MOST_RULES = 200
"""Every one is compared with every message of everybody."""
_SHIPPED: Mapping[str, Mapping[str, Any]] = {
    "welcome": {"greeting": "", "closing": ""},
    "keywords": {"rules": []},
    "answers": {"answers": {}},
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right. `where`: the field, the rule's id or the menu's place.

    `code`: `wording` (then `says` and `instead` tell it) or one whose words the page has.
    """

    where: str
    code: str
    rule: str = ""
    found: tuple[str, ...] = ()
    says: str = ""
    instead: str = ""
    source: str = ""


def known_kind(kind: str) -> str:
    """Return the kind; raise `NotFound` when there is none of this name."""
    if kind not in KINDS:
        raise NotFound(f"There is no content {kind}.")
    return kind


def shipped(kind: str) -> dict[str, Any]:
    """Return what holds before anybody has edited anything."""
    return menu_json() if kind == "menu" else dict(_SHIPPED[kind])


def current_body(session: Transaction, kind: str) -> dict[str, Any]:
    """Return what holds for everybody."""
    current = contents.find_current(session, kind)
    return current[1].body if current else shipped(kind)


def as_text(kind: str, body: Mapping[str, Any]) -> str:
    """Write a body as the one text that a second person approves."""
    return json.dumps([kind, body], ensure_ascii=False, sort_keys=True)


def problems(deps: Deps, kind: str, body: Mapping[str, Any], now: datetime) -> tuple[Problem, ...]:
    """Return everything that keeps a body from being released today."""
    try:
        return tuple(_FINDERS[kind](_Desk(deps, now), body))
    except ValidationError:
        return (Problem("", "unreadable"),)


@dataclass(frozen=True, slots=True)
class _Desk:
    """What every check needs: the bag, and the day whose rules count."""

    deps: Deps
    now: datetime

    def worded(self, where: str, text: str, kind: str) -> Iterator[Problem]:
        """Find what a text may not say."""
        # What is no variable at all is told by `spoken`, and the facts of the house by any words.
        known = {name: f"{{{name}}}" for name in variables_of(text)}
        known |= self._figures(text)
        for found in check_copy(text, kind, self.deps.wording, known, on=day_of(self.now)):
            told = (found.rule, found.found, found.says, found.instead, found.source)
            yield Problem(where, "wording", *told)

    def spoken(self, where: str, text: str, kind: str = "answer") -> Iterator[Problem]:
        """Find what keeps a text from being said in the chat."""
        yield from self.worded(where, text, kind)
        unknown = unknown_placeholders(fill(text, self._figures(text)))
        if unknown:
            yield Problem(where, "unknown_placeholder", found=unknown)
        if text and not self._fits(text):
            yield Problem(where, "too_long")

    def meant(self, where: str, segment: str) -> Iterator[Problem]:
        """Find what keeps a rule from being for these people only.

        Not even with consent is an answer given by income, debt, credit or tier: whoever asks the
        same gets the same (PIPL 24).
        """
        if not segment:
            return
        try:
            with self.deps.sessions() as session:
                guarded = understand(self.deps, session, segment, "service").guarded
        except Misread as misread:
            yield Problem(where, "unreadable_segment", found=(misread.problems[0].found,))
        else:
            if guarded:
                yield Problem(where, "guarded_segment", found=tuple(sorted(guarded)))

    def _figures(self, text: str) -> Mapping[str, str]:
        """Return what the product record says, where a text asks for it."""
        return record_values(self.deps, self.now) if unknown_placeholders(text) else {}

    def _fits(self, text: str) -> bool:
        try:
            told = fill(text, self._figures(text))
            whole = self.deps.copybook.render(says(told, options.BEGIN))
        except TextTooLong:
            return False
        return not self.deps.settings.option_links or "weixin://" in whole


def _welcome(desk: _Desk, body: Mapping[str, Any]) -> Iterator[Problem]:
    welcome = Welcome.model_validate(body)
    yield from desk.spoken("greeting", welcome.greeting, "greeting")
    yield from desk.spoken("closing", welcome.closing, "closing")


def _answers(desk: _Desk, body: Mapping[str, Any]) -> Iterator[Problem]:
    for topic, text in Answers.model_validate(body).answers.items():
        if topic not in TOPICS:
            yield Problem(topic, "unknown_topic")
        elif not text.strip():
            yield Problem(topic, "no_answer")
        else:
            yield from desk.spoken(topic, text)


def _keywords(desk: _Desk, body: Mapping[str, Any]) -> Iterator[Problem]:
    rules = Keywords.model_validate(body).rules
    if len(rules) > MOST_RULES:
        yield Problem("", "too_many_rules")
    for rule in rules:
        yield from _rule(desk, rule)


def _rule(desk: _Desk, rule: Keyword) -> Iterator[Problem]:
    if not any(phrase.strip() for phrase in rule.phrases):
        yield Problem(rule.id, "no_phrase")
    if not rule.answer.strip():
        yield Problem(rule.id, "no_answer")
    if (rule.opens is None) is not (rule.closes is None) or (
        rule.opens and rule.opens == rule.closes
    ):
        yield Problem(rule.id, "half_hours")
    if rule.since and rule.until and rule.since > rule.until:
        yield Problem(rule.id, "days_reversed")
    yield from desk.meant(rule.id, rule.segment)
    yield from desk.spoken(rule.id, rule.answer)
    for clash in find_unheard(alone(rule), desk.deps.forms):
        yield Problem(rule.id, f"never_{clash.meaning}", found=(clash.phrase, clash.detail))


def _menu(desk: _Desk, body: Mapping[str, Any]) -> Iterator[Problem]:
    for mistake in mistakes(body, lambda url: _may_open(desk.deps, url)):
        yield Problem(mistake.place, mistake.code, found=(mistake.found,) if mistake.found else ())
    for place, name, is_top in names(body):
        yield from desk.worded(place, name, "menu_top" if is_top else "menu_sub")


def _may_open(deps: Deps, url: str) -> bool:
    """Say whether a menu may open an address: ours, over https outside a local rehearsal."""
    is_safe = url.startswith("https://") or deps.settings.environment == "local"
    return is_safe and is_ours(url, deps.wording.sender)


_FINDERS = {"welcome": _welcome, "keywords": _keywords, "answers": _answers, "menu": _menu}
