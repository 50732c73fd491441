"""Edited content: what is said around the fixed words, keywords, stock answers, the menu."""

import uuid
from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from app.core.access import Permission
from app.core.errors import NotAllowed, NotFound
from app.queries import contents as pages
from app.queries import phones
from app.services import contents, menus
from handlers.bag import bag
from handlers.console.forms.content import (
    AnswersForm,
    MenuForm,
    ReasonForm,
    RevisionForm,
    RuleForm,
    WelcomeForm,
    answers_data,
    menu_data,
    new_rule_id,
    rule_data,
)
from handlers.console.frame import actor, done, needs, refused, show
from handlers.console.words import words

blueprint = Blueprint("content", __name__, url_prefix="/console/content")

Answer = str | Response | tuple[str, int]
LOOK, PREPARE, APPROVE = Permission.LOOK, Permission.PREPARE, Permission.APPROVE


@blueprint.get("/")
@needs(LOOK)
def overview() -> str:
    """Show every kind: what holds, and what is being worked on."""
    return show("content/overview.html", cards=pages.overview(bag(), actor()))


@blueprint.get("/<kind>")
@needs(LOOK)
def edit(kind: str) -> str:
    """Show one kind, to be edited by whoever may."""
    return _editor(kind)


@blueprint.post("/<kind>")
@needs(PREPARE)
def save(kind: str) -> Answer:
    """Save the draft of one kind."""
    if kind not in _FORMS:
        raise NotFound(f"{kind} is not saved whole.")
    form = _FORMS[kind]()
    if not form.validate_on_submit():
        return _editor(kind, form), 422
    revision, note = form.revision.data or 0, form.note.data or ""
    try:
        contents.save(bag(), actor(), kind, form.body(), revision=revision, note=note)
    except NotAllowed as no:
        return _editor(kind, form, problem=refused(no.why)), 409
    return done("content.saved", url_for("content.edit", kind=kind))


@blueprint.get("/keywords/rules/<rule_id>")
@needs(LOOK)
def rule(rule_id: str) -> str:
    """Show one keyword rule, or the form of a new one."""
    page = pages.editor(bag(), actor(), "keywords")
    data = {} if rule_id == "new" else rule_data(pages.find_rule(page, rule_id))
    data = {"how": "exact", "priority": 50, **data, "revision": page.revision}
    form = RuleForm(formdata=None, data=data)
    return _rule_page(form, rule_id, clashes=_clashes(form, rule_id) if rule_id != "new" else ())


@blueprint.post("/keywords/rules/<rule_id>")
@needs(PREPARE)
def save_rule(rule_id: str) -> Answer:
    """Save one keyword rule; first show where its phrases mean something else."""
    form = RuleForm()
    if not form.validate_on_submit():
        return _rule_page(form, rule_id), 422
    made = form.rule(new_rule_id() if rule_id == "new" else rule_id)
    faults, clashes = pages.rule_faults(bag(), made), pages.clashes(bag(), actor(), made)
    if faults or (clashes and request.form.get("seen") != "yes"):
        return _rule_page(form, rule_id, faults=faults, clashes=clashes), 422
    revision, note = form.revision.data or 0, form.note.data or ""
    try:
        contents.save_rule(bag(), actor(), made, revision=revision, note=note)
    except NotAllowed as no:
        return _rule_page(form, rule_id, problem=refused(no.why)), 409
    return done("content.saved", url_for("content.edit", kind="keywords"))


@blueprint.post("/keywords/rules/<rule_id>/remove")
@needs(PREPARE)
def remove_rule(rule_id: str) -> Response:
    """Take one keyword rule out of the draft."""
    revision = request.form.get("revision", 0, type=int)
    contents.remove_rule(bag(), actor(), rule_id, revision=revision)
    return done("content.saved", url_for("content.edit", kind="keywords"))


@blueprint.post("/keywords/clashes")
@needs(LOOK)
def clashes() -> str:
    """Show where the phrases being typed mean something else, and how the answer looks."""
    form = RuleForm()
    form.validate()
    facts = {"shown": _bubble(form), "faults": pages.rule_faults(bag(), form.rule("typed"))}
    return show("content/clashes.html", clashes=_clashes(form, "typed"), **facts)


@blueprint.post("/<kind>/submit")
@needs(PREPARE)
def submit(kind: str) -> Answer:
    """Check the draft and ask a second person to release it."""
    page = pages.editor(bag(), actor(), kind)
    names = words("content")["kinds"]
    title = f"{names[kind]} {page.draft.number if page.draft else ''}".strip()
    reason = str(ReasonForm().reason.data or "")
    found = contents.submit(bag(), actor(), kind, title=title, reason=reason)
    if found:
        return _editor(kind, problem=words("content")["not_passed"]), 422
    return done("content.submitted", url_for("content.edit", kind=kind))


@blueprint.post("/<kind>/discard")
@needs(PREPARE)
def discard(kind: str) -> Response:
    """Drop the draft."""
    contents.discard(bag(), actor(), kind)
    return done("content.discarded", url_for("content.edit", kind=kind))


@blueprint.get("/<kind>/preview")
@needs(PREPARE)
def phones_to_preview(kind: str) -> str:
    """Choose the pretend phone that is shown the draft."""
    pages.editor(bag(), actor(), kind)
    return show("content/preview.html", kind=kind, phones=phones.recent(bag(), actor()))


@blueprint.post("/<kind>/preview/<uuid:person_id>")
@needs(PREPARE)
def preview(kind: str, person_id: uuid.UUID) -> Response:
    """Show the draft to one pretend phone."""
    contents.preview(bag(), actor(), kind, person_id)
    return done("content.previewed", url_for("content.edit", kind=kind))


@blueprint.get("/<kind>/versions/<int:version_id>")
@needs(LOOK)
def review(kind: str, version_id: int) -> str:
    """Show a version to whoever is to release it."""
    return _review(kind, version_id)


@blueprint.post("/<kind>/versions/<int:version_id>/release")
@needs(APPROVE)
def release(kind: str, version_id: int) -> Answer:
    """Release a version."""
    try:
        contents.release(bag(), actor(), kind, version_id, str(ReasonForm().reason.data or ""))
    except NotAllowed as no:
        return _review(kind, version_id, refused(no.why)), 409
    return done("content.released", url_for("content.edit", kind=kind))


@blueprint.post("/<kind>/versions/<int:version_id>/refuse")
@needs(APPROVE)
def refuse(kind: str, version_id: int) -> Answer:
    """Send a version back to be edited."""
    try:
        contents.refuse(bag(), actor(), kind, version_id, str(ReasonForm().reason.data or ""))
    except NotAllowed as no:
        return _review(kind, version_id, refused(no.why)), 409
    return done("content.refused", url_for("content.edit", kind=kind))


@blueprint.post("/<kind>/rollback/<int:version_id>")
@needs(APPROVE)
def roll_back(kind: str, version_id: int) -> Answer:
    """Release a former version again, at once."""
    held = request.form.get("release_id", 0, type=int)
    try:
        number = contents.roll_back(bag(), actor(), kind, release_id=held, version_id=version_id)
    except NotAllowed as no:
        return _editor(kind, problem=refused(no.why)), 409
    return done("content.rolled_back", url_for("content.edit", kind=kind), number=number)


@blueprint.post("/menu/push")
@needs(PREPARE)
def push() -> Response:
    """Tell the platform once more which menu holds."""
    menus.put_again(bag(), actor())
    return done("content.push", url_for("content.edit", kind="menu"))


@blueprint.get("/menu/platform")
@needs(LOOK)
def platform() -> str:
    """Show what the platform holds now, beside what was released."""
    return show("content/platform.html", comparison=menus.compare(bag(), actor()))


_FORMS: dict[str, Any] = {
    "welcome": WelcomeForm,
    "answers": AnswersForm.of_topics(),
    "menu": MenuForm,
}


def _editor(kind: str, form: RevisionForm | None = None, problem: str = "") -> str:
    page = pages.editor(bag(), actor(), kind)
    facts: dict[str, Any] = {"page": page, "problem": problem, "reason": ReasonForm(formdata=None)}
    if kind == "welcome":
        facts["form"] = form or WelcomeForm(formdata=None, data=_data(page, page.body))
        facts["follow"] = pages.greeting_bubble(bag(), page.body["greeting"])
        facts["late"] = pages.closing_bubble(bag(), page.body["closing"])
    if kind == "answers":
        edited = answers_data(page.body.get("answers", {}))
        facts["form"] = form or _FORMS[kind](formdata=None, data=_data(page, edited))
        facts["stock"] = pages.stock_words(bag())
    if kind == "menu":
        shown = {"button": menu_data(page.body)}
        facts["form"] = form or MenuForm(formdata=None, data=_data(page, shown))
    facts["can_preview"] = bag().settings.simulator == "on" and kind != "menu"
    return show(f"content/{kind}.html", **facts)


def _data(page: pages.Editor, shown: Any) -> dict[str, Any]:  # noqa: ANN401 - a body
    return {**shown, "revision": page.revision, "note": page.draft.note if page.draft else ""}


def _rule_page(form: RuleForm, rule_id: str, **facts: Any) -> str:  # noqa: ANN401 - of the page
    facts = {"faults": (), "clashes": (), "problem": "", "shown": _bubble(form), **facts}
    return show("content/rule.html", form=form, rule_id=rule_id, **facts)


def _bubble(form: RuleForm) -> Any:  # noqa: ANN401 - lines of the page
    return pages.answer_bubble(bag(), form.answer.data) if form.answer.data else None


def _clashes(form: RuleForm, rule_id: str) -> Any:  # noqa: ANN401 - clashes of the page
    return pages.clashes(bag(), actor(), form.rule(rule_id))


def _review(kind: str, version_id: int, problem: str = "") -> str:
    page = pages.review(bag(), actor(), kind, version_id)
    facts = {"page": page, "problem": problem, "reason": ReasonForm(formdata=None)}
    return show("content/review.html", bubble=_shown, **facts)


def _shown(kind: str, where: str, after: Any) -> Any:  # noqa: ANN401 - as a change holds it
    """Return how a change looks on the phone."""
    if kind == "welcome":
        make = pages.greeting_bubble if where == "greeting" else pages.closing_bubble
        return make(bag(), after)
    return pages.answer_bubble(bag(), after if kind == "answers" else after.answer)
