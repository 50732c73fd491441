"""The editor of campaigns: written, counted and checked while one types; kept as a draft."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.core.access import Permission
from app.core.errors import NotAllowed
from app.queries import campaign_drafts as drafts
from app.queries.campaign_drafts import Draft
from app.services import campaigns
from handlers.bag import bag
from handlers.console.forms.campaign_changes import changed
from handlers.console.forms.campaign_mistakes import tell
from handlers.console.forms.campaign_parts import TermsForm
from handlers.console.forms.campaigns import CampaignForm
from handlers.console.frame import actor, done, needs, refused, show
from handlers.console.words import words

blueprint = Blueprint("campaign_editor", __name__, url_prefix="/console/campaigns")

Answer = str | Response | tuple[str, int]
LOOK, PREPARE = Permission.LOOK, Permission.PREPARE


@blueprint.route("/new", methods=["GET", "POST"])
@needs(PREPARE)
def new() -> Answer:
    """Write a new one."""
    if request.method == "GET":
        return _editor(_begun())
    form = _typed(request.form)
    if not form.validate_on_submit():
        return _editor(form), 422
    try:
        planned = campaigns.plan(bag(), actor(), form.definition(), segment_id=form.segment_id)
    except NotAllowed as no:
        return _editor(form, no), 422
    return done("campaigns.planned", url_for("campaigns.campaign", campaign_id=planned))


@blueprint.route("/<int:campaign_id>/edit", methods=["GET", "POST"])
@needs(PREPARE)
def edit(campaign_id: int) -> Answer:
    """Change one; whatever was rehearsed and approved is void."""
    draft = drafts.draft(bag(), actor(), campaign_id)
    if request.method == "GET":
        return _editor(_filled(draft), draft=draft)
    form = _typed(request.form)
    if not form.validate_on_submit():
        return _editor(form, draft=draft), 422
    try:
        campaigns.edit(bag(), actor(), campaign_id, form.definition(), segment_id=form.segment_id)
    except NotAllowed as no:
        return _editor(form, no, draft=draft), 422
    return done("campaigns.edited", url_for("campaigns.campaign", campaign_id=campaign_id))


@blueprint.post("/build")
@needs(PREPARE)
def build() -> str:
    """Add a part to the form, or take one away; nothing is kept."""
    form = _typed(changed(request.form, request.form.get("do", "")))
    if "experiment-metric" not in request.form:
        form.experiment.form.process(data=TermsForm.data_of(None))
    campaign = request.form.get("campaign_id", type=int)
    draft = drafts.draft(bag(), actor(), campaign) if campaign is not None else None
    if request.form.get("do") != "news":
        return _editor(form, draft=draft)
    try:
        form.offer_titles(drafts.news(bag(), actor()))
    except NotAllowed as no:
        form.media_id.errors = [refused(no.why)]
    return _editor(form, draft=draft, is_asked=True)


@blueprint.post("/check")
@needs(LOOK)
def check() -> str:
    """Say what is wrong with the words being typed, and how they look on the phone."""
    return show("campaigns/checks.html", checks=_checks(_typed(request.form)))


@blueprint.post("/audience")
@needs(LOOK)
def audience() -> str:
    """Count whom the chosen segment means now, without whom it excludes."""
    return show("campaigns/audience.html", who=_audience(_typed(request.form)))


def _begun() -> CampaignForm:
    """Return what a new campaign begins with: nothing, or what another page brings along."""
    source, template = (request.args.get(name, type=int) for name in ("from", "template"))
    if source is not None:
        return _filled(_copied(drafts.draft(bag(), actor(), source)))
    if template is not None:
        return _filled(drafts.from_template(bag(), actor(), template))
    form = _typed(MultiDict())
    form.query.data = request.args.get("query", "")
    return form


def _typed(fields: MultiDict[str, str]) -> CampaignForm:
    form = CampaignForm(formdata=fields)
    form.offer(drafts.choices(bag(), actor()))
    return form


def _filled(draft: Draft) -> CampaignForm:
    choices = drafts.choices(bag(), actor())
    form = CampaignForm(formdata=None, data=CampaignForm.data_of(draft, choices))
    form.offer(choices)
    form.offer_titles(draft.news)
    return form


def _copied(draft: Draft) -> Draft:
    """Return a campaign as a new one begins: under another name, at no time yet."""
    name = words("campaigns")["copied"].format(name=draft.definition["name"])[:60]
    schedule = {**(draft.definition.get("schedule") or {}), "at": "now", "until": None}
    return replace(draft, definition={**draft.definition, "name": name, "schedule": schedule})


def _audience(form: CampaignForm) -> Mapping[str, Any]:
    """Return how many are meant, or what is wrong with which question."""
    if not form.segment:
        return {}
    found = drafts.audience(bag(), actor(), form.klass.data or "", form.segment, form.excluded)
    return {
        "figures": found.figures,
        "problems": found.problems,
        "at": found.at,
        "problem": refused(found.why) if found.why else "",
    }


def _checks(form: CampaignForm) -> Sequence[drafts.Checked]:
    return drafts.checks(bag(), actor(), form.klass.data or "", form.contents(), form.titles)


def _editor(
    form: CampaignForm,
    no: NotAllowed | None = None,
    *,
    draft: Draft | None = None,
    is_asked: bool = False,
) -> str:
    mistakes = getattr(no, "mistakes", ())
    left = tell(form, (str(one.where) for one in mistakes))
    if no is not None and not mistakes:
        left = [refused(no.why)]
    return show(
        "campaigns/edit.html",
        form=form,
        draft=draft,
        checks=_checks(form),
        mistakes=left,
        is_wrong=bool(no or form.errors) and request.endpoint != f"{blueprint.name}.build",
        is_asked=is_asked,
        who=_audience(form),
    )
