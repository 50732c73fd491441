"""Incidents: what is wrong now with what to do, what was, and who looks after it."""

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from app.core.access import Permission
from app.core.errors import NotAllowed
from app.queries import incidents as pages
from app.services import incidents
from handlers.bag import bag
from handlers.console.frame import actor, done, needs, refused, show
from handlers.console.incident_words import told

blueprint = Blueprint("incidents", __name__, url_prefix="/console/incidents")

MAY_ACKNOWLEDGE = (Permission.PREPARE, Permission.ADMINISTER)


@blueprint.get("/")
@needs()
def list_incidents(problem: str = "") -> str:
    """Show what is wrong, to everybody who is signed in: the head of every page leads here."""
    before = request.args.get("before", type=int)
    page = pages.list_incidents(bag(), before if before and 0 < before < 2**62 else None)
    return show(
        "incidents/list.html",
        problem=problem,
        standing=[told(one) for one in page.open],
        past=[told(one) for one in page.closed],
        next_url=url_for(".list_incidents", before=page.next_id) if page.next_id else None,
        may_acknowledge=any(actor().may(permission) for permission in MAY_ACKNOWLEDGE),
    )


@blueprint.post("/<int:incident_id>/acknowledge")
@needs()
def acknowledge(incident_id: int) -> Response | tuple[str, int]:
    """Take an incident on."""
    try:
        incidents.acknowledge(bag(), actor(), incident_id)
    except NotAllowed as no:
        if no.why != "incident_taken":
            raise
        return list_incidents(refused(no.why)), 409
    return done("incidents.acknowledged", url_for(".list_incidents"))
