"""Turn copy keys into words; the only module that knows where words live and how long they may be.

Whatever a template prints is stripped of control characters and of anything that WeChat would show
as a link, unless it is marked as ours: a person's own words can be repeated but cannot act.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from app.core.clock import SHANGHAI
from app.core.errors import Failure, NotFound

TEXT_LIMIT_BYTES = 2000
"""Passive and customer-service texts; the platform cuts at 2,048 bytes of UTF-8 (2026-11)."""

FIELD_LIMIT_CHARACTERS = 20
"""One field of a template message, without line breaks (the platform's notice of 2023-05-04)."""

_ENDINGS = (".txt.j2", ".json.j2")
# C0 and C1 controls, zero-width signs, signs that turn the direction of writing, and what is no
# character at all (lone surrogates, the two that XML forbids).
_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]+"
)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:/+|[<>]", re.IGNORECASE)
# WeChat makes a link of a bare "example.com"; a dot before a letter becomes a full-width one.
_BARE_HOST = re.compile(r"(?<=[a-z0-9-])\.(?=[a-z])", re.IGNORECASE)


class TextTooLong(Failure):
    """A text does not fit its channel, even without links."""


class Choice(Protocol):
    """One way to answer: `id` travels with a tap, `label` is typed or tapped."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def label(self) -> str: ...  # noqa: D102


class Words(Protocol):
    """What can be rendered: a copy key, the values its template needs, the ways to answer."""

    @property
    def key(self) -> str: ...  # noqa: D102
    @property
    def values(self) -> Mapping[str, object]: ...  # noqa: D102
    @property
    def options(self) -> Sequence[Choice]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Lender:
    """How the lender is named in every message."""

    full_name: str
    short_name: str
    phone: str
    complaint_url: str
    is_demonstration: bool


@dataclass(frozen=True, slots=True)
class House:
    """What every template may name: the lender, our pages, our hours, the public hotlines."""

    lender: Lender
    public_url: str
    privacy_url: str
    staff_hours: str
    retention_days: int
    hotlines: Mapping[str, str]


class Copybook:
    """All words, compiled once at start: a turn has no time to compile."""

    def __init__(self, templates_dir: Path, house: House, *, option_links: bool) -> None:
        self._public_url = house.public_url
        self._option_links = option_links
        environment = _environment(templates_dir, house, self._our_link)
        names = environment.list_templates(filter_func=lambda name: name.endswith(_ENDINGS))
        compiled = {name: environment.get_template(name) for name in names}
        self._templates = {_key(name): one for name, one in compiled.items() if _is_whole(name)}

    @property
    def keys(self) -> frozenset[str]:
        """Every copy key that has words."""
        return frozenset(self._templates)

    def render(self, *says: Words, limit_bytes: int = TEXT_LIMIT_BYTES) -> str:
        """Join several pieces into one text, a blank line between them.

        Only the last piece that offers options shows them: numbers typed back must mean one thing.
        Links are dropped, all together, when the text does not fit with them; a text that does not
        fit without links raises `TextTooLong`, because half a notice is worse than none.
        """
        bodies = [self._template(say.key).render(say.values).strip() for say in says]
        asking = max((place for place, say in enumerate(says) if say.options), default=-1)
        for has_links in (True, False) if self._option_links else (False,):
            pieces = list(bodies)
            if asking >= 0:
                pieces[asking] += "".join(_option_lines(says[asking].options, has_links))
            text = "\n\n".join(pieces)
            if len(text.encode()) <= limit_bytes:
                return text
        raise TextTooLong(f"Too long for its channel: {', '.join(say.key for say in says)}.")

    def fields(self, key: str, **values: object) -> dict[str, str]:
        """Fill the fields of a template message; raise `TextTooLong` when one does not fit."""
        filled: dict[str, str] = json.loads(self._template(key).render(values))
        for name, words in filled.items():
            if len(words) > FIELD_LIMIT_CHARACTERS or "\n" in words:
                raise TextTooLong(f"Too long for its channel: {key}, field {name}.")
        return filled

    def _template(self, key: str) -> Template:
        try:
            return self._templates[key]
        except KeyError:
            raise NotFound(f"No words for {key}.") from None

    def _our_link(self, url: str) -> Markup:
        """Let an address through, if it is ours."""
        if not url.startswith(self._public_url + "/"):
            raise ValueError("only our own pages are linked")
        return Markup(url)  # noqa: S704 - checked above, and WeChat's text is not HTML


def _environment(templates_dir: Path, house: House, our_link: object) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates_dir),
        autoescape=False,  # noqa: S701 - WeChat's text is not HTML; `_harmless` guards every value
        undefined=StrictUndefined,
        finalize=_harmless,
        auto_reload=False,
        cache_size=-1,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    lender = house.lender
    environment.globals |= {
        "lender": {
            "full_name": lender.full_name,
            "short_name": lender.short_name,
            "phone": lender.phone,
            "complaint_url": Markup(lender.complaint_url),  # noqa: S704 - from the settings
            "is_demonstration": lender.is_demonstration,
        },
        "privacy_url": Markup(house.privacy_url),  # noqa: S704 - from the settings
        "staff_hours": house.staff_hours,
        "retention_days": house.retention_days,
        "hotlines": house.hotlines,
    }
    environment.filters |= {
        "yuan": yuan,
        "percent": percent,
        "day": day,
        "minute": minute,
        "opening": opening,
        "circled": circled,
        "our_link": our_link,
    }
    return environment


def yuan(fen: int) -> str:
    """Write an amount in yuan: 3000000 → 30,000, and 88849 → 888.49."""
    whole, rest = divmod(fen, 100)
    return f"{whole:,}.{rest:02d}" if rest else f"{whole:,}"


def percent(basis_points: int) -> str:
    """Write a rate: 1200 → 12%, 1250 → 12.5%, 1268 → 12.68%."""
    whole, rest = divmod(basis_points, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + "%" if rest else f"{whole}%"


def day(value: datetime | date | str) -> str:
    """Write a day as people say it: 12月23日; a moment is taken where people are."""
    when = date.fromisoformat(value) if isinstance(value, str) else value
    if isinstance(when, datetime):
        when = when.astimezone(SHANGHAI)
    return f"{when.month}月{when.day}日"


def minute(value: datetime) -> str:
    """Write a moment to the minute, where people are: 2026年11月23日 11:20."""
    here = value.astimezone(SHANGHAI)
    return f"{here.year}年{here.month}月{here.day}日 {here:%H:%M}"


def opening(value: datetime) -> str:
    """Write when the staff are in next, as people say it: 11月26日（周四）9:00."""
    here = value.astimezone(SHANGHAI)
    return f"{day(here)}（周{'一二三四五六日'[here.weekday()]}）{here.hour}:{here:%M}"


def circled(number: int) -> str:
    """Write a number from 1 to 20 in a circle: 1 → ①."""
    return chr(ord("①") + number - 1)


def _harmless(value: object) -> object:
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return _BARE_HOST.sub("．", _SCHEME.sub(" ", _CONTROL.sub(" ", value)))


def _is_whole(name: str) -> bool:
    """Say whether a file is a message of its own, and not a part that others include."""
    return not name.rpartition("/")[2].startswith("_")


def _key(name: str) -> str:
    ending = next(ending for ending in _ENDINGS if name.endswith(ending))
    return name.removesuffix(ending).replace("/", ".")


def _option_lines(options: Sequence[Choice], has_links: bool) -> list[str]:
    return [
        _option_line(number, option.id, option.label, has_links)
        for number, option in enumerate(options, start=1)
    ]


@lru_cache(maxsize=1024)
def _option_line(number: int, option_id: str, label: str, has_links: bool) -> str:
    """Write one option; the same few are under every question."""
    label = str(_harmless(label))
    shown = f"{number} {label}"
    if has_links:
        # Undocumented but long in use: a tap sends the label as if typed, with the id.
        sends = f"msgmenucontent={quote(label, safe='')}&msgmenuid={quote(option_id, safe='')}"
        shown = f'<a href="weixin://bizmsgmenu?{sends}">{shown}</a>'
    return f"\n{shown}"
