"""The editor of campaigns: written, counted and checked while one types; kept as a draft."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from app.audience.problems import Misread
from app.core.access import Permission
from app.core.errors import NotAllowed
from app.queries import campaign_drafts as drafts
from app.services import campaigns, segments
from handlers.bag import bag
from handlers.console.forms.campaigns import CampaignForm
from handlers.console.frame import actor, done, needs, refused, show
from handlers.console.words import words

blueprint = Blueprint("campaign_editor", __name__, url_prefix="/console/campaigns")

Answer = str | Response | tuple[str, int]
LOOK, PREPARE = Permission.LOOK, Permission.PREPARE


@blueprint.route("/new", methods=["GET", "POST"])
@needs(PREPARE)
def new() -> Answer:
    """Write a new one, for the segment that another page brings along."""
    form = CampaignForm()
    form.offer(drafts.saved_segments(bag(), actor()))
    if request.method == "GET":
        form.query.data = request.args.get("query", "")
        return _editor(form)
    if not form.validate_on_submit():
        return _editor(form), 422
    try:
        campaign = campaigns.plan(bag(), actor(), form.definition({}))
    except NotAllowed as no:
        return _editor(form, no), 422
    return done("campaigns.planned", url_for("campaigns.campaign", campaign_id=campaign))


@blueprint.route("/<int:campaign_id>/edit", methods=["GET", "POST"])
@needs(PREPARE)
def edit(campaign_id: int) -> Answer:
    """Change one; whatever was rehearsed and approved is void."""
    draft, saved = drafts.draft(bag(), actor(), campaign_id), drafts.saved_segments(bag(), actor())
    if request.method == "GET":
        form = CampaignForm(formdata=None, data=CampaignForm.data_of(draft.definition, saved))
        form.offer(saved)
        return _editor(form, campaign_id=campaign_id)
    form = CampaignForm()
    form.offer(saved)
    if not form.validate_on_submit():
        return _editor(form, campaign_id=campaign_id), 422
    try:
        campaigns.edit(bag(), actor(), campaign_id, form.definition(draft.definition))
    except NotAllowed as no:
        return _editor(form, no, campaign_id=campaign_id), 422
    return done("campaigns.edited", url_for("campaigns.campaign", campaign_id=campaign_id))


@blueprint.post("/check")
@needs(LOOK)
def check() -> str:
    """Say what is wrong with the words being typed, and how they look on the phone."""
    return show("campaigns/checks.html", checks=_checks(CampaignForm()))


@blueprint.get("/audience")
@needs(LOOK)
def audience() -> str:
    """Count whom the chosen segment means now."""
    form = CampaignForm(request.args)
    return show("campaigns/audience.html", who=_audience(form))


def _audience(form: CampaignForm) -> Mapping[str, Any]:
    """Return how many are meant, or what is wrong with the question."""
    if not form.segment:
        return {}
    asked = drafts.EVERYBODY.get(form.segment, form.segment)
    try:
        found = segments.count(bag(), actor(), asked, drafts.purpose_of(form.klass.data or ""))
    except Misread as misread:
        return {"problems": misread.problems}
    except NotAllowed as no:
        return {"problem": refused(no.why)}
    return {"figures": found}


def _checks(form: CampaignForm) -> Sequence[drafts.Checked]:
    return drafts.checks(bag(), actor(), form.klass.data or "", form.contents())


def _editor(
    form: CampaignForm, no: NotAllowed | None = None, *, campaign_id: int | None = None
) -> str:
    return show(
        "campaigns/edit.html",
        form=form,
        campaign_id=campaign_id,
        checks=_checks(form),
        mistakes=_mistakes(no),
        who=_audience(form) if form.is_submitted() else {},
    )


def _mistakes(no: NotAllowed | None) -> list[str]:
    """Return what keeps a draft from being kept, in words: each place once."""
    if no is None:
        return []
    told: Mapping[str, str] = words("campaigns")["mistakes"]
    found = [str(one.where).partition(".")[0] for one in getattr(no, "mistakes", ())]
    return [told.get(where, told[""]) for where in dict.fromkeys(found)] or [refused(no.why)]
