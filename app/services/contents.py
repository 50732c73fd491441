"""Edit what the conversation says and the menu shows: draft, check, ask, release, roll back.

One version holds everything of one kind. Only a checked version is released, and only by somebody
else than whoever made it; a rollback releases a version that two people had released before.
"""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from app.core.access import Actor, Permission
from app.core.dated import day_of
from app.core.errors import NotAllowed, NotFound
from app.core.jobs import JobName
from app.deps import Deps
from app.dialogue.editions import keywords_to_json, read_keywords
from app.steps import approval, audit
from app.steps.contents import KINDS, Problem, as_text, known_kind, problems, shipped
from app.store import approvals, contents, outbox
from app.store.contents import ContentRelease, ContentVersion
from app.store.people import Person
from app.store.session import Transaction

__all__ = [
    "KINDS",
    "Problem",
    "discard",
    "preview",
    "refuse",
    "release",
    "roll_back",
    "save",
    "submit",
]

SUBJECT = "content"
PREVIEW_LASTS = timedelta(minutes=10)


def save(
    deps: Deps, actor: Actor, kind: str, body: Mapping[str, Any], *, revision: int, note: str = ""
) -> int:
    """Save the draft of a kind and return its revision; an open request for release is void.

    `revision`: the one that was edited, 0 for a new draft; another saving since is refused.
    """
    return _change(deps, actor, kind, lambda _: dict(body), revision, note)


def save_rule(
    deps: Deps, actor: Actor, rule: Mapping[str, Any], *, revision: int, note: str = ""
) -> int:
    """Save one keyword rule in the draft, in the place of the rule with its id."""

    def with_rule(body: Mapping[str, Any]) -> dict[str, Any]:
        rules = list(body.get("rules", ()))
        places = {one["id"]: place for place, one in enumerate(rules)}
        place = places.get(rule["id"], len(rules))
        return keywords_to_json(read_keywords([*rules[:place], dict(rule), *rules[place + 1 :]]))

    return _change(deps, actor, "keywords", with_rule, revision, note)


def remove_rule(deps: Deps, actor: Actor, rule_id: str, *, revision: int) -> int:
    """Take one keyword rule out of the draft."""

    def without(body: Mapping[str, Any]) -> dict[str, Any]:
        kept = [one for one in body.get("rules", ()) if one["id"] != rule_id]
        if len(kept) == len(body.get("rules", ())):
            raise NotFound(f"No rule {rule_id}.")
        return {"rules": kept}

    return _change(deps, actor, "keywords", without, revision, "")


Edit = Callable[[Mapping[str, Any]], dict[str, Any]]


def _change(deps: Deps, actor: Actor, kind: str, edit: Edit, revision: int, note: str) -> int:
    actor.require(Permission.PREPARE)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        contents.lock_kind(session, known_kind(kind))
        draft = contents.find_open(session, kind, lock=True)
        if revision != (draft.revision if draft else 0):
            raise NotAllowed("Somebody has saved it meanwhile.", why="changed_meanwhile")
        draft = draft or _new_draft(deps, session, actor, kind)
        body = edit(draft.body)
        act = audit.Act(
            "content_saved", SUBJECT, draft.id, note, changes={"body": (draft.body, body)}
        )
        draft.body, draft.note, draft.state = body, note[:200], "draft"
        # Who edits last is the maker: neither of two editors may release what they made together.
        draft.made_by, draft.edited_at, draft.revision = actor.id, now, revision + 1
        draft.checked_at = draft.rules_version = None
        approvals.void(session, SUBJECT, str(draft.id), now)
        audit.record(deps, session, actor, act)
        return draft.revision


def discard(deps: Deps, actor: Actor, kind: str) -> None:
    """Drop the draft of a kind."""
    actor.require(Permission.PREPARE)
    with deps.sessions.begin() as session:
        draft = _open(session, kind)
        draft.state = "dropped"
        approvals.void(session, SUBJECT, str(draft.id), deps.clock.now())
        audit.record(deps, session, actor, audit.Act("content_dropped", SUBJECT, draft.id))


def submit(deps: Deps, actor: Actor, kind: str, *, title: str, reason: str) -> tuple[Problem, ...]:
    """Check the draft; when nothing is wrong, ask a second person to release it."""
    actor.require(Permission.PREPARE)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        draft = _open(session, kind)
        found = problems(deps, kind, draft.body, now)
        if found:
            return found
        draft.state, draft.checked_at = "checked", now
        draft.rules_version = _rules_version(deps, now)
        approval.ask(
            deps, session, actor, SUBJECT, draft.id, title=title,
            content=as_text(kind, draft.body), reason=reason,
        )  # fmt: skip
    return ()


def release(deps: Deps, actor: Actor, kind: str, version_id: int, words: str = "") -> None:
    """Release a checked version that somebody else made; it holds from the next message on."""
    actor.require(Permission.APPROVE)
    with deps.sessions.begin() as session:
        contents.lock_kind(session, known_kind(kind))
        version = contents.get_version(session, kind, version_id)
        if version.state != "checked":
            raise NotAllowed("Only a checked version is released.", why="not_checked")
        if version.made_by == actor.id:
            raise NotAllowed("Whoever made it cannot release it.", why="own_request")
        _pass_today(deps, version)
        approval.answer(
            deps, session, actor, SUBJECT, version.id,
            content=as_text(kind, version.body), approve=True, words=words,
        )  # fmt: skip
        _put_in_force(deps, session, actor, version, reason=words)


def refuse(deps: Deps, actor: Actor, kind: str, version_id: int, words: str) -> None:
    """Send a version back to be edited, with the reason."""
    actor.require(Permission.APPROVE)
    if not words.strip():
        raise NotAllowed("A reason is needed.", why="reason_needed")
    with deps.sessions.begin() as session:
        version = contents.get_version(session, known_kind(kind), version_id)
        approval.answer(
            deps, session, actor, SUBJECT, version.id,
            content=as_text(kind, version.body), approve=False, words=words,
        )  # fmt: skip
        version.state = "draft"


def roll_back(
    deps: Deps, actor: Actor, kind: str, *, release_id: int, version_id: int, reason: str = ""
) -> int:
    """Release a former version again, at once and alone: two people had released it before.

    Return its number. `release_id`: what held on the page that was looked at; another release since
    is refused.
    """
    actor.require(Permission.APPROVE)
    with deps.sessions.begin() as session:
        contents.lock_kind(session, known_kind(kind))
        current = contents.find_current(session, kind)
        if current is None or current[0].id != release_id:
            raise NotAllowed("Another version holds by now.", why="changed_meanwhile")
        former = contents.get_version(session, kind, version_id)
        if former.state not in ("replaced", "rolled_back"):
            raise NotAllowed("Only a former version can be returned to.", why="not_former")
        _pass_today(deps, former)
        _put_in_force(deps, session, actor, former, reason=reason, is_rollback=True)
        return former.number


def preview(deps: Deps, actor: Actor, kind: str, person_id: uuid.UUID) -> datetime:
    """Show the draft to one person of the simulator, for ten minutes; return until when."""
    actor.require(Permission.PREPARE)
    if deps.settings.simulator != "on":
        raise NotAllowed("A draft is shown only to pretend phones.", why="no_simulator")
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        draft = _open(session, kind)
        person = session.get(Person, person_id)
        if person is None or person.state == "erased":
            raise NotFound("No such person.")
        until = now + PREVIEW_LASTS
        session.add(
            ContentRelease(
                kind=kind, version_id=draft.id, person_id=person_id, until=until,
                released_by=actor.name, released_at=now,
            )
        )  # fmt: skip
        act = audit.Act("content_previewed", SUBJECT, draft.id, person=person)
        audit.record(deps, session, actor, act)
    return until


def _new_draft(deps: Deps, session: Transaction, actor: Actor, kind: str) -> ContentVersion:
    now = deps.clock.now()
    contents.add_first(session, kind, shipped(kind), now)
    current = contents.find_current(session, kind)
    draft = ContentVersion(
        kind=kind,
        number=contents.next_number(session, kind),
        body=current[1].body if current else shipped(kind),
        state="draft",
        made_by=actor.id,
        made_at=now,
        edited_at=now,
    )
    session.add(draft)
    session.flush()
    return draft


def _open(session: Transaction, kind: str) -> ContentVersion:
    contents.lock_kind(session, known_kind(kind))
    draft = contents.find_open(session, kind, lock=True)
    if draft is None:
        raise NotFound(f"There is no draft of {kind}.")
    return draft


def _pass_today(deps: Deps, version: ContentVersion) -> None:
    """Check again: the rules may have changed since, and nothing unchecked is ever released."""
    if problems(deps, version.kind, version.body, deps.clock.now()):
        raise NotAllowed("It does not pass today's rules.", why="fails_today")


def _put_in_force(
    deps: Deps, session: Transaction, actor: Actor, version: ContentVersion, *,
    reason: str, is_rollback: bool = False,
) -> None:  # fmt: skip
    now, is_menu = deps.clock.now(), version.kind == "menu"
    current = contents.find_current(session, version.kind)
    if current is not None:
        current[1].state = "rolled_back" if is_rollback else "replaced"
    version.state = "released"
    version.checked_at, version.rules_version = now, _rules_version(deps, now)
    session.add(
        ContentRelease(
            kind=version.kind, version_id=version.id, released_by=actor.name, released_at=now,
            reason=reason[:500], is_rollback=is_rollback, push_state="due" if is_menu else None,
        )
    )  # fmt: skip
    what = "content_rolled_back" if is_rollback else "content_released"
    before = current[1].number if current else None
    changes = {"version": (before, version.number)}
    audit.record(deps, session, actor, audit.Act(what, SUBJECT, version.id, reason, None, changes))
    if is_menu:
        outbox.add(session, JobName.PUT_MENU.value, actor.request_id[:40], now)


def _rules_version(deps: Deps, now: datetime) -> str:
    return deps.wording.on(day_of(now)).version
