"""为什么没收到: type a person, read what became of each message."""

import uuid
from datetime import datetime

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from app.core.access import Permission
from app.queries import reachability, why_not
from app.queries.why_not import Cursor
from handlers.bag import bag
from handlers.console import telling
from handlers.console.forms.why_not import WhoForm
from handlers.console.frame import actor, needs, show
from handlers.console.words import words

blueprint = Blueprint("why_not", __name__, url_prefix="/console/why-not")

Answer = str | Response | tuple[str, int]


@blueprint.route("/", methods=["GET", "POST"])
@needs(Permission.LOOK)
def ask() -> Answer:
    """Ask for whom; what is typed travels in the body, never in an address."""
    form = WhoForm()
    problem = ""
    if form.validate_on_submit():
        found = why_not.find(bag(), actor(), form.who.data or "")
        if len(found) == 1:
            return redirect(url_for("why_not.person", person_id=found[0]), code=303)
        problem = words("why_not")["not_clear" if found else "not_found"]
    page = show("why_not/ask.html", form=form, problem=problem)
    return (page, 422) if problem or form.errors else page


@blueprint.get("/<uuid:person_id>")
@needs(Permission.LOOK)
def person(person_id: uuid.UUID) -> str:
    """Show a person's messages, each with its reason, and what may be sent now."""
    told = why_not.told(bag(), actor(), person_id, _cursor())
    older = None
    if told.older is not None:
        place = f"{told.older.at.isoformat()}_{told.older.id}"
        older = url_for("why_not.person", person_id=person_id, before=place)
    return show(
        "why_not/person.html",
        told=told,
        older=older,
        newest=url_for("why_not.person", person_id=person_id) if "before" in request.args else None,
        card=None if told.is_erased else reachability.card_of(bag(), actor(), person_id),
        telling=telling,
    )


def _cursor() -> Cursor | None:
    """Read where the last page ended; what cannot be read begins at the newest."""
    at, _, last = request.args.get("before", "").partition("_")
    try:
        moment = datetime.fromisoformat(at)
        return Cursor(moment, uuid.UUID(last)) if moment.tzinfo is not None else None
    except ValueError:
        return None
