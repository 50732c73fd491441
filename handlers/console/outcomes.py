"""Files of outcomes: hand one in, see what it would do, write it."""

from collections.abc import Callable

from flask import Blueprint, Response, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.core.access import Permission
from app.core.errors import NotAllowed
from app.queries import outcome_pages
from app.services import outcomes
from app.services.outcomes import Handed
from handlers.bag import bag
from handlers.console.forms.outcomes import UploadForm
from handlers.console.frame import actor, done, needs, refused, show
from handlers.uploads import make_room

blueprint = Blueprint("outcomes", __name__, url_prefix="/console/outcomes")

Answer = str | AnyResponse | tuple[str, int]
LOOK = Permission.LOOK
_SAMPLE = (
    "\ufeff编号,结果,观察日,逾期天数,放款金额,未还金额\r\n1001,good,2026-01-31,0,20000,12000\r\n"
)


make_room(blueprint, "outcomes.list_imports", outcomes.MOST_BYTES)


@blueprint.route("/", methods=["GET", "POST"])
@needs(LOOK)
def list_imports() -> Answer:
    """List the latest files, and take in another."""
    form = UploadForm()
    if not form.validate_on_submit():
        page = _list(form)
        return (page, 422) if form.errors else page
    upload = form.file.data
    handed = Handed(
        upload.filename or "",
        upload.stream.read(outcomes.MOST_BYTES + 1),
        form.reason.data or "",
        bool(form.is_whole.data),
    )
    try:
        number = outcomes.hand_in(bag(), actor(), handed)
    except NotAllowed as no:
        return _list(form, refused(no.why)), 422
    return done("outcomes.handed_in", url_for("outcomes.one", import_id=number))


def _list(form: UploadForm, problem: str | None = None) -> str:
    rows = outcome_pages.list_page(bag(), actor())
    return show("outcomes/list.html", rows=rows, form=form, problem=problem, may=_may())


@blueprint.get("/sample.csv")
@needs(LOOK)
def sample() -> Response:
    """Hand out a file with its header and one example."""
    headers = {"Content-Disposition": 'attachment; filename="outcomes.csv"'}
    return Response(_SAMPLE, mimetype="text/csv", headers=headers)


@blueprint.get("/<int:import_id>")
@needs(LOOK)
def one(import_id: int) -> str:
    """Show one file: how far it is, what it would do, what is wrong with it."""
    return _one(import_id)


@blueprint.post("/<int:import_id>/apply")
@needs(LOOK)
def apply(import_id: int) -> Answer:
    """Have the usable lines written."""
    return _do(import_id, lambda: outcomes.apply(bag(), actor(), import_id), "applying")


@blueprint.post("/<int:import_id>/drop")
@needs(LOOK)
def drop(import_id: int) -> Answer:
    """Forget a file that was checked."""
    return _do(import_id, lambda: outcomes.drop(bag(), actor(), import_id), "dropped")


def _do(import_id: int, act: Callable[[], None], what: str) -> Answer:
    try:
        act()
    except NotAllowed as no:
        return _one(import_id, refused(no.why)), 422
    return done(f"outcomes.{what}", url_for("outcomes.one", import_id=import_id))


def _one(import_id: int, problem: str | None = None) -> str:
    row = outcome_pages.import_page(bag(), actor(), import_id)
    return show("outcomes/import.html", row=row, problem=problem, may=_may())


def _may() -> bool:
    return any(actor().may(permission) for permission in outcomes.MAY_HAND_IN)
