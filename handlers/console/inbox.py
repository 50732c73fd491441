"""留言: what people left for the staff, one thread a person, with the conversation beside it."""

import uuid
from collections.abc import Callable
from typing import cast

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms.fields.choices import SelectChoice

from app.core.access import Permission
from app.core.errors import NotAllowed
from app.queries import conversations, inbox_pages
from app.queries.inbox_pages import Tab, ThreadPage
from app.services import inbox, people, quick_answers
from handlers.bag import bag
from handlers.console import charts
from handlers.console.charts import Bar
from handlers.console.forms.casework import (
    AssignForm,
    ButtonForm,
    CloseThreadForm,
    QuickAnswerForm,
    WordsForm,
)
from handlers.console.frame import actor, done, needs, refused, show
from handlers.console.linking import link
from handlers.console.words import words

blueprint = Blueprint("inbox", __name__, url_prefix="/console/inbox")

Answer = str | AnyResponse | tuple[str, int]
LOOK = Permission.LOOK
_LEAST, _NOBODY = "least", "nobody"
_ANSWERED = {
    "now": "inbox.answered_now",
    "later": "inbox.answered_later",
    "held": "inbox.answered_held",
    "next_contact": "inbox.answered_next_contact",
}


def may_answer() -> bool:
    """Say whether who is signed in works at the desks."""
    return actor().may(Permission.PREPARE) or actor().may(Permission.DECIDE)


def problem_of(no: NotAllowed, said: str | None) -> str:
    """Return why something was not done; of words that may not be said, which and what instead."""
    findings = people.wording_of(bag(), said or "") if no.why == "wording" else ()
    told = (f"{'、'.join(one.found)}：{one.says}{one.instead}" for one in findings)
    return "；".join(told).lstrip("：") or refused(no.why)


@blueprint.get("/")
@needs(LOOK)
def list_threads() -> str:
    """List threads that wait, those of the signed-in person, or those answered last."""
    asked = request.args.get("tab", "open")
    tab = cast(Tab, asked if asked in ("open", "mine", "answered") else "open")
    page = inbox_pages.list_page(bag(), actor(), tab)
    return show("inbox/list.html", page=page, may_answer=may_answer(), button=ButtonForm())


@blueprint.get("/<uuid:person_id>")
@needs(LOOK)
def thread(person_id: uuid.UUID) -> Answer:
    """Show one thread; a page that asks with the mark it shows hears 204 when it is current."""
    seen = request.args.get("mark")
    if seen and seen == conversations.current_mark(bag(), actor(), person_id):
        return Response(status=204)
    return _thread(person_id)


@blueprint.post("/<uuid:person_id>/answer")
@needs(LOOK)
def answer(person_id: uuid.UUID) -> Answer:
    """Answer all that the person left."""
    form = WordsForm()
    if not form.validate_on_submit():
        return _thread(person_id, form), 422
    try:
        way = inbox.answer_thread(bag(), actor(), person_id, words=form.words.data or "")
    except NotAllowed as no:
        return _thread(person_id, form, problem_of(no, form.words.data)), 422
    return done(_ANSWERED[way], url_for("inbox.list_threads"))


@blueprint.post("/<uuid:person_id>/assign")
@needs(LOOK)
def assign(person_id: uuid.UUID) -> Answer:
    """Give the thread to oneself, to somebody, to whoever has least, or back."""
    form = AssignForm()
    form.to.choices = _choices(inbox_pages.thread_page(bag(), actor(), person_id))
    if not form.validate_on_submit():
        return _thread(person_id, problem=refused("not_on_duty")), 422
    to = str(form.to.data)
    return _tried(person_id, "inbox.assigned", url_for("inbox.thread", person_id=person_id),
        lambda: inbox.assign(
            bag(), actor(), person_id,
            to=int(to) if to.isdecimal() else None, is_least_loaded=to == _LEAST,
        ))  # fmt: skip


@blueprint.post("/<uuid:person_id>/close")
@needs(LOOK)
def close(person_id: uuid.UUID) -> Answer:
    """Close the thread without an answer."""
    form = CloseThreadForm()
    if not form.validate_on_submit():
        return _thread(person_id, problem=refused("reason_missing")), 422
    return _tried(person_id, "inbox.closed", url_for("inbox.list_threads"),
        lambda: inbox.close(bag(), actor(), person_id, reason=form.reason.data or ""))  # fmt: skip


@blueprint.route("/quick/", methods=["GET", "POST"])
@needs(LOOK)
def quick() -> Answer:
    """Show the quick answers, and keep a new one or a new version."""
    form, problem = QuickAnswerForm(), ""
    if request.method == "GET":
        form = _draft(request.args.get("from", ""))
    elif form.validate_on_submit():
        try:
            quick_answers.save(
                bag(),
                actor(),
                shortcut=form.shortcut.data or "",
                title=form.title.data or "",
                words=form.words.data or "",
            )
        except NotAllowed as no:
            problem = problem_of(no, form.words.data)
        else:
            return done("inbox.quick_saved", url_for("inbox.quick"))
    page = show(
        "inbox/quick.html",
        form=form,
        problem=problem,
        answers=quick_answers.list_current(bag()),
        may_answer=may_answer(),
    )
    return (page, 422) if problem or form.errors else page


@blueprint.get("/quick/<shortcut>")
@needs(LOOK)
def versions(shortcut: str) -> str:
    """Show every version of a quick answer; any of them can be the draft of the next."""
    found = quick_answers.list_versions(bag(), shortcut)
    return show("inbox/versions.html", versions=found, may_answer=may_answer())


@blueprint.post("/quick/<shortcut>/retire")
@needs(LOOK)
def retire(shortcut: str) -> Answer:
    """Offer a quick answer no longer."""
    try:
        quick_answers.retire(bag(), actor(), shortcut=shortcut)
    except NotAllowed as no:
        return done_not(no.why), 403
    return done("inbox.quick_retired", url_for("inbox.quick"))


@blueprint.get("/ratings/")
@needs(LOOK)
def ratings() -> str:
    """Show how answers were liked, by month."""
    months = inbox_pages.ratings_by_month(bag(), actor())
    labels = words("inbox")["scores"]
    ordered = list(reversed(months))
    chart = charts.columns(
        [one.month for one in ordered],
        [
            (labels["3"], [Bar(one.month, one.good) for one in ordered]),
            (labels["2"], [Bar(one.month, one.fair) for one in ordered]),
            (labels["1"], [Bar(one.month, one.bad) for one in ordered]),
        ],
        words("inbox")["ratings_title"],
    )
    return show("inbox/ratings.html", months=months, chart=chart if months else "")


def done_not(why: str) -> str:
    """Show why something was not done."""
    return show("error.html", code=403, problem=refused(why))


def _draft(version: str) -> QuickAnswerForm:
    """Return the form, filled with the version (`shortcut.number`) that it is to start from."""
    shortcut, _, number = version.rpartition(".")
    if not shortcut:
        return QuickAnswerForm(formdata=None)
    found = quick_answers.list_versions(bag(), shortcut)
    chosen = next((one for one in found if str(one.version) == number), found[0])
    return QuickAnswerForm(formdata=None, obj=chosen)


def _tried(person_id: uuid.UUID, key: str, url: str, act: Callable[[], object]) -> Answer:
    try:
        act()
    except NotAllowed as no:
        return _thread(person_id, problem=refused(no.why)), 422
    return done(key, url)


def _choices(page: ThreadPage) -> list[SelectChoice]:
    labels = words("inbox")["assign"]
    people = [
        SelectChoice(str(one.id), labels["somebody"].format(name=one.name, load=one.load))
        for one in page.colleagues
    ]
    return [SelectChoice(_LEAST, labels["least"]), *people, SelectChoice(_NOBODY, labels["nobody"])]


def _thread(person_id: uuid.UUID, form: WordsForm | None = None, problem: str = "") -> str:
    page = inbox_pages.thread_page(bag(), actor(), person_id)
    to = AssignForm()
    to.to.choices = _choices(page)
    offered = quick_answers.list_current(bag())
    chosen = next((one for one in offered if one.shortcut == request.args.get("quick")), None)
    box = form or WordsForm(formdata=None, data={"words": chosen.words if chosen else ""})
    return show(
        "inbox/thread.html",
        page=page,
        person_id=person_id,
        conversation=conversations.conversation_of(bag(), actor(), person_id),
        form=box,
        assign=to,
        close=CloseThreadForm(formdata=None),
        problem=problem,
        offered=offered,
        may_answer=may_answer(),
        me_id=actor().id,
        person_url=link("people.person", person_id=person_id),
        complaint_url=link("complaints.new", person=person_id),
        request_url=link("rights.new", person=person_id),
    )
