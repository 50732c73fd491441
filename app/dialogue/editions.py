"""Edited content as JSON and back, and what of it holds for one person at one moment."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from app.dialogue.edition import Edition, Keyword

KINDS = ("welcome", "keywords", "answers")
"""The kinds of content that the conversation says; the menu is the platform's to show."""


class Welcome(BaseModel):
    """The words around what is fixed: before the notice, and while nobody is at work."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    greeting: str = ""
    closing: str = ""


class Answers(BaseModel):
    """Stock answers that replace ours, by copy key."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    answers: dict[str, str] = {}


class Keywords(BaseModel):
    """Every keyword rule."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rules: tuple[Keyword, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What one person is shown, until when, instead of what holds for everybody."""

    until: datetime
    edition: Edition


@dataclass(frozen=True, slots=True)
class Released:
    """Everything released, as a process keeps it."""

    edition: Edition = field(default_factory=Edition)
    previews: Mapping[uuid.UUID, Preview] = field(default_factory=dict)

    def holds_for(self, person_id: uuid.UUID, here: datetime) -> Edition:
        """Return what holds for a person at a moment, told in Shanghai's time."""
        preview = self.previews.get(person_id)
        edition = preview.edition if preview and here < preview.until else self.edition
        live = tuple(rule for rule in edition.keywords if rule.is_live(here))
        return edition if live == edition.keywords else replace(edition, keywords=live)


def read_released(
    bodies: Mapping[str, Any], shown: Iterable[tuple[str, str, str, Any]]
) -> Released:
    """Read what the store keeps; `shown`: person, kind, until and body of each preview."""
    drafts: dict[uuid.UUID, dict[str, Any]] = {}
    ends: dict[uuid.UUID, datetime] = {}
    for person, kind, until, body in shown:
        person_id, end = uuid.UUID(person), datetime.fromisoformat(until)
        drafts.setdefault(person_id, {})[kind] = body
        ends[person_id] = min(end, ends.get(person_id, end))
    previews = {
        person_id: Preview(ends[person_id], edition_from({**bodies, **draft}))
        for person_id, draft in drafts.items()
    }
    return Released(edition_from(bodies), previews)


def edition_from(bodies: Mapping[str, Any]) -> Edition:
    """Read bodies by kind; what cannot be understood says what we ship."""
    welcome = _read(Welcome, bodies.get("welcome"))
    return Edition(
        greeting=welcome.greeting,
        closing=welcome.closing,
        answers=_read(Answers, bodies.get("answers")).answers,
        keywords=_read(Keywords, bodies.get("keywords")).rules,
    )


def read_keywords(rules: Iterable[Mapping[str, Any]]) -> tuple[Keyword, ...]:
    """Read keyword rules; raise `ValueError` when one cannot be understood."""
    return Keywords.model_validate({"rules": tuple(rules)}).rules


def keywords_to_json(rules: Iterable[Keyword]) -> dict[str, Any]:
    """Write keyword rules as the store keeps them."""
    written: dict[str, Any] = TypeAdapter(Keywords).dump_python(
        Keywords(rules=tuple(rules)), mode="json"
    )
    return written


def _read(kind: type[Any], body: object) -> Any:  # noqa: ANN401 - one of the three kinds
    try:
        return kind.model_validate(body or {})
    except ValidationError:
        return kind()
