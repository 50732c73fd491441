"""Campaigns (推送): the list, the calendar, one campaign's life, and the people behind a number."""

import uuid
from collections.abc import Callable

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from app.core.access import Actor, Permission
from app.core.errors import NotAllowed
from app.deps import Deps
from app.queries import campaign_after, campaign_lists
from app.queries import campaign_pages as pages
from app.queries.campaign_pages import Behind, CampaignPage
from app.services import campaigns
from handlers.bag import bag
from handlers.console.forms.campaigns import ReasonForm
from handlers.console.frame import actor, done, needs, refused, show
from handlers.console.words import words

blueprint = Blueprint("campaigns", __name__, url_prefix="/console/campaigns")

Answer = str | Response | tuple[str, int]
LOOK, PREPARE, APPROVE, SEND = (
    Permission.LOOK, Permission.PREPARE, Permission.APPROVE, Permission.SEND,
)  # fmt: skip


@blueprint.get("/")
@needs(LOOK)
def list_campaigns() -> str:
    """List campaigns by state."""
    tab, before = request.args.get("state", ""), request.args.get("before", type=int)
    page = campaign_lists.list_page(bag(), actor(), tab, before)
    return show("campaigns/list.html", page=page, may_prepare=actor().may(PREPARE))


@blueprint.get("/calendar")
@needs(LOOK)
def calendar() -> str:
    """Show what is planned for whom, day by day."""
    page = campaign_lists.calendar(bag(), actor(), request.args.get("month", ""))
    return show("campaigns/calendar.html", page=page, may_prepare=actor().may(PREPARE))


@blueprint.get("/<int:campaign_id>")
@needs(LOOK)
def campaign(campaign_id: int) -> str:
    """Show one campaign; while it is being sent the page asks again by itself."""
    return _campaign(campaign_id)


@blueprint.get("/<int:campaign_id>/people/<outcome>")
@needs(LOOK)
def list_people(campaign_id: int, outcome: str) -> str:
    """List the people behind a number."""
    behind = Behind(
        outcome=outcome,
        reason=request.args.get("reason", ""),
        variant=request.args.get("variant", ""),
        after=request.args.get("after", type=uuid.UUID),
    )
    page = pages.people(bag(), actor(), campaign_id, behind)
    return show("campaigns/people.html", page=page)


@blueprint.get("/<int:campaign_id>/after")
@needs(LOOK)
def after(campaign_id: int) -> str:
    """Show what those whom it reached did afterwards."""
    found = campaign_after.after(bag(), actor(), campaign_id)
    return show("campaigns/after.html", after=found)


@blueprint.get("/<int:campaign_id>/rehearsal")
@needs(LOOK)
def rehearsal(campaign_id: int) -> str:
    """Show what the last rehearsal found."""
    page = pages.page(bag(), actor(), campaign_id)
    return show("campaigns/rehearsal.html", page=page)


@blueprint.get("/<int:campaign_id>/approval")
@needs(LOOK)
def approval(campaign_id: int) -> str:
    """Show it to whoever is to approve it."""
    return _approval(campaign_id)


@blueprint.post("/<int:campaign_id>/approve")
@needs(APPROVE)
def approve(campaign_id: int) -> Answer:
    """Approve what another planned."""
    try:
        campaigns.approve(bag(), actor(), campaign_id)
    except NotAllowed as no:
        return _approval(campaign_id, refused(no.why)), 409
    return done("campaigns.approved", _url(campaign_id))


@blueprint.post("/<int:campaign_id>/refuse")
@needs(APPROVE)
def refuse(campaign_id: int) -> Answer:
    """Send it back to be edited."""
    try:
        campaigns.refuse(bag(), actor(), campaign_id, ReasonForm().reason.data or "")
    except NotAllowed as no:
        return _approval(campaign_id, refused(no.why)), 409
    return done("campaigns.refused", _url(campaign_id))


@blueprint.post("/<int:campaign_id>/rehearse")
@needs(PREPARE)
def rehearse(campaign_id: int) -> Answer:
    """Ask for everybody whether it may be sent to them; nothing is sent."""
    url = url_for("campaigns.rehearsal", campaign_id=campaign_id)
    return _act(campaign_id, campaigns.rehearse, "campaigns.rehearsed", url)


@blueprint.post("/<int:campaign_id>/ask")
@needs(PREPARE)
def ask(campaign_id: int) -> Answer:
    """Ask a second person."""
    form = ReasonForm()
    try:
        campaigns.ask_approval(bag(), actor(), campaign_id, form.reason.data or "")
    except NotAllowed as no:
        return _campaign(campaign_id, no), 409
    return done("campaigns.asked", _url(campaign_id))


@blueprint.post("/<int:campaign_id>/launch")
@needs(SEND)
def launch(campaign_id: int) -> Answer:
    """Start it, or let it start at its time."""
    return _act(campaign_id, campaigns.launch, "campaigns.launched")


@blueprint.post("/<int:campaign_id>/pause")
@needs(SEND)
def pause(campaign_id: int) -> Answer:
    """Stop after the batch that is under way."""
    return _act(campaign_id, campaigns.pause, "campaigns.paused")


@blueprint.post("/<int:campaign_id>/resume")
@needs(SEND)
def resume(campaign_id: int) -> Answer:
    """Go on."""
    return _act(campaign_id, campaigns.resume, "campaigns.resumed")


@blueprint.post("/<int:campaign_id>/cancel")
@needs(SEND)
def cancel(campaign_id: int) -> Answer:
    """End it; nobody else gets it."""
    return _act(campaign_id, campaigns.cancel, "campaigns.cancelled")


def _act(
    campaign_id: int, act: Callable[[Deps, Actor, int], object], key: str, url: str = ""
) -> Answer:
    try:
        act(bag(), actor(), campaign_id)
    except NotAllowed as no:
        return _campaign(campaign_id, no), 409
    return done(key, url or _url(campaign_id))


def _url(campaign_id: int) -> str:
    return url_for("campaigns.campaign", campaign_id=campaign_id)


def _campaign(campaign_id: int, no: NotAllowed | None = None) -> str:
    page = pages.page(bag(), actor(), campaign_id)
    return show(
        "campaigns/campaign.html",
        page=page,
        facts=_facts(page),
        form=ReasonForm(formdata=None),
        problem=refused(no.why) if no is not None else "",
    )


def _approval(campaign_id: int, problem: str = "") -> str:
    page = pages.page(bag(), actor(), campaign_id)
    return show("campaigns/approval.html", page=page, facts=_facts(page), problem=problem)


def _facts(page: CampaignPage) -> list[tuple[str, object]]:
    """Return its limits, in words, for the pages that show them."""
    told, definition = words("campaigns"), page.definition
    return [
        (told["terms"]["people"], told["everybody"] if page.segment == "all" else told["chosen"]),
        *(
            (name, definition.get(key))
            for key, name in told["limits"].items()
            if definition.get(key) is not None
        ),
    ]
