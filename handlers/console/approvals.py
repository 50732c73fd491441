"""Approvals: what one prepared and another releases; each is answered on its own page."""

from flask import Blueprint

from app.core.access import Permission
from app.queries import approvals
from app.queries.approvals import Waiting
from handlers.bag import bag
from handlers.console.frame import actor, needs, show
from handlers.console.linking import link
from handlers.console.words import words

blueprint = Blueprint("approvals", __name__, url_prefix="/console/approvals")

PAGES: dict[str, tuple[str, str | None]] = {
    "list_export": ("exports.list_exports", None),
    "content": ("content.review", "version_id"),
    "campaign": ("campaigns.approval", "campaign_id"),
    "model": ("models.model", "model_id"),
    "review": ("reviews.case", "review_id"),
    "complaint_extension": ("complaints.complaint", "complaint_id"),
}
"""Where each kind is read and answered: the page's endpoint, and what it calls the subject's id.

A new kind is added here; without a page it is listed all the same, without a link.
"""


@blueprint.get("/")
@needs(Permission.LOOK)
def list_approvals() -> str:
    """List what waits for a second person."""
    return show(
        "approvals/list.html",
        desk=approvals.desk(bag(), actor()),
        page_of=page_of,
        title_of=title_of,
    )


def page_of(one: Waiting) -> str | None:
    """Return the page on which a request is answered."""
    endpoint, name = PAGES.get(one.subject, ("", None))
    values = {name: one.subject_id} if name else {}
    if one.kind:
        values["kind"] = one.kind
    return link(endpoint, **values) if endpoint else None


def title_of(one: Waiting) -> str:
    """Name a request; one that has no title but its own code is named by its kind and number."""
    if one.title and not one.title.startswith(one.subject):
        return one.title
    kind = words("approvals")["subjects"].get(one.subject, one.subject)
    return f"{kind} #{one.subject_id}"
