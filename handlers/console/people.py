"""The list of people, and one person's page: a tab is a URL."""

import uuid
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.core.access import Permission
from app.core.errors import NotAllowed, NotFound
from app.queries import (
    conversations,
    people_lists,
    people_pages,
    people_search,
    reachability,
    timelines,
)
from app.queries.people_lists import SEEN, STAGES, PeopleFilter
from app.services import preferences
from app.services.people import PAUSE, STOPS
from handlers.bag import bag
from handlers.console.forms.people import ColumnsForm, FindForm, NoteForm, WriteForm
from handlers.console.frame import actor, done, needs, refused, show
from handlers.console.linking import link

blueprint = Blueprint("people", __name__, url_prefix="/console/people")

Answer = str | AnyResponse | tuple[str, int]
LOOK = Permission.LOOK
TABS = ("conversation", "answers", "decisions", "messages", "tags", "notes", "timeline")


@blueprint.get("/")
@needs(LOOK)
def list_people() -> str:
    """Show a page of the list, narrowed by what the address says."""
    return _list(FindForm())


@blueprint.post("/find")
@needs(LOOK)
def find() -> Answer:
    """Go to the person of this openid, phone or id; none of them ever stands in an address."""
    form = FindForm()
    if not form.validate_on_submit():
        return _list(form), 422
    found = people_search.find_person(bag(), actor(), form.wanted.data or "")
    if found is None:
        return _list(form, problem=refused("nobody_found")), 404
    return redirect(url_for("people.person", person_id=found), code=303)


@blueprint.post("/columns")
@needs(LOOK)
def keep_columns() -> Answer:
    """Keep which columns the list shows, for this operator."""
    form = ColumnsForm()
    if not form.validate_on_submit():
        return _list(FindForm()), 422
    preferences.keep_people_columns(bag(), actor(), form.columns.data or [])
    return done("people.columns_kept", url_for("people.list_people"))


def _list(form: FindForm, problem: str = "") -> str:
    narrowed = PeopleFilter.of(request.args)
    args = {"after": request.args.get("after", ""), "before": request.args.get("before", "")}
    try:
        page = people_lists.list_page(bag(), actor(), narrowed, **args)
    except NotAllowed as no:
        problem = problem or refused(no.why)
        narrowed = narrowed.without_choices()
        page = people_lists.list_page(bag(), actor(), narrowed)
    here: dict[str, Any] = dict(narrowed.to_json())
    columns = preferences.people_columns(bag(), actor())
    return show(
        "people/list.html",
        page=page,
        narrowed=narrowed,
        find=form,
        problem=problem,
        columns=columns,
        columns_form=ColumnsForm(data={"columns": list(columns)}),
        channels=people_lists.list_channels(bag(), actor()),
        stages=STAGES,
        seen=[*SEEN, *(f"-{name}" for name in SEEN)],
        holds=(PAUSE, *STOPS, "distress"),
        next_url=page.next and url_for("people.list_people", **here, after=page.next),
        previous_url=page.previous and url_for("people.list_people", **here, before=page.previous),
        export_url=link("exports.ask", **here),
    )


@blueprint.get("/<uuid:person_id>/")
@needs(LOOK)
def person(person_id: uuid.UUID) -> Answer:
    """Show the conversation; a page that asks with the mark it shows hears 204 when it is new."""
    seen = request.args.get("mark")
    if seen and seen == conversations.current_mark(bag(), actor(), person_id):
        return Response(status=204)
    return _tab(
        "conversation",
        person_id,
        conversation=conversations.conversation_of(bag(), actor(), person_id, before=_before()),
        is_latest=_before() is None,
        write=WriteForm(),
    )


@blueprint.get("/<uuid:person_id>/answers")
@needs(LOOK)
def answers(person_id: uuid.UUID) -> str:
    """Show the answers with their history, and the consents."""
    return _tab(
        "answers",
        person_id,
        answers=people_pages.answers_of(bag(), actor(), person_id),
        consents=people_pages.consents_of(bag(), actor(), person_id),
    )


@blueprint.get("/<uuid:person_id>/decisions")
@needs(LOOK)
def decisions(person_id: uuid.UUID) -> str:
    """Show every decision."""
    return _tab(
        "decisions", person_id, decisions=people_pages.decisions_of(bag(), actor(), person_id)
    )


@blueprint.get("/<uuid:person_id>/messages")
@needs(LOOK)
def messages(person_id: uuid.UUID) -> str:
    """Show what was pushed, with what became of it and why."""
    return _tab("messages", person_id, messages=people_pages.messages_of(bag(), actor(), person_id))


@blueprint.get("/<uuid:person_id>/tags")
@needs(LOOK)
def tags(person_id: uuid.UUID) -> str:
    """Show the tags, which are another desk's page."""
    return _tab("tags", person_id, tags_url=link("tags.of_person", person_id=person_id))


@blueprint.get("/<uuid:person_id>/notes")
@needs(LOOK)
def notes(person_id: uuid.UUID) -> str:
    """Show what the staff wrote down, and what the person left for them."""
    remarks, left = people_pages.notes_of(bag(), actor(), person_id)
    return _tab("notes", person_id, remarks=remarks, left=left, note=NoteForm())


@blueprint.get("/<uuid:person_id>/timeline")
@needs(LOOK)
def timeline(person_id: uuid.UUID) -> str:
    """Show everything that happened, in one list."""
    return _tab(
        "timeline",
        person_id,
        timeline=timelines.timeline_of(bag(), actor(), person_id, before=_before()),
    )


def _tab(tab: str, person_id: uuid.UUID, **facts: Any) -> str:  # noqa: ANN401 - a page's own
    header = people_pages.header_of(bag(), actor(), person_id)
    return show(
        f"people/{tab}.html",
        header=header,
        person_id=person_id,
        tab=tab,
        tabs=TABS,
        card=reachability.card_of(bag(), actor(), person_id),
        may=actor().permissions,
        **facts,
    )


def _before() -> datetime | None:
    given = request.args.get("before")
    if not given:
        return None
    try:
        before = datetime.fromisoformat(given)
    except ValueError:
        raise NotFound("No such moment.") from None
    if before.tzinfo is None:
        raise NotFound("No such moment.")
    return before


def download(name: str, kind: str, content: bytes) -> Response:
    """Return a file to keep, which no cache keeps."""
    answer = make_response(content)
    answer.headers["Content-Type"] = kind
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
