"""What every page shows at its head: a stop that stands, an incident that is open."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from app.core.clock import SHANGHAI
from app.queries import incidents as incident_pages
from app.queries import stops as pages
from handlers.bag import bag
from handlers.console.incident_words import told
from handlers.console.words import words


@dataclass(frozen=True, slots=True)
class Notice:
    """One line, and where to read more."""

    words: str
    url: str


def stops() -> Sequence[Notice]:
    """Return a line for each stop of what goes out."""
    said = words("stops")
    return [
        Notice(
            said["banner"].format(
                what=said["classes"][one.klass],
                reason=one.reason,
                by=one.by,
                since=one.since.astimezone(SHANGHAI).strftime("%m-%d %H:%M"),
            ),
            url_for("stops.switch"),
        )
        for one in pages.standing(bag())
    ]


def incidents() -> Sequence[Notice]:
    """Return a line for each open incident."""
    page, found = url_for("incidents.list_incidents"), incident_pages.open_now(bag())
    return [Notice(told(one).line, f"{page}#incident-{one.id}") for one in found]
