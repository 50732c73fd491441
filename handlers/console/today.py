"""今天: the first page, and the lists behind its numbers."""

from datetime import datetime

from flask import Blueprint

from app.core.access import Permission
from app.core.clock import SHANGHAI
from app.core.errors import NotFound
from app.queries import stops, today
from handlers.bag import bag
from handlers.console import standing, telling
from handlers.console.frame import actor, needs, show
from handlers.console.linking import link
from handlers.console.words import words

blueprint = Blueprint("today", __name__, url_prefix="/console")

DESKS = {
    "notes": "inbox.list_threads",
    "reviews": "reviews.queue",
    "complaints": "complaints.list_complaints",
    "subject_requests": "rights.list_requests",
}
"""The page of each desk; hand-overs are read and exported by command only."""
_NOON, _EVENING, _DAWN = 12, 18, 5


@blueprint.get("/", endpoint="today")
@needs(Permission.LOOK)
def today_page() -> str:
    """Show the day; it asks again every fifteen seconds."""
    now = bag().clock.now()
    page = today.page(bag(), actor())
    return show(
        "today/today.html",
        page=page,
        greeting=_greeting(now),
        stops=stops.standing(bag()),
        incidents=standing.incidents(),
        desk_urls={name: link(endpoint) for name, endpoint in DESKS.items()},
        link=link,
    )


@blueprint.get("/today/<pile>")
@needs(Permission.LOOK)
def list_messages(pile: str) -> str:
    """List the messages behind a number."""
    chosen = next((one for one in today.PILES if one == pile), None)
    if chosen is None:
        raise NotFound(f"There is no list {pile}.")
    rows = today.list_pile(bag(), actor(), chosen)
    return show("today/messages.html", pile=chosen, rows=rows, telling=telling, link=link)


def _greeting(now: datetime) -> str:
    hour = now.astimezone(SHANGHAI).hour
    said = words("today")["greetings"]
    if hour < _DAWN or hour >= _EVENING:
        return str(said["evening"])
    return str(said["morning"] if hour < _NOON else said["afternoon"])
