"""Segments (人群包): questions about people, built, counted, kept in versions."""

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from app.audience.problems import Misread
from app.core.access import Permission
from app.core.errors import NotAllowed
from app.queries import segment_builder as builder
from app.queries import segment_pages as pages
from app.queries.segment_builder import Change
from app.services import segments
from handlers.bag import bag
from handlers.console.forms.account import OnlyButtonForm
from handlers.console.forms.segments import NameForm, RemoveForm, SegmentForm
from handlers.console.frame import actor, done, needs, refused, show

blueprint = Blueprint("segments", __name__, url_prefix="/console/segments")

Answer = str | Response | tuple[str, int]
LOOK, PREPARE = Permission.LOOK, Permission.PREPARE


@blueprint.get("/")
@needs(LOOK)
def list_segments() -> str:
    """List what is kept."""
    return show("segments/list.html", segments=pages.list_page(bag(), actor()))


@blueprint.route("/new", methods=["GET", "POST"])
@needs(PREPARE)
def new() -> Answer:
    """Build a new one, from nothing or from the question another page brings along."""
    form = SegmentForm()
    if request.method == "GET":
        form.query.data = request.args.get("query", "")
        form.purpose.data = request.args.get("purpose", "service")
        return _builder(form)
    if not form.validate_on_submit():
        return _builder(form), 422
    try:
        segment = segments.save(bag(), actor(), form.draft())
    except (Misread, NotAllowed) as no:
        return _builder(form, no), 422
    url = url_for("segments.segment", segment_id=segment)
    return done("segments.saved", url, name=form.draft().name)


@blueprint.route("/<int:segment_id>/edit", methods=["GET", "POST"])
@needs(PREPARE)
def edit(segment_id: int) -> Answer:
    """Change one; what is saved is a new version."""
    page = pages.segment_page(bag(), actor(), segment_id)
    form = SegmentForm()
    if request.method == "GET":
        form.process(
            name=page.name, purpose=page.now.purpose, query=page.now.query, seen=page.now.number
        )
        return _builder(form, segment_id=segment_id)
    if not form.validate_on_submit():
        return _builder(form, segment_id=segment_id), 422
    seen = form.seen.data or page.now.number
    try:
        number = segments.change(bag(), actor(), segment_id, form.draft(), seen=seen)
    except (Misread, NotAllowed) as no:
        return _builder(form, no, segment_id=segment_id), 422
    key = "segments.changed" if number != seen else "segments.unchanged"
    return done(key, url_for("segments.segment", segment_id=segment_id), version=number)


@blueprint.post("/build")
@needs(LOOK)
def build() -> str:
    """Make one change to the question of the builder; nothing is kept."""
    form = SegmentForm()
    act, _, path = request.form.get("do", "").partition(":")
    change = None
    if act:
        named = request.form.getlist(f"c-{path}-has")
        change = Change(
            act=act,
            path=path,
            condition=request.form.get(f"new-{path}", ""),
            fields={name: request.form.getlist(f"c-{path}-{name}") for name in named},
        )
    return _builder(form, change=change, segment_id=request.form.get("segment_id", type=int))


@blueprint.get("/figures")
@needs(LOOK)
def figures() -> Answer:
    """Say whom a question means now, and show a few of them."""
    query, purpose = request.args.get("query", ""), request.args.get("purpose", "service")
    asked = {"query": query, "purpose": purpose}
    try:
        look = pages.look(bag(), actor(), query, purpose)
    except Misread as misread:
        return show("segments/figures.html", problems=misread.problems, **asked)
    except NotAllowed as no:
        return show("segments/figures.html", problem=refused(no.why), why=no.why, **asked)
    return show("segments/figures.html", look=look, **asked)


@blueprint.get("/reach")
@needs(LOOK)
def reach() -> Answer:
    """Say who of them can be written to now, by which channel, and why the others cannot."""
    query, purpose = request.args.get("query", ""), request.args.get("purpose", "service")
    try:
        found = pages.reach(bag(), actor(), query, purpose)
    except (Misread, NotAllowed):
        # The figures beside it say what is wrong.
        found = None
    return show("segments/reach.html", found=found, query=query, purpose=purpose)


@blueprint.get("/<int:segment_id>")
@needs(LOOK)
def segment(segment_id: int) -> str:
    """Show one segment."""
    return _segment(segment_id)


@blueprint.get("/<int:segment_id>/versions/<int:number>")
@needs(LOOK)
def version(segment_id: int, number: int) -> str:
    """Compare a version with the one before."""
    page = pages.segment_page(bag(), actor(), segment_id)
    difference = pages.difference(bag(), actor(), segment_id, number)
    return show("segments/version.html", page=page, difference=difference)


@blueprint.post("/<int:segment_id>/rename")
@needs(PREPARE)
def rename(segment_id: int) -> Answer:
    """Give it another name."""
    form = NameForm()
    if not form.validate_on_submit():
        return _segment(segment_id, name_form=form), 422
    try:
        segments.rename(bag(), actor(), segment_id, (form.name.data or "").strip())
    except NotAllowed as no:
        return _segment(segment_id, name_form=form, problem=refused(no.why)), 422
    url = url_for("segments.segment", segment_id=segment_id)
    return done("segments.renamed", url, name=form.name.data)


@blueprint.post("/<int:segment_id>/remove")
@needs(PREPARE)
def remove(segment_id: int) -> Answer:
    """Delete it, when nothing uses it."""
    form = RemoveForm()
    if not form.validate_on_submit():
        return _segment(segment_id, remove_form=form), 422
    try:
        segments.remove(bag(), actor(), segment_id, form.reason.data or "")
    except NotAllowed as no:
        return _segment(segment_id, remove_form=form, problem=refused(no.why)), 422
    return done("segments.removed", url_for("segments.list_segments"))


@blueprint.post("/<int:segment_id>/count")
@needs(PREPARE)
def count(segment_id: int) -> Response:
    """Have everybody in it decided for, in the background."""
    segments.ask_exact_count(bag(), actor(), segment_id)
    return done("segments.counting", url_for("segments.segment", segment_id=segment_id))


def _segment(segment_id: int, problem: str = "", **forms: object) -> str:
    page = pages.segment_page(bag(), actor(), segment_id)
    given = {"name_form": NameForm(name=page.name), "remove_form": RemoveForm(), **forms}
    return show(
        "segments/segment.html",
        page=page,
        built=builder.build(bag(), actor(), page.now.query),
        button=OnlyButtonForm(),
        problem=problem,
        may_prepare=actor().may(PREPARE),
        **given,
    )


def _builder(
    form: SegmentForm,
    no: Misread | NotAllowed | None = None,
    *,
    change: Change | None = None,
    segment_id: int | None = None,
) -> str:
    built = builder.build(bag(), actor(), form.query.data or "", change)
    form.query.data = built.text
    return show(
        "segments/edit.html",
        form=form,
        built=built,
        segment_id=segment_id,
        # What is being changed stays open while it changes.
        open_path=change.path if change is not None and change.act == "change" else None,
        problem=refused(no.why) if isinstance(no, NotAllowed) else "",
        why=no.why if isinstance(no, NotAllowed) else "",
        may_save=actor().may(PREPARE),
    )
