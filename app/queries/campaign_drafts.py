"""What the editor of campaigns needs: saved segments, a draft, what is wrong in its words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.audience.printer import to_text
from app.audience.problems import Misread, Problem
from app.audience.tree import Has
from app.contact.types import MessageClass
from app.core.access import Actor, Permission
from app.core.dated import day_of
from app.core.errors import NotAllowed, PlatformFailure, StateUnavailable
from app.deps import Deps
from app.queries.campaign_contents import Page, Said, contents_of
from app.steps.audience import Figures, figures_of, tag_words, understand
from app.steps.campaign_reach import meant, purpose_of
from app.steps.campaign_templates import reference
from app.steps.product_record import record_values
from app.steps.taxonomy import taxonomy_of
from app.store import campaigns as store
from app.store import segments
from app.store import templates as kept
from app.wechat.news import News, read_news
from app.wording.types import Finding
from app.wording.variables import check_copy, fill, variables_of

_FIELD = "field"
"""The rules of wording for what stands in one field of a template."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A segment that is kept, and its question as it is now."""

    id: int
    name: str
    query: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What an author chooses from: segments, and tags (names by question)."""

    segments: Sequence[Saved]
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Draft:
    """A campaign as it can be edited; `is_new_version`: its segment asks something else by now.

    `news`: the titles of the drafts that it names, as far as they are known.
    """

    id: int
    state: str
    definition: Mapping[str, Any]
    segment_id: int | None = None
    is_new_version: bool = False
    news: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Meant:
    """How many are meant, or which question cannot be read (0: the segment's) and why not."""

    figures: Figures | None = None
    at: int = 0
    problems: Sequence[Problem] = field(default_factory=tuple)
    why: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What one variant says, and what keeps it from being said."""

    name: str
    said: Said
    findings: Sequence[Finding]


def choices(deps: Deps, actor: Actor) -> Choices:
    """Return what there is to choose from, the latest saved segment first."""
    actor.require(Permission.LOOK)
    with deps.sessions() as session:
        saved = [Saved(one.id, one.name, now.query) for one, now in segments.list_current(session)]
        tags = tag_words(taxonomy_of(session))
    asked = {to_text(Has("tag", key)): words.title for key, words in tags.items()}
    return Choices(saved, dict(sorted(asked.items(), key=lambda it: it[1])))


def draft(deps: Deps, actor: Actor, campaign_id: int) -> Draft:
    """Return a campaign to be edited; raise `NotFound`."""
    actor.require(Permission.LOOK)
    with deps.sessions() as session:
        one = store.get(session, campaign_id)
        now = {kept.id: now.query for kept, now in segments.list_current(session)}
    is_new = one.segment_id in now and now[one.segment_id] != one.segment
    kept = (one.rehearsal or {}).get("news") or {}
    news = {media_id: _title(read_news(items)) for media_id, items in kept.items()}
    return Draft(one.id, one.state, one.definition, one.segment_id, is_new, news)


def news(deps: Deps, actor: Actor) -> Mapping[str, str]:
    """Ask the platform for the titles of the account's latest drafts; raise `NotAllowed`."""
    actor.require(Permission.PREPARE)
    try:
        found = deps.broadcaster.list_news()
    except (PlatformFailure, StateUnavailable):
        raise NotAllowed("The draft box cannot be read now.", why="news_unreadable") from None
    return {media_id: _title(one) for media_id, one in found.items()}


def _title(news: News) -> str:
    return "、".join(one.title for one in news)


def audience(deps: Deps, actor: Actor, klass: str, segment: str, exclude: Sequence[str]) -> Meant:
    """Count whom a segment means now, without whoever is excluded."""
    actor.require(Permission.LOOK)
    purpose = purpose_of(klass)
    with deps.sessions.begin() as session:
        for number, question in enumerate((segment, *exclude)):
            try:
                understand(deps, session, question, "service" if number else purpose)
            except Misread as misread:
                return Meant(at=number, problems=misread.problems)
            except NotAllowed as no:
                return Meant(at=number, why=no.why)
        try:
            understood = meant(deps, session, segment, exclude, purpose)
        except NotAllowed as no:
            return Meant(at=1, why=no.why)
        return Meant(figures_of(deps, session, actor, understood))


def from_template(deps: Deps, actor: Actor, template_id: int) -> Draft:
    """Return a campaign as it begins with a template's newest words; raise `NotFound`."""
    actor.require(Permission.LOOK)
    with deps.sessions() as session:
        one = kept.get(session, template_id)
        version = kept.get_version(session, template_id, one.version)
    content = {**version.content, "template": reference(one.name, version.number)}
    told = {"name": "", "class": one.klass, "channel": one.channel, "segment": ""}
    return Draft(0, "draft", {**told, "content": content})


def checks(
    deps: Deps,
    actor: Actor,
    klass: str,
    contents: Mapping[str, Any],
    titles: Mapping[str, str] | None = None,
) -> Sequence[Checked]:
    """Check what is being typed as it will be read, by the rules of its class and of today.

    A draft is shown by its title: it is read, and checked, when the campaign is rehearsed.
    """
    actor.require(Permission.LOOK)
    now = deps.clock.now()
    news = {media_id: [Page(title, "", "")] for media_id, title in (titles or {}).items()}
    written = [
        (name, said) for name, said in contents_of(contents, news) if _words(said) or said.media_id
    ]
    takes_figures = any(variables_of(text) for _, said in written for text in _words(said))
    values = record_values(deps, now) if takes_figures else {}
    kinds = deps.wording.on(day_of(now)).kinds
    kind = klass if klass in kinds else MessageClass.SERVICE.value
    found = []
    for name, said in written:
        of_text = _FIELD if said.data else kind
        faults = [
            fault
            for text in _words(said)
            for fault in check_copy(text, of_text, deps.wording, values, on=day_of(now))
        ]
        found.append(Checked(name, _filled(said, values), faults))
    return found


def _words(said: Said) -> tuple[str, ...]:
    return (said.text,) if said.text else tuple(said.data.values())


def _filled(said: Said, values: Mapping[str, str]) -> Said:
    data = {name: fill(text, values) for name, text in said.data.items()}
    return replace(said, text=fill(said.text, values), data=data)
