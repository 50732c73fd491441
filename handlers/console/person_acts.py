"""What is done with one person: each act has a page of its own that says what it does."""

import json
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from app.core.access import Permission
from app.core.errors import NotAllowed
from app.queries import people_pages, reachability
from app.services import people, privacy
from handlers.bag import bag
from handlers.console.forms.people import EraseForm, HoldForm, NoteForm, ReasonForm, WriteForm
from handlers.console.frame import actor, done, needs, refused, show
from handlers.console.people import download

blueprint = Blueprint("person_acts", __name__, url_prefix="/console/people")

Answer = str | Response | tuple[str, int]
LOOK = Permission.LOOK


@blueprint.route("/<uuid:person_id>/write", methods=["GET", "POST"])
@needs(LOOK, Permission.SEND)
def write(person_id: uuid.UUID) -> Answer:
    """Write by hand, while the window is open."""
    form = WriteForm()
    if form.validate_on_submit():
        findings = people.wording_of(bag(), form.words.data or "")
        if findings:
            told = (f"{'、'.join(one.found)}：{one.says}{one.instead}" for one in findings)
            return _page("write", person_id, form, problem="；".join(told).lstrip("："))
    return _act("write", person_id, form, lambda: people.write_by_hand(
        bag(), actor(), person_id, words=form.words.data or ""
    ))  # fmt: skip


@blueprint.route("/<uuid:person_id>/hold", methods=["GET", "POST"])
@needs(LOOK)
def hold(person_id: uuid.UUID) -> Answer:
    """Pause what nobody asked for, or stop contact."""
    form = HoldForm()
    return _act("hold", person_id, form, lambda: people.hold(
        bag(), actor(), person_id, why=form.why.data or "", reason=form.reason.data or ""
    ))  # fmt: skip


@blueprint.route("/<uuid:person_id>/release", methods=["GET", "POST"])
@needs(LOOK)
def release(person_id: uuid.UUID) -> Answer:
    """Let messages go again."""
    form = ReasonForm()
    return _act("release", person_id, form, lambda: people.release(
        bag(), actor(), person_id, reason=form.reason.data or ""
    ))  # fmt: skip


@blueprint.route("/<uuid:person_id>/note", methods=["GET", "POST"])
@needs(LOOK)
def note(person_id: uuid.UUID) -> Answer:
    """Write something down for colleagues."""
    form = NoteForm()
    return _act("note", person_id, form, lambda: people.write_note(
        bag(), actor(), person_id, words=form.words.data or ""
    ), back="people.notes")  # fmt: skip


@blueprint.route("/<uuid:person_id>/review", methods=["GET", "POST"])
@needs(LOOK)
def review(person_id: uuid.UUID) -> Answer:
    """Have a reviewer look at the latest enquiry again."""
    form = ReasonForm()
    return _act("review", person_id, form, lambda: people.start_review(
        bag(), actor(), person_id, reason=form.reason.data or ""
    ))  # fmt: skip


@blueprint.route("/<uuid:person_id>/copy", methods=["GET", "POST"])
@needs(LOOK, Permission.SEE_PERSONAL, fresh=True)
def copy(person_id: uuid.UUID) -> Answer:
    """Take a copy of everything about the person, to be handed over to that person."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return _page("copy", person_id, form)
    try:
        sections = people.take_copy(bag(), actor(), person_id, reason=form.reason.data or "")
    except NotAllowed as no:
        return _page("copy", person_id, form, problem=refused(no.why))
    text = json.dumps(sections, ensure_ascii=False, indent=2, default=datetime.isoformat)
    return download(f"person-{person_id}.json", "application/json", text.encode())


@blueprint.route("/<uuid:person_id>/erase", methods=["GET", "POST"])
@needs(LOOK, Permission.DECIDE, fresh=True)
def erase(person_id: uuid.UUID) -> Answer:
    """Erase everything about the person."""
    form = EraseForm()
    return _act("erase", person_id, form, lambda: privacy.erase_person(
        bag(), person_id, actor=actor(), reason=form.reason.data or ""
    ))  # fmt: skip


def _act(
    name: str,
    person_id: uuid.UUID,
    form: FlaskForm,
    act: Callable[[], object],
    back: str = "people.person",
) -> Answer:
    """Show an act's page; do it when its form is right, and say so on the person's page."""
    if not form.validate_on_submit():
        return _page(name, person_id, form)
    try:
        result = act()
    except NotAllowed as no:
        if no.why == "no_right":
            raise
        return _page(name, person_id, form, problem=refused(no.why))
    key = "people.restricted" if result is False else f"people.{name}"
    return done(key, url_for(back, person_id=person_id))


def _page(name: str, person_id: uuid.UUID, form: Any, problem: str = "") -> Answer:  # noqa: ANN401 - any of our forms
    page = show(
        "people/act.html",
        act=name,
        form=form,
        problem=problem,
        header=people_pages.header_of(bag(), actor(), person_id),
        card=reachability.card_of(bag(), actor(), person_id),
        person_id=person_id,
    )
    return (page, 422) if request.method == "POST" else page
