"""Campaigns (推送) to read: the list, the calendar, one campaign, the people behind a number."""

import uuid

from flask import Blueprint, request, url_for

from app.core.access import Permission
from app.core.errors import NotAllowed
from app.queries import campaign_after, campaign_approvals, campaign_calendar, campaign_lists
from app.queries import campaign_pages as pages
from app.queries import campaign_previews as previews
from app.queries import campaign_rehearsals as rehearsals
from app.queries.campaign_pages import Behind
from handlers.bag import bag
from handlers.console.forms.campaigns import ReasonForm
from handlers.console.frame import actor, needs, refused, show

blueprint = Blueprint("campaigns", __name__, url_prefix="/console/campaigns")

LOOK, PREPARE = Permission.LOOK, Permission.PREPARE


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
    page = campaign_calendar.calendar(bag(), actor(), request.args.get("month", ""))
    return show("campaigns/calendar.html", page=page, may_prepare=actor().may(PREPARE))


@blueprint.get("/<int:campaign_id>")
@needs(LOOK)
def campaign(campaign_id: int) -> str:
    """Show one campaign; while it is being sent the page asks again by itself."""
    return campaign_shown(campaign_id)


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
    return show("campaigns/people.html", page=page, may_export=actor().may(PREPARE))


@blueprint.get("/<int:campaign_id>/after")
@needs(LOOK)
def after(campaign_id: int) -> str:
    """Show what those whom it reached did afterwards."""
    found = campaign_after.after(bag(), actor(), campaign_id)
    return show("campaigns/after.html", campaign_id=campaign_id, after=found)


@blueprint.get("/<int:campaign_id>/rehearsal")
@needs(LOOK)
def rehearsal(campaign_id: int) -> str:
    """Show what the last rehearsal found, and what a few people would see."""
    page = pages.page(bag(), actor(), campaign_id)
    is_rehearsed = page.rehearsal is not None
    sample = previews.sample(bag(), actor(), campaign_id) if is_rehearsed else None
    return show("campaigns/rehearsal.html", page=page, sample=sample)


@blueprint.get("/<int:campaign_id>/rehearsal/<reason>")
@needs(LOOK)
def rehearsal_people(campaign_id: int, reason: str) -> str:
    """List the people behind a number of the rehearsal."""
    after = request.args.get("after", type=uuid.UUID)
    page = rehearsals.behind(bag(), actor(), campaign_id, reason, after)
    return show("campaigns/rehearsal_people.html", page=page)


@blueprint.get("/<int:campaign_id>/preview")
@needs(LOOK)
def preview(campaign_id: int) -> str:
    """Show it as one person would read it, masked, chosen by chance."""
    after = request.args.get("after", type=uuid.UUID)
    shown = previews.of_campaign(bag(), actor(), campaign_id, after)
    here = url_for("campaigns.preview", campaign_id=campaign_id)
    return show("campaigns/preview.html", shown=shown, here=here)


@blueprint.get("/<int:campaign_id>/approval")
@needs(LOOK)
def approval(campaign_id: int) -> str:
    """Show it to whoever is to approve it."""
    return approval_shown(campaign_id)


def campaign_shown(campaign_id: int, no: NotAllowed | None = None) -> str:
    """Show a campaign, and why something could not be done to it."""
    page = pages.page(bag(), actor(), campaign_id)
    return show(
        "campaigns/campaign.html",
        page=page,
        form=ReasonForm(formdata=None),
        problem=_why(no),
    )


def approval_shown(campaign_id: int, no: NotAllowed | None = None) -> str:
    """Show what is to be approved, and why it could not be."""
    page = pages.page(bag(), actor(), campaign_id)
    release = campaign_approvals.release(bag(), actor(), campaign_id)
    return show("campaigns/approval.html", page=page, release=release, problem=_why(no))


def _why(no: NotAllowed | None) -> str:
    return refused(no.why) if no is not None else ""
