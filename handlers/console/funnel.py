"""The funnel: where people stop, compared by channel and version, and who they are."""

from typing import Any

from flask import Blueprint, request, url_for

from app.core.access import Permission
from app.queries import funnel, funnel_people
from app.queries.funnel import View
from handlers.bag import bag
from handlers.console.days import span_asked
from handlers.console.figures import duration
from handlers.console.flow import flow, meter
from handlers.console.frame import needs, show
from handlers.console.linking import link
from handlers.console.words import words

blueprint = Blueprint("funnel", __name__, url_prefix="/console/funnel")
LOOK = Permission.LOOK


@blueprint.get("/")
@needs(LOOK)
def overview() -> str:
    """Show the funnel of some days."""
    view = _view()
    page = funnel.funnel_page(bag(), view)
    said = words("funnel")
    labels = {**said["flow"], **said["forms"]}
    return show(
        "funnel/overview.html",
        page=page,
        view=view,
        here=_here(view),
        link=lambda kind, detail: _people(view, kind, detail),
        stage_url=lambda stage: _people_of_stage(view, stage),
        channel_name=lambda name: said["channels"].get(name, name),
        form_name=_form_name,
        meter=meter,
        duration=duration,
        drawing=flow(page.questions, lambda kind, key: _people(view, kind, key), labels),
    )


@blueprint.get("/people")
@needs(LOOK)
def people() -> str:
    """List who stands behind a number."""
    view = _view()
    kind, detail = request.args.get("kind", ""), request.args.get("detail", "")
    page = funnel_people.people_page(bag(), view, kind, detail, request.args.get("after", ""))
    more = {**_here(view), "kind": kind, "detail": detail}
    return show(
        "funnel/people.html",
        page=page,
        view=view,
        kind=kind,
        back=url_for(".overview", **_here(view)),
        next_url=url_for(".people", **more, after=page.after) if page.after else None,
        person_url=lambda person_id: link("people.person", person_id=person_id),
        segment_url=link("segments.new", query=page.query),
    )


def _view() -> View:
    name, _, version = request.args.get("form", "").partition("/")
    return funnel.view_of(bag(), span_asked(), (name, version), request.args.get("channel", ""))


def _form_name(name: str) -> str:
    form, _, version = name.partition("/")
    said = words("funnel")
    return f"{said['forms'].get(form, form)}{said['version'].format(version)}"


def _here(view: View) -> dict[str, Any]:
    """Name a view in an address."""
    here = {
        "since": view.span.first.isoformat(),
        "until": view.span.last.isoformat(),
        "form": f"{view.form.name}/{view.form.version}",
    }
    return {**here, "channel": view.channel} if view.channel else here


def _people(view: View, kind: str, detail: str) -> str:
    return url_for(".people", **_here(view), kind=kind, detail=detail)


def _people_of_stage(view: View, stage: Any) -> str:  # noqa: ANN401 - a stage of the page
    has_people = stage.kind in funnel_people.DETAILS or stage.kind == "reached"
    return _people(view, stage.kind, stage.detail) if has_people and stage.count else ""
