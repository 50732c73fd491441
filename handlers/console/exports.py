"""Lists of people as files: ask, let another approve, fetch."""

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.core.access import Permission
from app.core.errors import NotAllowed, NotFound
from app.queries import exports
from app.queries.people_lists import PeopleFilter
from app.services import exporting
from handlers.bag import bag
from handlers.console.forms.exports import AnswerForm, AskForm
from handlers.console.frame import actor, done, needs, refused, show
from handlers.console.people import download

blueprint = Blueprint("exports", __name__, url_prefix="/console/exports")

Answer = str | AnyResponse | tuple[str, int]
_KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_AT_FIRST = ["openid", "stage", "first_channel", "latest_channel", "last_seen"]


@blueprint.get("/")
@needs(Permission.LOOK)
def list_exports() -> str:
    """List what was asked for; while something is being built the page looks again by itself."""
    lines = exports.list_latest(bag(), actor())
    is_busy = any(line.state == "approved" for line in lines)
    return show("exports/list.html", exports=lines, is_busy=is_busy, answer=AnswerForm())


@blueprint.route("/new", methods=["GET", "POST"])
@needs(Permission.LOOK, Permission.PREPARE)
def ask() -> Answer:
    """Ask for a file of the list that the address describes."""
    narrowed = PeopleFilter.of(request.args)
    form = AskForm(data={"columns": _AT_FIRST})
    problem = ""
    if form.validate_on_submit():
        try:
            exporting.ask(
                bag(), actor(), narrowed, form.columns.data or [], reason=form.reason.data or ""
            )
            return done("exports.asked", url_for("exports.list_exports"))
        except NotAllowed as no:
            problem = refused(no.why)
    try:
        planned = exports.plan(bag(), actor(), narrowed)
    except NotAllowed as no:
        return show("exports/refused.html", problem=refused(no.why)), 403
    page = show(
        "exports/new.html",
        form=form,
        problem=problem,
        filters=narrowed.to_json(),
        planned=planned,
    )
    return (page, 422) if request.method == "POST" else page


@blueprint.post("/<int:export_id>/answer")
@needs(Permission.LOOK, Permission.APPROVE)
def answer(export_id: int) -> Answer:
    """Approve or refuse what another asked for."""
    form = AnswerForm()
    if not form.validate_on_submit() or form.approve.data == form.refuse.data:
        return list_exports(), 422
    exporting.answer(
        bag(), actor(), export_id, approve=bool(form.approve.data), words=form.words.data or ""
    )
    key = "exports.approved" if form.approve.data else "exports.refused"
    return done(key, url_for("exports.list_exports"))


@blueprint.post("/<int:export_id>/<kind>")
@needs(Permission.LOOK, Permission.PREPARE, fresh=True)
def fetch(export_id: int, kind: str) -> Response:
    """Hand the file over to whoever asked for it; a form, so that no link fetches it."""
    if kind not in _KINDS:
        raise NotFound("No such format.")
    file = exporting.fetch(bag(), actor(), export_id, "csv" if kind == "csv" else "xlsx")
    return download(file.name, _KINDS[kind], file.content)
