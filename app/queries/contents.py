"""What the pages of edited content show: what holds, the draft, its faults, how it looks."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.access import Actor, Permission
from app.core.dated import day_of
from app.core.errors import NotFound
from app.deps import Deps
from app.dialogue.clashes import Clash, alone, find_clashes, find_shadows
from app.dialogue.edition import Edition, Keyword, in_order
from app.dialogue.editions import edition_from, read_keywords
from app.dialogue.engine import step
from app.dialogue.topics import TOPICS
from app.dialogue.types import Arrived, Known, Position, Said, Say, Typed
from app.steps import staff
from app.steps.contents import KINDS, Problem, current_body, known_kind, problems
from app.store import approvals, contents
from app.store.approvals import Approval
from app.store.contents import ContentRelease, ContentVersion
from app.store.operators import Operator
from app.store.session import Transaction

_HISTORY = 20
_ANCHOR = re.compile(r'<a href="[^"]*">(.*?)</a>')

Bubble = tuple[tuple[tuple[str, bool], ...], ...]
"""Lines of pieces; a piece is its words, and whether it can be tapped."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What holds for everybody; `version_id` None: what we ship, never edited."""

    number: int
    by: str
    at: datetime | None
    release_id: int | None = None
    push_state: str | None = None
    push_code: int | None = None
    pushed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A version that is being worked on, and the request for its release."""

    id: int
    number: int
    revision: int
    state: str
    note: str
    made_by: str
    is_mine: bool
    edited_at: datetime
    asked: Approval | None
    sent_back: str


@dataclass(frozen=True, slots=True)
class Card:
    """One kind on the overview."""

    kind: str
    holding: Holding
    draft: Draft | None


@dataclass(frozen=True, slots=True)
class Past:
    """One release of the past; `may_return` when its version can be released again."""

    version_id: int
    number: int
    state: str
    note: str
    made_by: str
    released_by: str
    released_at: datetime
    is_rollback: bool
    may_return: bool


@dataclass(frozen=True, slots=True)
class Editor:
    """One kind: what is edited, what is wrong with it, and what held before."""

    kind: str
    body: Mapping[str, Any]
    holding: Holding
    draft: Draft | None
    former: ContentVersion | None
    faults: Mapping[str, Sequence[Problem]]
    shadows: Mapping[str, Sequence[str]]
    history: Sequence[Past]

    @property
    def revision(self) -> int:
        """The revision that a saving starts from."""
        return self.draft.revision if self.draft else 0

    @property
    def rules(self) -> tuple[Keyword, ...]:
        """The keyword rules, in the order in which they are looked at."""
        return in_order(edition_from({"keywords": self.body}).keywords)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs between two bodies; None where it is not there."""

    where: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Review:
    """A version as the second person reads it."""

    kind: str
    draft: Draft
    holding: Holding
    changes: Sequence[Change]
    faults: Sequence[Problem]
    rules_version: str | None
    held: Mapping[str, Any]
    body: Mapping[str, Any]


def overview(deps: Deps, actor: Actor) -> Sequence[Card]:
    """Return every kind: what holds, and what is being worked on."""
    actor.require(Permission.LOOK)
    with deps.sessions() as session:
        return [Card(kind, _holding(session, kind), _draft(session, actor, kind)) for kind in KINDS]


def editor(deps: Deps, actor: Actor, kind: str) -> Editor:
    """Return a kind to be edited: the draft, or else what holds."""
    actor.require(Permission.LOOK)
    known_kind(kind)
    with deps.sessions() as session:
        version = contents.find_open(session, kind)
        body = version.body if version else current_body(session, kind)
        return Editor(
            kind=kind,
            body=body,
            holding=_holding(session, kind),
            draft=_draft(session, actor, kind),
            former=contents.find_former(session, kind),
            faults=_by_place(problems(deps, kind, body, deps.clock.now())),
            shadows=_shadows(kind, body),
            history=[_past(row) for row in contents.list_history(session, kind, _HISTORY)],
        )


def review(deps: Deps, actor: Actor, kind: str, version_id: int) -> Review:
    """Return an open version beside what holds; raise `NotFound` when it is open no more."""
    actor.require(Permission.LOOK)
    known_kind(kind)
    with deps.sessions() as session:
        version = contents.find_open(session, kind)
        draft = _draft(session, actor, kind)
        if version is None or draft is None or version.id != version_id:
            raise NotFound(f"No open version {version_id} of {kind}.")
        held = current_body(session, kind)
        return Review(
            kind=kind,
            draft=draft,
            holding=_holding(session, kind),
            changes=tuple(changes(kind, held, version.body)),
            faults=problems(deps, kind, version.body, deps.clock.now()),
            rules_version=version.rules_version,
            held=held,
            body=version.body,
        )


def clashes(deps: Deps, actor: Actor, rule: Mapping[str, Any]) -> Sequence[Clash]:
    """Return where a rule's phrases mean something else, before it is saved."""
    actor.require(Permission.LOOK)
    return [
        clash for one in read_keywords([rule]) for clash in find_clashes(alone(one), deps.forms)
    ]


def rule_faults(deps: Deps, rule: Mapping[str, Any]) -> Sequence[Problem]:
    """Return what is wrong with one rule, before it is saved."""
    return problems(deps, "keywords", {"rules": [rule]}, deps.clock.now())


def find_rule(page: Editor, rule_id: str) -> Keyword:
    """Return a rule of the page; raise `NotFound`."""
    found = next((rule for rule in page.rules if rule.id == rule_id), None)
    if found is None:
        raise NotFound(f"No rule {rule_id}.")
    return found


def stock_words(deps: Deps) -> Mapping[str, str]:
    """Return the stock answers as we ship them, by copy key."""
    return {topic: _plain(deps.copybook.render(Say(topic))) for topic in TOPICS}


def greeting_bubble(deps: Deps, greeting: str) -> Bubble:
    """Return what somebody who follows now reads first."""
    return _bubble(deps, Edition(greeting=greeting), Arrived("follow"))


def closing_bubble(deps: Deps, closing: str) -> Bubble:
    """Return what somebody reads who leaves words for the staff while nobody is at work."""
    place = Position(stage="human_message")
    return _bubble(deps, Edition(closing=closing), Typed("想问问还款"), place)


def answer_bubble(deps: Deps, words: str) -> Bubble:
    """Return how an answer looks where nothing is open."""
    rule = Keyword("shown", ("看看样子",), words)
    return _bubble(deps, Edition(keywords=(rule,)), Typed("看看样子"))


def changes(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """Return what differs, thing by thing, in the order of the later body."""
    old, new = _things(kind, before), _things(kind, after)
    for where in [*new, *(place for place in old if place not in new)]:
        if old.get(where) != new.get(where):
            yield Change(where, old.get(where), new.get(where))


def _things(kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    if kind == "keywords":
        return {rule.id: rule for rule in edition_from({"keywords": body}).keywords}
    if kind == "answers":
        return dict(body.get("answers", {}))
    if kind == "welcome":
        return {name: body[name] for name in ("greeting", "closing") if body.get(name)}
    return {str(place): one for place, one in enumerate(body.get("button", ()), start=1)}


def _bubble(deps: Deps, edition: Edition, said: Said, place: Position | None = None) -> Bubble:
    known = Known(edition=edition, staff_opens_at=staff.next_opening(deps.clock.now()))
    turn = step(said, place or Position(), known, deps.forms)
    return tuple(
        tuple(
            (part, bool(place % 2))
            for place, part in enumerate(_ANCHOR.split(line))
            if part or not place
        )
        for line in deps.copybook.render(*turn.says).splitlines()
    )


def _plain(text: str) -> str:
    return _ANCHOR.sub(lambda link: f"{{{link[1]}}}", text)


def _holding(session: Transaction, kind: str) -> Holding:
    current = contents.find_current(session, kind)
    if current is None:
        return Holding(1, "system", None)
    release, version = current
    return Holding(
        version.number,
        release.released_by,
        release.released_at,
        release.id,
        release.push_state,
        release.push_code,
        release.pushed_at,
    )


def _draft(session: Transaction, actor: Actor, kind: str) -> Draft | None:
    version = contents.find_open(session, kind)
    if version is None:
        return None
    maker = session.get(Operator, version.made_by) if version.made_by else None
    return Draft(
        id=version.id,
        number=version.number,
        revision=version.revision,
        state=version.state,
        note=version.note,
        made_by=maker.name if maker else "system",
        is_mine=version.made_by == actor.id,
        edited_at=version.edited_at,
        asked=approvals.find_open(session, "content", str(version.id)),
        sent_back=approvals.last_refusal(session, "content", str(version.id)),
    )


def _past(row: tuple[ContentRelease, ContentVersion, str | None]) -> Past:
    release, version, made_by = row
    return Past(
        version_id=version.id,
        number=version.number,
        state=version.state,
        note=version.note,
        made_by=made_by or "system",
        released_by=release.released_by,
        released_at=release.released_at,
        is_rollback=release.is_rollback,
        may_return=version.state in ("replaced", "rolled_back"),
    )


def _by_place(found: Sequence[Problem]) -> Mapping[str, Sequence[Problem]]:
    places: dict[str, list[Problem]] = {}
    for problem in found:
        places.setdefault(problem.where, []).append(problem)
    return places


def _shadows(kind: str, body: Mapping[str, Any]) -> Mapping[str, Sequence[str]]:
    """Return, by rule, which of its phrases another rule answers first at times."""
    told: dict[str, list[str]] = {}
    rules = edition_from({"keywords": body}).keywords if kind == "keywords" else ()
    for rule, phrase, _ in find_shadows(rules):
        told.setdefault(rule.id, []).append(phrase)
    return told


def today(deps: Deps) -> str:
    """Return the version of the wording rules that holds today."""
    return deps.wording.on(day_of(deps.clock.now())).version
