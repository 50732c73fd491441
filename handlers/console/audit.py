"""The audit desk: find what was done, open it, prove that nobody changed it, take it along."""

import io
import zipfile

from flask import Blueprint, request, send_file, url_for
from werkzeug.wrappers import Response

from app.core.access import Permission
from app.core.clock import SHANGHAI
from app.core.errors import NotAllowed
from app.services import audit_checks, audit_export, auditing
from app.services.auditing import Wanted
from handlers.bag import bag
from handlers.console.forms.account import OnlyButtonForm
from handlers.console.forms.audit import ReasonForm, SearchForm
from handlers.console.frame import actor, done, needs, refused, show
from handlers.console.words import words

blueprint = Blueprint("audit", __name__, url_prefix="/console/audit")

Answer = str | Response | tuple[str, int]
AUDIT = Permission.AUDIT


@blueprint.get("/")
@needs(AUDIT)
def list_rows() -> Answer:
    """List what was done, newest first; the list itself is on record."""
    form = SearchForm(request.args)
    if not form.validate():
        return show("audit/list.html", form=form, found=None, **_choices()), 422
    before = request.args.get("before", type=int)
    found = auditing.list_rows(bag(), actor(), form.wanted(), before)
    address = form.address()
    older = url_for("audit.list_rows", **address, before=found.before) if found.before else None
    return show(
        "audit/list.html",
        form=form,
        found=found,
        older=older,
        newest=url_for("audit.list_rows", **address) if before else None,
        export=url_for("audit.export", **address),
        is_narrowed=bool(address),
        latest=next(iter(audit_checks.list_checks(bag(), actor())), None),
        **_choices(),
    )


@blueprint.get("/<int:seq>")
@needs(AUDIT)
def row(seq: int) -> str:
    """Show one row."""
    return _row(seq, ReasonForm())


@blueprint.post("/<int:seq>")
@needs(AUDIT, fresh=True)
def open_values(seq: int) -> Answer:
    """Open the values of a row for a minute, with a reason."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return _row(seq, form), 422
    values = auditing.open_values(bag(), actor(), seq, form.reason.data or "")
    return _row(seq, form, is_open=True, values=values)


def _row(seq: int, form: ReasonForm, **more: object) -> str:
    entry = auditing.show_row(bag(), actor(), seq)
    return show("audit/row.html", entry=entry, form=form, **more)


@blueprint.get("/checks")
@needs(AUDIT)
def list_checks() -> str:
    """Show what checks of the chain found, and how far the one that runs has come."""
    checks = audit_checks.list_checks(bag(), actor())
    return show(
        "audit/checks.html",
        checks=checks,
        is_running=any(one.state == "running" for one in checks),
        button=OnlyButtonForm(),
        key=audit_export.public_key(bag()),
    )


@blueprint.post("/checks")
@needs(AUDIT)
def begin_check() -> Response:
    """Have the chain checked."""
    audit_checks.begin_check(bag(), actor())
    return done("audit.check_begun", url_for("audit.list_checks"))


@blueprint.route("/export", methods=["GET", "POST"])
@needs(AUDIT, fresh=True)
def export() -> Answer:
    """Hand out what is searched for: rows and signature in one file."""
    search = SearchForm(request.args)
    form = ReasonForm()
    if not search.validate():
        return show("audit/list.html", form=search, found=None, **_choices()), 422
    problem = ""
    if form.validate_on_submit():
        try:
            return _handed_out(search.wanted(), form.reason.data or "")
        except NotAllowed as no:
            problem = refused(no.why)
    page = show(
        "audit/export.html",
        form=form,
        address=search.address(),
        most=audit_export.MOST_ROWS_BY_PAGE,
        problem=problem,
        back=url_for("audit.list_rows", **search.address()),
    )
    return (page, 422) if problem or form.errors else page


def _handed_out(wanted: Wanted, reason: str) -> Response:
    """Write the rows into an archive as they come, and the signature after them."""
    day = bag().clock.now().astimezone(SHANGHAI).strftime("%Y%m%d-%H%M")
    name = f"audit-{day}.jsonl"
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(name, "w") as lines:
            most = audit_export.MOST_ROWS_BY_PAGE
            signature = audit_export.export(bag(), actor(), wanted, reason, lines.write, most)
        archive.writestr(f"{name}.sig", signature)
    kept.seek(0)
    return send_file(
        kept, mimetype="application/zip", as_attachment=True, download_name=f"audit-{day}.zip"
    )


def _choices() -> dict[str, object]:
    said = words("audit")
    return {"acts": said["acts"], "subjects": said["subjects"]}
