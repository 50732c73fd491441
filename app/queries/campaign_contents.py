"""What a campaign says, variant by variant, as its pages show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.store.campaigns import Campaign
from app.wechat.news import body_of, read_news


@dataclass(frozen=True, slots=True)
class Page:
    """One article of a draft: what its readers see in the list and on opening it."""

    title: str
    digest: str
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """What one variant says, and the share of people who get it; one without variants: all.

    `template` names the version of a kept template that the words are from. `news`: the articles
    of the draft `media_id`, once somebody has read them.
    """

    text: str
    template_id: str
    data: Mapping[str, str]
    share: float = 1.0
    media_id: str = ""
    news: Sequence[Page] = ()
    template: str = ""


def contents_of(
    definition: Mapping[str, Any], news: Mapping[str, Sequence[Page]] | None = None
) -> list[tuple[str, Said]]:
    """Return what each variant says; one without variants says it under no name."""
    known = news or {}
    variants = definition.get("variants") or ()
    if variants:
        return [(one["name"], said_of(one["content"], one["share"], known)) for one in variants]
    content = definition.get("content")
    return [("", said_of(content, 1.0, known))] if content else []


def contents_read(one: Campaign) -> list[tuple[str, Said]]:
    """Return what people read: as it was rehearsed, and so approved, or as it was written."""
    news, told = news_read(one), (one.rehearsal or {}).get("contents") or {}
    return [
        (name, said_of(told[name], said.share, news) if name in told else said)
        for name, said in contents_of(one.definition, news)
    ]


def news_read(one: Campaign) -> dict[str, Sequence[Page]]:
    """Return the articles of a campaign's drafts as they were rehearsed, by the drafts' ids."""
    kept = (one.rehearsal or {}).get("news") or {}
    return {media_id: pages_of(items) for media_id, items in kept.items()}


def pages_of(items: Sequence[Mapping[str, Any]]) -> list[Page]:
    """Return the articles that a rehearsal kept, as they are read."""
    return [Page(one.title, one.digest, body_of(one.content)) for one in read_news(items)]


def said_of(
    content: Mapping[str, Any],
    share: float = 1.0,
    news: Mapping[str, Sequence[Page]] | None = None,
) -> Said:
    """Return a content as a page shows it."""
    media_id = content.get("media_id") or ""
    return Said(
        text=content.get("text") or "",
        template_id=content.get("template_id") or "",
        data=content.get("data") or {},
        share=share,
        media_id=media_id,
        news=(news or {}).get(media_id, ()),
        template=content.get("template") or "",
    )
