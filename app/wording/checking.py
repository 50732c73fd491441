"""Check what is about to be said against the rules of a day: the one gate for editable words.

Every finding blocks. A warning that may be clicked away is how a forbidden promise reaches people.
"""

import re
from collections.abc import Callable, Iterator, Mapping
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
_NO_CAP = Decimal(100)
_LINK = re.compile(
    r"[a-z][a-z0-9+.-]*://[^\s，。；“”<>]*|[<>]"
    r"|(?<![a-z0-9.@/-])(?:[a-z0-9-]+\.)+(?:com|cn|net|org|top|xyz|vip|cc|io|co|info|shop|link|site)"
    r"(?![a-z0-9])[^\s，。；“”<>]*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a need may look at besides the text: who speaks, and what is folded into what."""

    sender: Sender
    folding: Mapping[str, str]


def check(text: str, kind: str, book: WordingBook, *, on: date) -> tuple[Finding, ...]:
    """Return everything that keeps a text of this kind from being said on this day."""
    pack = book.on(on)
    rules = pack.kinds[kind]
    folded = fold(text, pack.folding)
    scope = Scope(book.sender, pack.folding)
    findings = [*_forbidden(folded, pack), *_too_long(text, pack, rules)]
    for need in sorted(rules.needs):
        missing = _NEEDS[need](text, folded, pack.needed[need], scope)
        if missing is not None:
            findings.append(missing)
    return tuple(findings)


def _forbidden(folded: Folded, pack: Pack) -> Iterator[Finding]:
    exempt = [found.span() for found in pack.exempt.finditer(folded.text)] if pack.let_go else []
    for rule, search in pack.searches:
        spans = [found.span() for found in search.finditer(folded.text)]
        told = [span for span in spans if not any(s <= span[0] and span[1] <= e for s, e in exempt)]
        if told:
            words = dict.fromkeys(folded.as_written(*span) for span in told)
            yield _finding(rule, tuple(words))


def _too_long(text: str, pack: Pack, rules: KindRules) -> Iterator[Finding]:
    size = len(text.encode())
    if size > rules.limit_bytes:
        yield _finding(pack.too_long, (f"{size} / {rules.limit_bytes}",))


def _rate_first(text: str, _folded: Folded, rule: Needed, scope: Scope) -> Finding | None:
    """Want the annual rate before any other price."""
    plain = fold_figures(text, scope.folding)
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
    return Finding(rule.rule, found, rule.says, rule.instead)


_NEEDS: Mapping[Need, Callable[[str, Folded, Needed, Scope], Finding | None]] = {
    "rate_first": _rate_first,
    "under_cap": _under_cap,
    "sender": _named,
    "way_out": _one_of,
    "ad_mark": _one_of,
    "own_links": _own_links,
    "no_links": _no_links,
}
