"""投诉: the list with its clocks, one case on one screen, errands, and what complaints taught."""

import uuid
from collections.abc import Callable
from typing import Any, cast

from flask import Blueprint, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from app.core.access import Permission
from app.core.errors import NotAllowed, NotFound
from app.queries import complaint_figures, complaint_pages
from app.queries.complaint_pages import CasePage, Tab
from app.services import complaints, extensions, letters
from app.services.complaints import Ending, Received
from handlers.bag import bag
from handlers.console import charts
from handlers.console.charts import Bar
from handlers.console.forms.casework import (
    AssignForm,
    ClassifyForm,
    CloseCaseForm,
    ComplaintForm,
    ErrandForm,
    ReleaseForm,
    WordsForm,
)
from handlers.console.frame import actor, done, needs, refused, show
from handlers.console.inbox import may_answer, problem_of
from handlers.console.linking import link
from handlers.console.words import words

blueprint = Blueprint("complaints", __name__, url_prefix="/console/complaints")

Answer = str | Response | tuple[str, int]
LOOK = Permission.LOOK


@blueprint.get("/")
@needs(LOOK)
def list_complaints() -> str:
    """List open cases by their clocks, those that ended, or the errands that wait."""
    asked = request.args.get("tab", "open")
    tab = cast(Tab, asked if asked in ("open", "ended", "errands") else "open")
    page = complaint_pages.list_page(bag(), actor(), tab)
    return show("complaints/list.html", page=page, may_answer=may_answer())


@blueprint.route("/new", methods=["GET", "POST"])
@needs(LOOK)
def new() -> Answer:
    """Enter a complaint that came by phone, letter, visit, platform or regulator."""
    form, problem = ComplaintForm(), ""
    if request.method == "GET":
        form.person_id.data = request.args.get("person", "")
    elif form.validate_on_submit():
        try:
            case = complaints.receive(bag(), actor(), _received(form))
        except NotAllowed as no:
            problem = refused(no.why)
        else:
            return done("complaints.received", url_for("complaints.complaint", complaint_id=case))
    page = show("complaints/new.html", form=form, problem=problem, may_answer=may_answer())
    return (page, 422) if problem or form.errors else page


@blueprint.get("/<int:complaint_id>")
@needs(LOOK)
def complaint(complaint_id: int) -> str:
    """Show one case on one screen."""
    return _case(complaint_id)


@blueprint.post("/<int:complaint_id>/assign")
@needs(LOOK)
def assign(complaint_id: int) -> Answer:
    """Give the case to oneself or to a colleague who may have it."""
    form = AssignForm()
    form.to.choices = _colleagues(complaint_pages.case_page(bag(), actor(), complaint_id))
    return _act(complaint_id, "complaints.assigned", form, lambda: complaints.assign(
        bag(), actor(), complaint_id, to=int(form.to.data)
    ))  # fmt: skip


@blueprint.post("/<int:complaint_id>/classify")
@needs(LOOK)
def classify(complaint_id: int) -> Answer:
    """Say what the case is about, and whom."""
    form = ClassifyForm()
    form.about.choices = _everybody(complaint_pages.case_page(bag(), actor(), complaint_id))
    return _act(complaint_id, "complaints.classified", form, lambda: complaints.classify(
        bag(), actor(), complaint_id, category=form.category.data,
        about_operator=int(form.about.data) if form.about.data else None,
    ))  # fmt: skip


@blueprint.post("/<int:complaint_id>/do/<act>")
@needs(LOOK)
def write(complaint_id: int, act: str) -> Answer:
    """Do what needs only words: a note, the first answer, looking into it, more time, and so on."""
    if act not in _WITH_WORDS:
        raise NotFound("Nothing of that name is done with a complaint.")
    form, run = WordsForm(), _WITH_WORDS[act]
    told = f"complaints.{act}"
    return _act(complaint_id, told, form, lambda: run(complaint_id, form.words.data or ""))


@blueprint.post("/<int:complaint_id>/close")
@needs(LOOK, Permission.DECIDE)
def close(complaint_id: int) -> Answer:
    """Close the case with its letter."""
    form = CloseCaseForm()
    form.cause.choices = _causes()
    return _act(complaint_id, "complaints.closed", form, lambda: complaints.close(
        bag(), actor(), complaint_id,
        Ending(form.outcome.data, form.cause.data, form.words.data or ""),
    ))  # fmt: skip


@blueprint.post("/<int:complaint_id>/release")
@needs(LOOK, Permission.APPROVE)
def release(complaint_id: int) -> Answer:
    """Release or refuse more time, as a second person."""
    form = ReleaseForm()
    is_yes = form.approve.data == "yes"
    key = "complaints.time_given" if is_yes else "complaints.time_refused"
    return _act(complaint_id, key, form, lambda: extensions.answer(
        bag(), actor(), complaint_id, approve=is_yes, words=form.words.data or ""
    ))  # fmt: skip


@blueprint.route("/errands/<int:errand_id>", methods=["GET", "POST"])
@needs(LOOK)
def errand(errand_id: int) -> Answer:
    """Record what came of a call or a letter."""
    found = complaint_pages.errand_page(bag(), actor(), errand_id)
    form, problem = ErrandForm(), ""
    if form.validate_on_submit():
        result, told = form.result.data, form.words.data or ""
        try:
            letters.finish_errand(bag(), actor(), errand_id, result=result, words=told)
        except NotAllowed as no:
            problem = refused(no.why)
        else:
            return done("complaints.errand_done", url_for("complaints.list_complaints"))
    facts = {"form": form, "problem": problem, "may_answer": may_answer()}
    page = show("complaints/errand.html", errand=found, **facts)
    return (page, 422) if problem or form.errors else page


@blueprint.get("/figures/")
@needs(LOOK)
def figures() -> str:
    """Show what complaints taught: by month, by root cause, by category."""
    found = complaint_figures.figures(bag(), actor())
    labels = words("complaints")
    months = charts.columns(
        [month for month, *_ in found.months],
        [
            (labels["figures"]["received"], [Bar(m, n) for m, n, _, _ in found.months]),
            (labels["figures"]["in_time"], [Bar(m, n) for m, _, n, _ in found.months]),
            (labels["figures"]["late"], [Bar(m, n) for m, _, _, n in found.months]),
        ],
        labels["figures"]["by_month"],
    )
    return show("complaints/figures.html", found=found, months=months)


def _received(form: ComplaintForm) -> Received:
    person = form.person_id.data
    try:
        person_id = uuid.UUID(person) if person else None
    except ValueError:
        raise NotFound("No such person.") from None
    return Received(
        source=form.source.data,
        words=form.words.data or "",
        contact=form.contact.data or "",
        category=form.category.data,
        person_id=person_id,
    )


_WITH_WORDS: dict[str, Callable[[int, str], object]] = {
    "note": lambda case, told: complaints.write_note(bag(), actor(), case, words=told),
    "first": lambda case, told: complaints.answer_first(bag(), actor(), case, words=told),
    "investigate": lambda case, told: complaints.investigate(bag(), actor(), case, words=told),
    "withdraw": lambda case, told: complaints.withdraw(bag(), actor(), case, words=told),
    "reopen": lambda case, told: complaints.reopen(bag(), actor(), case, words=told),
    "time": lambda case, told: extensions.ask(bag(), actor(), case, reason=told),
}


def _act(complaint_id: int, key: str, form: FlaskForm, act: Callable[[], object]) -> Answer:
    if not form.validate_on_submit():
        return _case(complaint_id, refused("words_missing"), form), 422
    try:
        act()
    except NotAllowed as no:
        said = form.data.get("words")
        return _case(complaint_id, problem_of(no, said), form), 422
    return done(key, url_for("complaints.complaint", complaint_id=complaint_id))


def _case(complaint_id: int, problem: str = "", given: FlaskForm | None = None) -> str:
    page = complaint_pages.case_page(bag(), actor(), complaint_id)

    def form(kind: type[Any], **data: object) -> Any:  # noqa: ANN401 - whichever form it is
        return given if type(given) is kind else kind(formdata=None, data=data)

    to = form(AssignForm)
    to.to.choices = _colleagues(page)
    about = form(ClassifyForm, category=page.row.category, about=str(page.about_id or ""))
    about.about.choices = _everybody(page)
    ending = form(CloseCaseForm)
    ending.cause.choices = _causes()
    return show(
        "complaints/case.html",
        page=page,
        problem=problem,
        assign=to,
        classify=about,
        ending=ending,
        words_form=form(WordsForm),
        release=form(ReleaseForm),
        may_handle=may_answer() and not page.is_recused,
        may_close=actor().may(Permission.DECIDE) and not page.is_recused,
        may_release=actor().may(Permission.APPROVE) and page.extension_by not in (None, actor().id),
        may_reveal=actor().may(Permission.SEE_PERSONAL) and not page.is_recused,
        me_id=actor().id,
        person_url=link("people.person", person_id=page.person_id) if page.person_id else None,
    )


def _colleagues(page: CasePage) -> list[SelectChoice]:
    return [SelectChoice(str(one.id), one.name) for one in page.colleagues if not one.is_recused]


def _everybody(page: CasePage) -> list[SelectChoice]:
    nobody = SelectChoice("", words("complaints")["about_nobody"])
    return [nobody, *(SelectChoice(str(number), name) for number, name in page.everybody)]


def _causes() -> list[SelectChoice]:
    labels = words("complaints")["causes"]
    return [SelectChoice(code, labels[code]) for code in complaints.causes(bag())]
