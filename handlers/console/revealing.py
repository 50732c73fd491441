"""显示: one hidden value, for a minute, to whoever gives a reason."""

from flask import Blueprint, make_response, request
from werkzeug.wrappers import Response

from app.core.access import Permission
from app.core.errors import NotAllowed
from app.services import revealing
from handlers.bag import bag
from handlers.console.forms.people import RevealForm
from handlers.console.frame import actor, needs, refused, show

blueprint = Blueprint("revealing", __name__, url_prefix="/console/reveal")


@blueprint.post("")
@needs(Permission.LOOK, Permission.SEE_PERSONAL)
def reveal() -> Response:
    """Show one value; nothing on our side remembers that it was shown, except the audit log."""
    form = RevealForm()
    if not form.validate_on_submit():
        return _answer("", refused("reason_missing"), 422)
    try:
        found = revealing.reveal(
            bag(), actor(), form.what.data or "", reason=form.reason.data or ""
        )
    except NotAllowed as no:
        return _answer("", refused(no.why), 422)
    return _answer(found.value, "", 200, found.seconds)


def _answer(value: str, problem: str, status: int, seconds: int = 0) -> Response:
    page = show(
        "people/revealed.html",
        value=value,
        problem=problem,
        seconds=seconds,
        what=request.form.get("what", "")[:120],
    )
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer
