"""Approvals: what one prepared and another releases; each is answered on its own page."""

from flask import Blueprint

from app.core.access import Permission
from app.queries import approvals
from app.queries.approvals import Waiting
from handlers.bag import bag
from handlers.console.frame import actor, needs, show
from handlers.console.linking import link

blueprint = Blueprint("approvals", __name__, url_prefix="/console/approvals")

PAGES: dict[str, tuple[str, str | None]] = {
    "export": ("exports.export", "export_id"),
    "content": ("content.revision", "revision_id"),
    "review": ("reviews.case", "review_id"),
    "complaint_extension": ("complaints.complaint", "complaint_id"),
    "segment": ("segments.segment", "segment_id"),
}
"""Where each kind is read and answered: the page's endpoint, and what it calls the subject's id.

A new kind is added here; without a page it is listed all the same, without a link.
"""


@blueprint.get("/")
@needs(Permission.LOOK)
def list_approvals() -> str:
    """List what waits for a second person."""
    return show("approvals/list.html", desk=approvals.desk(bag(), actor()), page_of=page_of)


def page_of(one: Waiting) -> str | None:
    """Return the page on which a request is answered."""
    endpoint, name = PAGES.get(one.subject, ("", None))
    return link(endpoint, **({name: one.subject_id} if name else {})) if endpoint else None
