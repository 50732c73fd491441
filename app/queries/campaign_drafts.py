"""What the editor of campaigns needs: saved segments, a draft, what is wrong in its words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.contact.types import MessageClass
from app.core.access import Actor, Permission
from app.core.dated import day_of
from app.deps import Deps
from app.queries.campaign_pages import Said, contents_of
from app.steps.product_record import record_values
from app.store import campaigns as store
from app.store import segments
from app.wording.types import Finding
from app.wording.variables import check_copy, fill, variables_of

_PURPOSES = {one.value: one.value for one in (MessageClass.MARKETING, MessageClass.EDUCATION)}
_FIELD = "field"
"""The rules of wording for what stands in one field of a template."""
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
    """Check what is being typed as it will be read, by the rules of its class and of today."""
    actor.require(Permission.LOOK)
    now = deps.clock.now()
    written = [(name, said) for name, said in contents_of(contents) if _words(said)]
    takes_figures = any(variables_of(text) for _, said in written for text in _words(said))
    values = record_values(deps, now) if takes_figures else {}
    kinds = deps.wording.on(day_of(now)).kinds
    kind = klass if klass in kinds else MessageClass.SERVICE.value
    found = []
    for name, said in written:
        of_text = _FIELD if said.template_id else kind
        faults = [
            fault
            for text in _words(said)
            for fault in check_copy(text, of_text, deps.wording, values, on=day_of(now))
        ]
        found.append(Checked(name, _filled(said, values), faults))
    return found


def purpose_of(klass: str) -> str:
    """Return the purpose for which people are chosen by a class of campaigns."""
    return (
        _PURPOSES.get(MessageClass(klass), "service") if klass in set(MessageClass) else "service"
    )


def _words(said: Said) -> tuple[str, ...]:
    return (said.text,) if said.text else tuple(said.data.values())


def _filled(said: Said, values: Mapping[str, str]) -> Said:
    data = {name: fill(text, values) for name, text in said.data.items()}
    return replace(said, text=fill(said.text, values), data=data)
