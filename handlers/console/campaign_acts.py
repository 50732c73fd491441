"""The life of a campaign, act by act: rehearsed, approved by another, launched, paused, ended."""

from collections.abc import Callable

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from app.core.access import Actor, Permission
from app.core.errors import NotAllowed
from app.deps import Deps
from app.queries import campaign_pages as pages
from app.services import campaign_results, campaigns
from handlers.bag import bag
from handlers.console.campaigns import approval_shown, campaign_shown
from handlers.console.forms.campaigns import NeededReasonForm, ReasonForm
from handlers.console.frame import actor, done, needs, show
from handlers.console.people import download

blueprint = Blueprint("campaign_acts", __name__, url_prefix="/console/campaigns")

Answer = str | Response | tuple[str, int]
LOOK, PREPARE = Permission.LOOK, Permission.PREPARE
APPROVE, SEND = Permission.APPROVE, Permission.SEND


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
    try:
        campaigns.rehearse(bag(), actor(), campaign_id)
    except NotAllowed as no:
        return campaign_shown(campaign_id, no), 409
    return done("campaigns.rehearsed", url_for("campaigns.rehearsal", campaign_id=campaign_id))


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


@blueprint.route("/<int:campaign_id>/pause", methods=["GET", "POST"])
@needs(SEND)
def pause(campaign_id: int) -> Answer:
    """Stop after the batch that is under way; say why."""
    return _hold(campaign_id, "pause", campaigns.pause, "campaigns.paused")


@blueprint.route("/<int:campaign_id>/resume", methods=["GET", "POST"])
@needs(SEND)
def resume(campaign_id: int) -> Answer:
    """Go on."""
    return _hold(campaign_id, "resume", campaigns.resume, "campaigns.resumed")


@blueprint.route("/<int:campaign_id>/cancel", methods=["GET", "POST"])
@needs(SEND)
def cancel(campaign_id: int) -> Answer:
    """End it; nobody else gets it; say why."""
    return _hold(campaign_id, "cancel", campaigns.cancel, "campaigns.cancelled")


@blueprint.post("/<int:campaign_id>/results")
@needs(LOOK)
def take_results(campaign_id: int) -> Answer:
    """Hand over what became of it as a file; a form, so that no link fetches it."""
    try:
        file = campaign_results.results(bag(), actor(), campaign_id)
    except NotAllowed as no:
        return campaign_shown(campaign_id, no), 409
    return download(file.name, "text/csv; charset=utf-8", file.content)


def _hold(
    campaign_id: int, act: str, use_case: Callable[[Deps, Actor, int, str], None], key: str
) -> Answer:
    """Say what would happen and ask why; then do it. Only going on needs no reason."""
    form: ReasonForm | NeededReasonForm = ReasonForm() if act == "resume" else NeededReasonForm()
    if form.validate_on_submit():
        try:
            use_case(bag(), actor(), campaign_id, (form.reason.data or "").strip())
        except NotAllowed as no:
            return campaign_shown(campaign_id, no), 409
        return done(key, _url(campaign_id))
    page = pages.page(bag(), actor(), campaign_id)
    if act not in page.allowed:
        return redirect(_url(campaign_id), 303)
    shown = show("campaigns/hold.html", page=page, act=act, form=form)
    return (shown, 422) if request.method == "POST" else shown


def _url(campaign_id: int) -> str:
    return url_for("campaigns.campaign", campaign_id=campaign_id)
