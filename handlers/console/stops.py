"""The switch: stop everything that goes out, or one class of messages, and let it go on."""

from flask import Blueprint, url_for
from werkzeug.wrappers import Response

from app.core.access import Permission
from app.core.errors import NotAllowed, NotFound
from app.queries import stops as pages
from app.services import stops
from handlers.bag import bag
from handlers.console.forms.stops import LiftForm, StopForm
from handlers.console.frame import actor, done, needs, refused, show

blueprint = Blueprint("stops", __name__, url_prefix="/console/stops")

Answer = str | Response | tuple[str, int]


@blueprint.get("/")
@needs()
def switch() -> str:
    """Show what stands, and let whoever can act stop something."""
    return _page(StopForm())


@blueprint.post("/")
@needs()
def stop() -> Answer:
    """Stop; no second person and no second password, seconds count."""
    form = StopForm()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        is_new = stops.stop(bag(), actor(), form.klass.data, form.reason.data or "")
    except NotAllowed as no:
        return _page(form, problem=refused(no.why)), 403
    return done("stops.set" if is_new else "stops.stood", url_for("stops.switch"))


@blueprint.route("/<klass>/lift", methods=["GET", "POST"])
@needs(Permission.APPROVE, fresh=True)
def lift(klass: str) -> Answer:
    """Let it go on, with a reason."""
    found = [one for one in pages.standing(bag()) if one.klass == klass]
    if not found:
        raise NotFound(f"Nothing stops {klass}.")
    form = LiftForm()
    if form.validate_on_submit():
        stops.lift(bag(), actor(), klass, form.reason.data or "")
        return done("stops.lifted", url_for("stops.switch"))
    held = pages.switch(bag()).held
    page = show("stops/lift.html", form=form, one=found[0], held=held)
    return (page, 422) if form.errors else page


def _page(form: StopForm, problem: str = "") -> str:
    who = actor()
    return show(
        "stops/switch.html",
        switch=pages.switch(bag()),
        form=form,
        problem=problem,
        may_stop=any(who.may(one) for one in stops.MAY_STOP),
        may_lift=who.may(Permission.APPROVE),
    )
