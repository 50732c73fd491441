"""Templates (文案模板): words for campaigns, written once, checked, kept in versions."""

import uuid
from dataclasses import asdict

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from app.core.access import Permission
from app.core.errors import NotAllowed
from app.queries import campaign_drafts as drafts
from app.queries import campaign_previews as previews
from app.queries import template_pages as pages
from app.services import templates
from handlers.bag import bag
from handlers.console.forms.campaign_mistakes import tell
from handlers.console.forms.campaign_parts import content_data
from handlers.console.forms.templates import TemplateForm
from handlers.console.frame import actor, done, needs, refused, show

blueprint = Blueprint("templates", __name__, url_prefix="/console/templates")

Answer = str | Response | tuple[str, int]
LOOK, PREPARE = Permission.LOOK, Permission.PREPARE


@blueprint.get("/")
@needs(LOOK)
def list_templates() -> str:
    """List what is kept."""
    found = pages.list_page(bag(), actor())
    return show("templates/list.html", templates=found, may_prepare=actor().may(PREPARE))


@blueprint.route("/new", methods=["GET", "POST"])
@needs(PREPARE)
def new() -> Answer:
    """Write a new one."""
    form = TemplateForm()
    if not form.validate_on_submit():
        return _editor(form)
    try:
        template = templates.save(bag(), actor(), form.draft())
    except NotAllowed as no:
        return _editor(form, no)
    return done("templates.saved", url_for("templates.template", template_id=template))


@blueprint.route("/<int:template_id>/edit", methods=["GET", "POST"])
@needs(PREPARE)
def edit(template_id: int) -> Answer:
    """Change one; what is saved is a new version."""
    page = pages.template_page(bag(), actor(), template_id)
    kept = {"name": page.name, "klass": page.klass, "channel": page.channel}
    if request.method == "GET":
        data = {**kept, **content_data(asdict(page.now.said)), "seen": page.now.number}
        return _editor(TemplateForm(formdata=None, data=data), page=page)
    form = TemplateForm()
    form.process(request.form, **kept)
    form.name.data, form.klass.data, form.channel.data = kept.values()
    if not form.validate():
        return _editor(form, page=page)
    seen = form.seen.data or page.now.number
    try:
        number = templates.change(bag(), actor(), template_id, form.draft(), seen=seen)
    except NotAllowed as no:
        return _editor(form, no, page=page)
    key = "templates.changed" if number != seen else "templates.unchanged"
    return done(key, url_for("templates.template", template_id=template_id), version=number)


@blueprint.get("/<int:template_id>")
@needs(LOOK)
def template(template_id: int) -> str:
    """Show one template."""
    page = pages.template_page(bag(), actor(), template_id)
    may_prepare = actor().may(PREPARE)
    may_show = may_prepare and bag().settings.simulator == "on"
    facts = {"may_prepare": may_prepare, "may_show": may_show}
    return show("templates/template.html", page=page, **facts)


@blueprint.get("/<int:template_id>/versions/<int:number>")
@needs(LOOK)
def version(template_id: int, number: int) -> str:
    """Compare a version with the one before."""
    page = pages.template_page(bag(), actor(), template_id)
    difference = pages.difference(bag(), actor(), template_id, number)
    return show("templates/version.html", page=page, difference=difference)


@blueprint.get("/<int:template_id>/versions/<int:number>/preview")
@needs(LOOK)
def preview(template_id: int, number: int) -> str:
    """Show a version as one real person would read it, masked."""
    after = request.args.get("after", type=uuid.UUID)
    shown = previews.of_template(bag(), actor(), template_id, number, after)
    here = url_for("templates.preview", template_id=template_id, number=number)
    return show("campaigns/preview.html", shown=shown, here=here)


@blueprint.post("/<int:template_id>/remove")
@needs(PREPARE)
def remove(template_id: int) -> Response:
    """Take it off the list."""
    templates.remove(bag(), actor(), template_id)
    return done("templates.removed", url_for("templates.list_templates"))


def _editor(
    form: TemplateForm, no: NotAllowed | None = None, page: pages.TemplatePage | None = None
) -> Answer:
    draft = form.draft()
    checks = drafts.checks(bag(), actor(), draft.klass, {"content": draft.content})
    mistakes = getattr(no, "mistakes", ())
    left = tell(form, (str(one.where) for one in mistakes))
    if no is not None and not mistakes:
        left = [refused(no.why)]
    is_wrong = bool(no or form.errors)
    facts = {"checks": checks, "mistakes": left, "is_wrong": is_wrong}
    shown = show("templates/edit.html", form=form, page=page, **facts)
    return (shown, 422) if is_wrong else shown
