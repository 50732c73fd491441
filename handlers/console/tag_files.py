"""Files of tags: hand one in, see what it would set, set it, take it back."""

from collections.abc import Callable

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.core.access import Permission
from app.core.errors import NotAllowed
from app.queries import tag_import_pages
from app.services import tag_files
from handlers.bag import bag
from handlers.console.forms.tags import ReasonForm, UploadForm
from handlers.console.frame import actor, done, needs, refused, show
from handlers.uploads import make_room

blueprint = Blueprint("tag_files", __name__, url_prefix="/console/tags/imports")

Answer = str | AnyResponse | tuple[str, int]
LOOK, PREPARE = Permission.LOOK, Permission.PREPARE
_SAMPLE = "\ufeffopenid,标签,值\r\noExample0000000000000000001,证照类型,个体工商户\r\n"


make_room(blueprint, "tag_files.list_imports", tag_files.MOST_BYTES)


@blueprint.route("/", methods=["GET", "POST"])
@needs(PREPARE)
def list_imports() -> Answer:
    """List the latest files, and take in another."""
    form = UploadForm()
    if not form.validate_on_submit():
        page = _list(form)
        return (page, 422) if form.errors else page
    upload = form.file.data
    content = upload.stream.read(tag_files.MOST_BYTES + 1)
    try:
        number = tag_files.hand_in(
            bag(), actor(), upload.filename or "", content, form.reason.data or ""
        )
    except NotAllowed as no:
        return _list(form, refused(no.why)), 422
    return done("tags.handed_in", url_for("tag_files.one", import_id=number))


def _list(form: UploadForm, problem: str | None = None) -> str:
    rows = tag_import_pages.list_page(bag(), actor())
    return show("tags/imports.html", rows=rows, form=form, problem=problem)


@blueprint.get("/sample.csv")
@needs(PREPARE)
def sample() -> Response:
    """Hand out an empty file with its header and one example."""
    headers = {"Content-Disposition": 'attachment; filename="tags.csv"'}
    return Response(_SAMPLE, mimetype="text/csv", headers=headers)


@blueprint.get("/<int:import_id>")
@needs(LOOK)
def one(import_id: int) -> str:
    """Show one file: how far it is, what it sets, what is wrong with it."""
    return _one(import_id, ReasonForm())


@blueprint.post("/<int:import_id>/set")
@needs(PREPARE)
def set_all(import_id: int) -> Answer:
    """Have every usable line set."""
    return _do(import_id, lambda: tag_files.set_all(bag(), actor(), import_id), "setting")


@blueprint.post("/<int:import_id>/drop")
@needs(PREPARE)
def drop(import_id: int) -> Answer:
    """Forget a file that was checked."""
    return _do(import_id, lambda: tag_files.drop(bag(), actor(), import_id), "dropped")


@blueprint.post("/<int:import_id>/back")
@needs(PREPARE)
def take_back(import_id: int) -> Answer:
    """Take an import back."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return _one(import_id, form), 422
    reason = form.reason.data or ""
    return _do(
        import_id, lambda: tag_files.take_back(bag(), actor(), import_id, reason), "taking_back"
    )


def _do(import_id: int, act: Callable[[], None], what: str) -> Answer:
    try:
        act()
    except NotAllowed as no:
        return _one(import_id, ReasonForm(formdata=None), refused(no.why)), 422
    return done(f"tags.{what}", url_for("tag_files.one", import_id=import_id))


def _one(import_id: int, form: ReasonForm, problem: str | None = None) -> str:
    after = request.args.get("after", 0, type=int)
    page = tag_import_pages.import_page(bag(), actor(), import_id, max(0, after))
    return show("tags/import.html", page=page, form=form, problem=problem, may=actor().permissions)
