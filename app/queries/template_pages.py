"""The pages about templates: the list, one template with its versions, and what changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core.access import Actor, Permission
from app.deps import Deps
from app.queries.campaign_contents import Said, said_of
from app.queries.differences import Difference, difference_of
from app.steps.campaign_templates import reference
from app.store import templates as store
from app.store.templates import Template, TemplateVersion

_USES = 20


@dataclass(frozen=True, slots=True)
class Version:
    """One version: its words, the rules that it passed, who wrote it."""

    number: int
    said: Said
    wording_pack: str
    note: str
    saved_by: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """One template in the list, with its newest version."""

    id: int
    name: str
    klass: str
    channel: str
    now: Version

    @property
    def reference(self) -> str:
        """How a campaign names the newest version."""
        return reference(self.name, self.now.number)


@dataclass(frozen=True, slots=True)
class Use:
    """One campaign that took words over."""

    id: int
    name: str
    state: str


@dataclass(frozen=True, slots=True)
class TemplatePage:
    """One template with everything about it; the newest version comes first."""

    id: int
    name: str
    klass: str
    channel: str
    versions: Sequence[Version]
    uses: Sequence[Use]

    @property
    def now(self) -> Version:
        """Return the newest version."""
        return self.versions[0]


def list_page(deps: Deps, actor: Actor) -> Sequence[Listed]:
    """List every template, the latest saved first."""
    actor.require(Permission.LOOK)
    with deps.sessions() as session:
        return [
            Listed(one.id, one.name, one.klass, one.channel, _version(now))
            for one, now in store.list_current(session)
        ]


def template_page(deps: Deps, actor: Actor, template_id: int) -> TemplatePage:
    """Return one template; raise `NotFound`."""
    actor.require(Permission.LOOK)
    with deps.sessions() as session:
        template: Template = store.get(session, template_id)
        return TemplatePage(
            id=template.id,
            name=template.name,
            klass=template.klass,
            channel=template.channel,
            versions=[_version(row) for row in store.list_versions(session, template_id)],
            uses=[
                Use(one.id, one.name, one.state)
                for one in store.list_uses(session, template.name, _USES)
            ],
        )


def difference(deps: Deps, actor: Actor, template_id: int, number: int) -> Difference[Version]:
    """Compare a version with the one before; raise `NotFound` when either is not there."""
    actor.require(Permission.LOOK)
    with deps.sessions() as session:
        store.get(session, template_id)
        newer = _version(store.get_version(session, template_id, number))
        older = _version(store.get_version(session, template_id, max(number - 1, 1)))
    return difference_of(older, newer, lambda version: _lines(version.said))


def _lines(said: Said) -> list[str]:
    fields = [f"{name}={value}" for name, value in said.data.items()]
    head = [said.template_id] if said.template_id else []
    return [*head, *fields, *said.text.splitlines()]


def _version(row: TemplateVersion) -> Version:
    return Version(
        row.number, said_of(row.content), row.wording_pack, row.note, row.saved_by, row.saved_at
    )
