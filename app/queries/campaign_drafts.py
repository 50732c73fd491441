"""What the editor of campaigns needs: saved segments, a draft, what is wrong in its words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.contact.types import MessageClass
from app.core.access import Actor, Permission
from app.core.clock import SHANGHAI
from app.deps import Deps
from app.queries.campaign_pages import Said, contents_of
from app.store import campaigns as store
from app.store import segments
from app.wording.checking import check
from app.wording.types import Finding

_PURPOSES = {one.value: one.value for one in (MessageClass.MARKETING, MessageClass.EDUCATION)}
_ORDINARY = "answer"
"""The rules of wording for a class that has none of its own."""
EVERYBODY = {"all": "follows"}
"""What the segment of everybody means in the language of segments."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A campaign as it can be edited."""

    id: int
    state: str
    definition: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Checked:
    """What one variant says, and what keeps it from being said."""

    name: str
    said: Said
    findings: Sequence[Finding]


def saved_segments(deps: Deps, actor: Actor) -> Mapping[str, str]:
    """Return the names of the saved segments by their question, the latest saved first."""
    actor.require(Permission.LOOK)
    with deps.sessions() as session:
        return {now.query: one.name for one, now in segments.list_current(session)}


def draft(deps: Deps, actor: Actor, campaign_id: int) -> Draft:
    """Return a campaign to be edited; raise `NotFound`."""
    actor.require(Permission.LOOK)
    with deps.sessions() as session:
        one = store.get(session, campaign_id)
        return Draft(one.id, one.state, one.definition)


def checks(deps: Deps, actor: Actor, klass: str, contents: Mapping[str, Any]) -> Sequence[Checked]:
    """Check what is being typed against the rules of its class and of today."""
    actor.require(Permission.LOOK)
    day = deps.clock.now().astimezone(SHANGHAI).date()
    kind = klass if klass in deps.wording.on(day).kinds else _ORDINARY
    return [
        Checked(name, said, check(_words(said), kind, deps.wording, on=day))
        for name, said in contents_of(contents)
        if _words(said)
    ]


def purpose_of(klass: str) -> str:
    """Return the purpose for which people are chosen by a class of campaigns."""
    return (
        _PURPOSES.get(MessageClass(klass), "service") if klass in set(MessageClass) else "service"
    )


def _words(said: Said) -> str:
    return said.text or "\n".join(said.data.values())
