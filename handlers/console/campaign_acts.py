"""The life of a campaign, act by act: rehearsed, approved by another, launched, paused, ended."""

from collections.abc import Callable

from flask import Blueprint, url_for
from werkzeug.wrappers import Response

from app.core.access import Actor, Permission
from app.core.errors import NotAllowed
from app.deps import Deps
from app.queries import campaign_pages as pages
from app.services import campaigns
from handlers.bag import bag
from handlers.console.campaigns import approval_shown, campaign_shown
from handlers.console.forms.campaigns import ReasonForm
from handlers.console.frame import actor, done, needs

blueprint = Blueprint("campaign_acts", __name__, url_prefix="/console/campaigns")

Answer = Response | tuple[str, int]
PREPARE, APPROVE, SEND = Permission.PREPARE, Permission.APPROVE, Permission.SEND


@blueprint.post("/<int:campaign_id>/approve")
@needs(APPROVE)
def approve(campaign_id: int) -> Answer:
    """Approve what another planned."""
    try:
        campaigns.approve(bag(), actor(), campaign_id)
    except NotAllowed as no:
        return approval_shown(campaign_id, no), 409
    return done("campaigns.approved", _url(campaign_id))


@blueprint.post("/<int:campaign_id>/refuse")
@needs(APPROVE)
def refuse(campaign_id: int) -> Answer:
    """Send it back to be edited."""
    try:
        campaigns.refuse(bag(), actor(), campaign_id, ReasonForm().reason.data or "")
    except NotAllowed as no:
        return approval_shown(campaign_id, no), 409
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
        return campaign_shown(campaign_id, no), 409
    return done("campaigns.asked", _url(campaign_id))


@blueprint.post("/<int:campaign_id>/launch")
@needs(SEND)
def launch(campaign_id: int) -> Answer:
    """Start it, or let it start at its time."""
    try:
        campaigns.launch(bag(), actor(), campaign_id)
    except NotAllowed as no:
        return campaign_shown(campaign_id, no), 409
    waits = pages.page(bag(), actor(), campaign_id).state == "scheduled"
    return done("campaigns.scheduled" if waits else "campaigns.launched", _url(campaign_id))


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
        return campaign_shown(campaign_id, no), 409
    return done(key, url or _url(campaign_id))


def _url(campaign_id: int) -> str:
    return url_for("campaigns.campaign", campaign_id=campaign_id)
