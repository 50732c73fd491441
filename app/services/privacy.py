"""Do what the law lets people ask for: read what we do with data, get a copy, be erased."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.copybook import minute
from app.core.access import Actor, Permission, system_actor
from app.core.errors import NotAllowed, NotFound
from app.deps import Deps
from app.steps import audit, staff
from app.steps.effects import EXPORT_LINK_LASTS
from app.steps.notice import page_words
from app.steps.person_key import sealer_of
from app.steps.personal_copy import Sections, copy_of
from app.steps.taxonomy import tags_copy, taxonomy_of
from app.store import people, privacy, upkeep

_FOR_MACHINES = frozenset({"code", "prompt"})
"""Kept in the file of a copy, and not shown on its page."""

Page = Mapping[str, Any]


def public_page(deps: Deps) -> Page:
    """Return what every public page may name; no database is needed."""
    body = json.loads(deps.notice.body)
    words = page_words()
    now = deps.clock.now()
    return {
        "lender": body["lender"],
        "retention": body["retention"],
        "staff_hours": words["staff_hours"],
        "hotlines": words["hotlines"],
        "export_minutes": int(EXPORT_LINK_LASTS.total_seconds() // 60),
        "note_days": staff.days("note", now),
        "review_days": staff.days("review", now),
        "rights_days": staff.days("right", now),
    }


def notice_page(deps: Deps) -> Page:
    """Return the privacy notice, from the very body that consents name by its hash."""
    body = json.loads(deps.notice.body)
    return {
        **public_page(deps),
        "rows": body["rows"],
        "notice": {
            "version": body["version"],
            "hash": deps.notice.hash,
            "published_on": page_words()["day"].format(date.fromisoformat(body["since"])),
        },
    }


@dataclass(frozen=True, slots=True)
class PersonalCopy:
    """A copy of one person's data, when it was made and until when its link leads to it."""

    made_at: datetime
    expires_at: datetime
    sections: Sections

    def to_json(self) -> str:
        """Write the copy for the person to keep."""
        whole = {"made_at": self.made_at, **self.sections}
        return json.dumps(whole, ensure_ascii=False, indent=2, default=datetime.isoformat)


def read_export(deps: Deps, token: str) -> PersonalCopy:
    """Return the copy that a link leads to; raise `NotFound` when it leads nowhere any more.

    Opening a link neither prolongs nor ends it.
    """
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        export, person = privacy.get_export(session, deps.keyring.index("export", token), now)
        kept = privacy.gather(session, person.id)
        sections = {
            **copy_of(deps, person, kept, sealer_of(deps, person)),
            "tags": tags_copy(taxonomy_of(session), kept.tags),
        }
    return PersonalCopy(now, export.expires_at, sections)


def export_page(deps: Deps, token: str) -> Page:
    """Return the copy that a link leads to, as the page shows it."""
    copy = read_export(deps, token)
    words = page_words()["export"]
    return {
        **public_page(deps),
        "made_at": minute(copy.made_at),
        "expires_at": minute(copy.expires_at),
        "sections": [
            {
                "title": words["titles"][name],
                "columns": [words["columns"][column] for column in _columns(entries)],
                "rows": [
                    [_shown(column, entry[column], words["values"]) for column in _columns(entries)]
                    for entry in entries
                ],
            }
            for name, entries in copy.sections.items()
        ],
    }


def _columns(entries: list[dict[str, Any]]) -> list[str]:
    """List the columns that a page shows: those that say something to a person."""
    names = entries[0] if entries else {}
    return [
        name
        for name in names
        if name not in _FOR_MACHINES and any(entry[name] not in (None, "") for entry in entries)
    ]


def _shown(column: str, value: object, words: Mapping[str, Any]) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return minute(value)
    if isinstance(value, bool):
        return str(words["yes" if value else "no"])
    return str(words.get(column, {}).get(value, value))


def erase_person(
    deps: Deps, person_id: uuid.UUID, *, actor: Actor | None = None, reason: str = ""
) -> bool:
    """Erase a person; return False when an open case lets them only be restricted for now.

    `actor` is None at the command line, which only the installer's own staff reach.
    """
    if actor is not None:
        actor.require(Permission.DECIDE)
    who = actor or system_actor("command line")
    with deps.sessions.begin() as session:
        if not upkeep.is_known(session, person_id):
            raise NotFound(f"No person {person_id}.")
        if not upkeep.take_person(session, person_id, upkeep.not_erased()):
            raise NotAllowed("A turn of this person is running at this moment.", why="turn_runs")
        is_gone = upkeep.erase_person(session, person_id, deps.clock.now())
        person = people.find(session, person_id)
        what = "erased" if is_gone else "restricted"
        audit.record(deps, session, who, audit.Act(what, "person", person_id, reason, person))
        return is_gone
