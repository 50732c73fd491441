"""Check what is about to be said against the rules of a day: the one gate for editable words.

Every finding blocks. A warning that may be clicked away is how a forbidden promise reaches people.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.wording.folding import Folded, fold, fold_figures, halved
from app.wording.pack import Forbidden, KindRules, Need, Needed, Pack, WordingBook
from app.wording.types import Finding, Sender

# A price in figures or in the words that stand for one: by percent, by ten thousand, by the day,
# by the instalment.
_PRICE = re.compile(
    r"\d+(?:\.\d+)?(?:%|‰)|百分之|千分之|万分之|(?<![\d一二三四五六七八九十几两])万[二三四五六七八九\d](?=[^\d万元年个]|$)"
    r"|[日月]利率|[日月]息|[一二三四五六七八九\d](?:厘|分利)"
    r"|(?:每|一)[天日].{0,6}?\d+(?:\.\d+)?[元块]|(?:每期|每月|月供).{0,6}?\d[\d,.]*[元块万]"
)
_ANNUAL = re.compile(r"年化[^\n]{0,24}?\d+(?:\.\d+)?%")
# A range loses its dash in folding, not its signs of percent.
_RATES = re.compile(r"年(?:化|利率)[^\n]{0,40}")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)%")
_AMOUNT = re.compile(
    r"\d[\d,.]*(?:元|块|[百千]?万|千元)|[一二三四五六七八九十百千两]+(?:元|块|万[元块]|万额)"
    r"|(?<![第\d])\d+期"
)
Span = tuple[int, int]
_NO_CAP = Decimal(100)
_LINK = re.compile(
    r"[a-z][a-z0-9+.-]*://[^\s，。；“”<>]*|[<>]"
    r"|(?<![a-z0-9.@/-])(?:[a-z0-9-]+\.)+(?:com|cn|net|org|top|xyz|vip|cc|io|co|info|shop|link|site)"
    r"(?![a-z0-9])[^\s，。；“”<>]*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a need may look at besides the text: who speaks, the pack, what a person has written."""

    sender: Sender
    pack: Pack
    written: str

    @property
    def folding(self) -> Mapping[str, str]:
        """What is folded into what."""
        return self.pack.folding


def check(
    text: str, kind: str, book: WordingBook, *, on: date, written: str | None = None
) -> tuple[Finding, ...]:
    """Return everything that keeps a text of this kind from being said on this day.

    `written`: what somebody wrote of it, where the rest came from the signed product record.
    """
    pack = book.on(on)
    rules = pack.kinds[kind]
    folded = fold(text, pack.folding)
    scope = Scope(book.sender, pack, text if written is None else written)
    findings = [*_forbidden(folded, pack), *_too_long(text, pack, rules)]
    for need in sorted(rules.needs):
        missing = _NEEDS[need](text, folded, pack.needed[need], scope)
        if missing is not None:
            findings.append(missing)
    return tuple(findings)


def _forbidden(folded: Folded, pack: Pack) -> Iterator[Finding]:
    exempt = [found.span() for found in pack.exempt.finditer(folded.text)] if pack.let_go else []
    for rule, search in pack.searches:
        told = _outside(search.spans(folded.text), exempt)
        if told:
            words = dict.fromkeys(folded.as_written(*span) for span in told)
            yield _finding(rule, tuple(words))


def _outside(spans: Iterable[Span], aside: Sequence[Span]) -> list[Span]:
    """Return what does not lie wholly within anything that was set aside."""
    return [one for one in spans if not any(s <= one[0] and one[1] <= e for s, e in aside)]


def _too_long(text: str, pack: Pack, rules: KindRules) -> Iterator[Finding]:
    size = len(text.encode())
    if size > rules.limit_bytes:
        yield _finding(pack.too_long, (f"{size} / {rules.limit_bytes}",))
    most = rules.limit_characters
    if most is not None and (len(text) > most or "\n" in text):
        yield _finding(pack.too_long, (f"{len(text)} / {most}",))


def _rate_first(text: str, _folded: Folded, rule: Needed, scope: Scope) -> Finding | None:
    """Want the annual rate before any other price; a person's own figures are none."""
    own = scope.pack.other_meanings["rate_first"]
    plain = own.sub("", fold_figures(text, scope.folding))
    price, annual = _PRICE.search(plain), _ANNUAL.search(plain)
    if price is None or (annual is not None and annual.start() <= price.start()):
        return None
    return _finding(rule, (price[0],))


def _under_cap(text: str, _folded: Folded, rule: Needed, scope: Scope) -> Finding | None:
    """Want no annual rate above what may be charged, the worst of a range included."""
    plain = fold_figures(text, scope.folding)
    told = [one for found in _RATES.finditer(plain) for one in _PERCENT.findall(found[0])]
    over = tuple(f"{one}%" for one in told if Decimal(one) > (rule.most_percent or _NO_CAP))
    return _finding(rule, over) if over else None


def _named(text: str, _folded: Folded, rule: Needed, scope: Scope) -> Finding | None:
    return None if any(name and name in text for name in scope.sender.names) else _finding(rule, ())


def _one_of(_text: str, folded: Folded, rule: Needed, _scope: Scope) -> Finding | None:
    return None if any(word in folded.text for word in rule.anyone) else _finding(rule, ())


def _class_by_words(_text: str, folded: Folded, rule: Needed, scope: Scope) -> Finding | None:
    """Want no words by which a text is marketing, whatever class it was declared to be."""
    found = _called(folded, "class_by_words", scope.pack)
    return _finding(rule, found) if found else None


def _preliminary(_text: str, folded: Folded, rule: Needed, scope: Scope) -> Finding | None:
    """Want it said that nothing is settled wherever a quota is named."""
    found = _called(folded, "preliminary", scope.pack)
    is_said = any(fold(word, scope.folding).text in folded.text for word in rule.anyone)
    return _finding(rule, found) if found and not is_said else None


def _called(folded: Folded, need: Need, pack: Pack) -> tuple[str, ...]:
    """Return the words that call for a need, those aside that warn or mean another thing."""
    searches = (pack.exempt, pack.other_meanings[need]) if pack.let_go else ()
    aside = [found.span() for search in searches for found in search.finditer(folded.text)]
    told = _outside(pack.calls[need].spans(folded.text), aside)
    return tuple(dict.fromkeys(folded.as_written(*span) for span in told))


def _record_prices(_text: str, _folded: Folded, rule: Needed, scope: Scope) -> Finding | None:
    """Want every rate, amount and instalment from the record; a warning may name a swindler's."""
    plain = fold_figures(scope.written, scope.folding)
    aside = [one.span() for one in scope.pack.exempt.finditer(plain)]
    spans = [one.span() for search in (_PRICE, _AMOUNT) for one in search.finditer(plain)]
    found = tuple(dict.fromkeys(plain[slice(*span)] for span in _outside(spans, aside)))
    return _finding(rule, found) if found else None


def _own_links(text: str, _folded: Folded, rule: Needed, scope: Scope) -> Finding | None:
    foreign = tuple(link for link in _links(text) if not is_ours(link, scope.sender))
    return _finding(rule, foreign) if foreign else None


def _no_links(text: str, _folded: Folded, rule: Needed, _scope: Scope) -> Finding | None:
    links = _links(text)
    return _finding(rule, links) if links else None


def _links(text: str) -> tuple[str, ...]:
    return tuple(found[0] for found in _LINK.finditer(halved(text).replace("\n", " ")))


def is_ours(url: str, sender: Sender) -> bool:
    """Say whether an address is on one of the pages that we answer for."""
    return any(url == base or url.startswith(base + "/") for base in sender.link_bases)


def _finding(rule: Forbidden | Needed, found: tuple[str, ...]) -> Finding:
    return Finding(rule.rule, found, rule.says, rule.instead, rule.source)


_NEEDS: Mapping[Need, Callable[[str, Folded, Needed, Scope], Finding | None]] = {
    "rate_first": _rate_first,
    "under_cap": _under_cap,
    "sender": _named,
    "way_out": _one_of,
    "ad_mark": _one_of,
    "own_links": _own_links,
    "no_links": _no_links,
    "class_by_words": _class_by_words,
    "record_prices": _record_prices,
    "preliminary": _preliminary,
}
