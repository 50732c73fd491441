"""Try a campaign or a template: on the staff, or on a pretend phone."""

import uuid

from flask import Blueprint, url_for
from werkzeug.wrappers import Response

from app.core.access import Permission
from app.core.errors import NotAllowed
from app.queries import campaign_tests as pages
from app.queries import template_pages
from app.services import campaign_tests
from handlers.bag import bag
from handlers.console.frame import actor, done, needs, refused, show

blueprint = Blueprint("campaign_tests", __name__, url_prefix="/console")

Answer = str | Response | tuple[str, int]
PREPARE = Permission.PREPARE


@blueprint.get("/campaigns/<int:campaign_id>/test")
@needs(PREPARE)
def test(campaign_id: int) -> str:
    """Show who gets a test, and what became of the last one."""
    return _page(campaign_id)


@blueprint.post("/campaigns/<int:campaign_id>/test")
@needs(PREPARE)
def send_to_staff(campaign_id: int) -> Answer:
    """Send it to everybody of the staff who has linked an account."""
    try:
        sent = campaign_tests.send_to_staff(bag(), actor(), campaign_id)
    except NotAllowed as no:
        return _page(campaign_id, refused(no.why)), 409
    return _done(campaign_id, sent)


@blueprint.post("/campaigns/<int:campaign_id>/test/<uuid:person_id>")
@needs(PREPARE)
def show_on_phone(campaign_id: int, person_id: uuid.UUID) -> Answer:
    """Put it on a pretend phone."""
    try:
        sent = campaign_tests.show_campaign(bag(), actor(), campaign_id, person_id)
    except NotAllowed as no:
        return _page(campaign_id, refused(no.why)), 409
    return _done(campaign_id, sent)


@blueprint.get("/templates/<int:template_id>/versions/<int:number>/phones")
@needs(PREPARE)
def choose_phone(template_id: int, number: int) -> str:
    """Choose the pretend phone that is shown a version."""
    page = template_pages.template_page(bag(), actor(), template_id)
    template_pages.difference(bag(), actor(), template_id, number)
    phones = pages.phones(bag(), actor())
    return show("templates/phones.html", page=page, number=number, phones=phones)


@blueprint.post("/templates/<int:template_id>/versions/<int:number>/phones/<uuid:person_id>")
@needs(PREPARE)
def show_template(template_id: int, number: int, person_id: uuid.UUID) -> Response:
    """Put a version on a pretend phone."""
    campaign_tests.show_template(bag(), actor(), template_id, number, person_id)
    return done("templates.shown", url_for("templates.template", template_id=template_id))


def _page(campaign_id: int, problem: str = "") -> str:
    page = pages.page(bag(), actor(), campaign_id)
    return show("campaigns/test.html", page=page, problem=problem)


def _done(campaign_id: int, sent: int) -> Response:
    url = url_for("campaign_tests.test", campaign_id=campaign_id)
    return done("campaigns.tested", url, sent=sent)
