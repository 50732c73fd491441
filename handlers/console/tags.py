"""The tags: the tree, one tag with its rule, and the tags of one person."""

import uuid
from collections.abc import Sequence

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from app.core.access import Permission
from app.core.errors import NotAllowed
from app.queries import tag_pages, tag_previews, tags_of_person
from app.services import tags
from handlers.bag import bag
from handlers.console import charts, tag_words
from handlers.console.forms.tags import CutForm, NewTagForm, ReasonForm, RuleForm, SetForm, TagForm
from handlers.console.frame import actor, done, needs, refused, show

blueprint = Blueprint("tags", __name__, url_prefix="/console/tags")

Answer = str | Response | tuple[str, int]
LOOK, PREPARE = Permission.LOOK, Permission.PREPARE


@blueprint.get("/")
@needs(LOOK)
def tree() -> str:
    """Show every tag by family, with who holds it and how they fare."""
    return show("tags/tree.html", page=tag_pages.tree_page(bag(), actor()), may=actor().permissions)


@blueprint.get("/tag/<key>")
@needs(LOOK)
def tag(key: str) -> str:
    """Show one tag."""
    page = tag_pages.tag_page(bag(), actor(), key)
    days = [f"{day:%m-%d}" for day in page.days]
    title = tag_words.holders()
    series = [(label or title, counts) for label, counts in page.series]
    chart = charts.lines(days, series, title) if len(days) > 1 else None
    return show("tags/tag.html", page=page, chart=chart, may=actor().permissions, form=ReasonForm())


@blueprint.route("/new", methods=["GET", "POST"])
@needs(PREPARE)
def add() -> Answer:
    """Add a tag."""
    form = NewTagForm()
    if not form.validate_on_submit():
        page = show("tags/edit.html", form=form, page=None)
        return (page, 422) if form.errors else page
    key = (form.key.data or "").strip()
    return _define(form, {"key": key, "kind": form.kind.data}, "added")


@blueprint.route("/tag/<key>/edit", methods=["GET", "POST"])
@needs(PREPARE)
def edit(key: str) -> Answer:
    """Change what a tag means."""
    page = tag_pages.tag_page(bag(), actor(), key)
    form = TagForm(data=tag_words.form_data(page.tag))
    if not form.validate_on_submit():
        shown = show("tags/edit.html", form=form, page=page)
        return (shown, 422) if form.errors else shown
    return _define(form, {"key": key, "kind": page.tag.kind}, "changed")


def _define(form: TagForm, fixed: dict[str, str | None], what: str) -> Answer:
    try:
        meaning = {**tag_words.meaning(form), **fixed}
        tags.define(bag(), actor(), meaning, form.reason.data or "")
    except NotAllowed as no:
        return show("tags/edit.html", form=form, page=None, problem=refused(no.why)), 422
    url = url_for("tags.tag", key=fixed["key"])
    return done(f"tags.{what}", url, name=form.name.data or "")


@blueprint.post("/tag/<key>/retire")
@needs(PREPARE)
def retire(key: str) -> Answer:
    """Take a tag out of use."""
    form = ReasonForm()
    try:
        if form.validate_on_submit():
            count = tags.retire(bag(), actor(), key, form.reason.data or "")
            return done("tags.retired", url_for("tags.tree"), count=count)
        problem = None
    except NotAllowed as no:
        problem = refused(no.why)
    page = tag_pages.tag_page(bag(), actor(), key)
    facts = {"page": page, "chart": None, "may": actor().permissions, "problem": problem}
    return show("tags/tag.html", form=form, **facts), 422


@blueprint.route("/tag/<key>/rule", methods=["GET", "POST"])
@needs(PREPARE)
def rule(key: str) -> Answer:
    """Edit a rule: add a case, look whom it would change, save it."""
    page = tag_pages.tag_page(bag(), actor(), key)
    now = [{"value": value, "when": when} for value, when in page.rule.cases] if page.rule else []
    form = RuleForm(data={"cases": now or [{}]})
    _offer_values(form, page.values)
    if not form.is_submitted():
        return show("tags/rule.html", form=form, page=page)
    if not form.validate():
        return show("tags/rule.html", form=form, page=page), 422
    if "add" in request.form:
        form.cases.append_entry()
        _offer_values(form, page.values)
        return show("tags/rule.html", form=form, page=page)
    return _preview(form, page) if "preview" in request.form else _save(form, page)


def _preview(form: RuleForm, page: tag_pages.TagPage) -> Answer:
    preview = tag_previews.preview_page(bag(), actor(), page.tag.key, _cases(form))
    wrong = tag_words.sentences(preview.problems)
    return show("tags/rule.html", form=form, page=page, preview=preview, wrong=wrong)


def _save(form: RuleForm, page: tag_pages.TagPage) -> Answer:
    reason = (form.reason.data or "").strip()
    if not reason:
        form.reason.errors = [tag_words.reason_missing()]
        return show("tags/rule.html", form=form, page=page), 422
    problems = tags.save_rule(bag(), actor(), page.tag.key, _cases(form), reason)
    if problems:
        wrong = tag_words.sentences(problems)
        return show("tags/rule.html", form=form, page=page, wrong=wrong), 422
    return done("tags.rule_saved", url_for("tags.tag", key=page.tag.key))


def _cases(form: RuleForm) -> list[tag_previews.Case]:
    pairs = [(entry.form.value.data or "", entry.form.when.data or "") for entry in form.cases]
    return tag_previews.cases_of(pairs)


def _offer_values(form: RuleForm, values: Sequence[tag_pages.ValueLine]) -> None:
    choices = [(one.code, one.label) for one in values] or [("yes", "是")]
    for entry in form.cases:
        entry.form.value.choices = choices


@blueprint.get("/people/<uuid:person_id>")
@needs(LOOK)
def of_person(person_id: uuid.UUID) -> str:
    """Show the tags of one person; `tag` in the address: the one that is to be set."""
    form = SetForm(formdata=None, data={"tag": request.args.get("tag", "")})
    return _of_person(person_id, form)


@blueprint.post("/people/<uuid:person_id>/set")
@needs(LOOK)
def set_tag(person_id: uuid.UUID) -> Answer:
    """Set a tag of one person by hand; who may is asked of each tag."""
    form = SetForm()
    if not form.validate_on_submit():
        return _of_person(person_id, form), 422
    given = (form.tag.data or "", form.value.data or "", form.reason.data or "")
    try:
        tags.set_by_hand(bag(), actor(), person_id, *given)
    except NotAllowed as no:
        return _of_person(person_id, form, refused(no.why)), 422
    return done("tags.set", url_for("people.tags", person_id=person_id))


@blueprint.post("/people/<uuid:person_id>/cut")
@needs(LOOK)
def cut_tag(person_id: uuid.UUID) -> Answer:
    """Take a tag away from one person by hand."""
    form = CutForm()
    if not form.validate_on_submit():
        return _of_person(person_id, SetForm(formdata=None)), 422
    try:
        tags.cut_by_hand(bag(), actor(), person_id, form.tag.data or "", form.reason.data or "")
    except NotAllowed as no:
        return _of_person(person_id, SetForm(formdata=None), refused(no.why)), 422
    return done("tags.cut", url_for("people.tags", person_id=person_id))


def _of_person(person_id: uuid.UUID, form: SetForm, problem: str | None = None) -> str:
    held = tags_of_person.tags_of_person(bag(), actor(), person_id, form.tag.data or "")
    return show("tags/person.html", held=held, form=form, problem=problem)
