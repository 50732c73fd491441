"""Keep words for campaigns as templates (文案模板): checked, in versions, nothing ever lost.

No template is released: a campaign takes the words over, and is released with them as they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.broadcast.types import Definition, Mistake, Unfit, read_definition
from app.core.access import Actor, Permission
from app.core.dated import day_of
from app.core.errors import NotAllowed
from app.deps import Deps
from app.steps import audit
from app.steps.campaign_checks import need_authorised, said_and_carried
from app.store import templates as store
from app.store.session import Transaction
from app.store.templates import Template, TemplateVersion

SUBJECT = "template"
MOST_NOTE = 200
_BEFORE_NUMBER = "@"


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to keep; `content` as a campaign's file has it."""

    name: str
    klass: str
    channel: str
    content: Mapping[str, Any]
    note: str = ""


def save(deps: Deps, actor: Actor, draft: Draft) -> int:
    """Keep a new template; return its id. Raise `Unfit`, or `NotAllowed` for a name taken."""
    actor.require(Permission.PREPARE)
    definition = _read(draft)
    with deps.sessions.begin() as session:
        checked = _checked(deps, session, actor, definition)
        if store.find_by_name(session, definition.name) is not None:
            raise NotAllowed("A template of this name is kept already.", why="template_exists")
        template = Template(
            name=definition.name, klass=definition.klass.value, version=1,
            channel=definition.channel.value,
        )  # fmt: skip
        session.add(template)
        session.flush()
        _add_version(session, actor, template, checked, draft.note)
        _record(deps, session, actor, "template_made", template, ("", str(checked.content)))
        return template.id


def change(deps: Deps, actor: Actor, template_id: int, draft: Draft, *, seen: int) -> int:
    """Keep a new version of what was seen as version `seen`; return the newest one's number.

    Name, class and channel stay. The same words make no version. Raise `NotAllowed` when somebody
    else saved meanwhile.
    """
    actor.require(Permission.PREPARE)
    with deps.sessions.begin() as session:
        template = store.get(session, template_id, lock=True)
        if template.version != seen:
            raise NotAllowed("Somebody saved another version meanwhile.", why="saved_meanwhile")
        kept = Draft(template.name, template.klass, template.channel, draft.content, draft.note)
        definition = _read(kept)
        checked = _checked(deps, session, actor, definition)
        before = store.get_version(session, template_id, seen)
        if checked.content == before.content:
            return seen
        template.version = seen + 1
        _add_version(session, actor, template, checked, draft.note)
        words = (str(before.content), str(checked.content))
        _record(deps, session, actor, "template_changed", template, words)
        return template.version


def remove(deps: Deps, actor: Actor, template_id: int) -> None:
    """Take a template off the list; its versions stay, for they tell where words came from."""
    actor.require(Permission.PREPARE)
    with deps.sessions.begin() as session:
        template = store.get(session, template_id, lock=True)
        template.deleted_at = deps.clock.now()
        _record(deps, session, actor, "template_removed", template, (template.name, ""))


def _read(draft: Draft) -> Definition:
    """Read a template as the campaign that it would make, for everybody."""
    name = draft.name.strip()
    if _BEFORE_NUMBER in name:
        raise Unfit(Mistake("name", f"may not hold {_BEFORE_NUMBER}"))
    asked = {"name": name, "class": draft.klass, "channel": draft.channel, "segment": "all"}
    return read_definition({**asked, "content": draft.content})


@dataclass(frozen=True, slots=True)
class _Checked:
    """Words in which nothing is wrong now, and the rules that they pass."""

    content: dict[str, Any]
    pack: str
    at: datetime


def _checked(deps: Deps, session: Transaction, actor: Actor, definition: Definition) -> _Checked:
    """Check the words by today's rules; raise `Unfit` with everything that is wrong."""
    need_authorised(session, actor, definition.klass)
    now = deps.clock.now()
    mistakes = list(said_and_carried(deps, definition, now))
    if mistakes:
        raise Unfit(*mistakes)
    content = definition.contents[""].to_json()
    return _Checked(content, deps.wording.on(day_of(now)).version, now)


def _add_version(
    session: Transaction, actor: Actor, template: Template, checked: _Checked, note: str
) -> None:
    session.add(
        TemplateVersion(
            template_id=template.id, number=template.version, content=checked.content,
            wording_pack=checked.pack, note=note.strip()[:MOST_NOTE], saved_by=actor.name,
            saved_at=checked.at,
        )
    )  # fmt: skip


def _record(
    deps: Deps, session: Transaction, actor: Actor, what: str, template: Template,
    words: tuple[str, str],
) -> None:  # fmt: skip
    act = audit.Act(what, SUBJECT, template.id, changes={"words": words})
    audit.record(deps, session, actor, act)
