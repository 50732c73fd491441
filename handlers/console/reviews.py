"""The review desk: the queue, one case on one screen, what is done with it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from app.core.access import Permission
from app.core.errors import NotAllowed
from app.queries import conversations, dossiers, review_cases, review_figures, review_queue
from app.queries.review_queue import TABS, Tab
from app.services import asking, reviews, verdicts
from app.services.verdicts import Decided, Verdicted
from handlers.bag import bag
from handlers.console.charts import lines
from handlers.console.forms.reviews import (
    AskForm,
    AwayForm,
    DecideForm,
    PassForm,
    ReleaseForm,
    SnoozeForm,
)
from handlers.console.frame import actor, done, needs, refused, show
from handlers.console.linking import link
from handlers.console.words import words

blueprint = Blueprint("reviews", __name__, url_prefix="/console/reviews")

Answer = str | Response | tuple[str, int]
LOOK, DECIDE, APPROVE = Permission.LOOK, Permission.DECIDE, Permission.APPROVE
_SAID = 20


@blueprint.get("/")
@needs(LOOK)
def queue() -> str:
    """List what waits, the most urgent first."""
    asked = request.args.get("tab", "")
    fallback: Tab = "mine" if actor().may(DECIDE) else "second" if actor().may(APPROVE) else "team"
    tab = asked if asked in TABS else fallback
    return show("reviews/queue.html", page=review_queue.queue(bag(), actor(), tab), away=AwayForm())


@blueprint.post("/next")
@needs(LOOK, DECIDE)
def take_next() -> Response:
    """Give the reviewer the next case; the one that is left is free again."""
    leaving = request.form.get("leaving", type=int)
    if leaving is None and link("complaints.complaint", complaint_id=0):
        complaint = reviews.take_complaint(bag(), actor())
        if complaint is not None:
            return redirect(url_for("complaints.complaint", complaint_id=complaint), code=303)
    case = reviews.take_next(bag(), actor(), leaving=leaving)
    if case is None:
        return done("reviews.nothing_waits", url_for("reviews.queue", tab="team"))
    return redirect(url_for("reviews.case", review_id=case), code=303)


@blueprint.get("/<int:review_id>")
@needs(LOOK)
def case(review_id: int) -> str:
    """Show one case on one screen."""
    return _case(review_id)


@blueprint.post("/<int:review_id>/take")
@needs(LOOK, DECIDE)
def take(review_id: int) -> Answer:
    """Take this very case."""
    return _act(review_id, lambda: reviews.take(bag(), actor(), review_id))


@blueprint.post("/<int:review_id>/renew")
@needs(LOOK, DECIDE)
def renew(review_id: int) -> str:
    """Hold the case while its page is open; say so when it is no longer in these hands."""
    try:
        until: datetime | None = reviews.renew(bag(), actor(), review_id)
    except NotAllowed:
        until = None
    return show("reviews/held.html", review_id=review_id, held_until=until)


@blueprint.post("/<int:review_id>/release")
@needs(LOOK, DECIDE)
def release(review_id: int) -> Response:
    """Let go of the case; a page that is left lets go only of what it showed."""
    shown = request.form.get("held_until", type=datetime.fromisoformat)
    reviews.release(bag(), actor(), review_id, held_until=shown)
    return done("reviews.released", url_for("reviews.queue"))


@blueprint.post("/<int:review_id>/snooze")
@needs(LOOK, DECIDE)
def snooze(review_id: int) -> Answer:
    """Put the case off."""
    form = SnoozeForm()
    if not form.validate_on_submit():
        return _case(review_id, snooze=form), 422
    return _act(
        review_id,
        lambda: reviews.snooze(bag(), actor(), review_id, form.until.data),
        "reviews.snoozed",
        snooze=form,
    )


@blueprint.post("/<int:review_id>/pass")
@needs(LOOK, DECIDE)
def pass_on(review_id: int) -> Answer:
    """Give the case to a colleague."""
    form = PassForm()
    view = review_cases.case_view(bag(), actor(), review_id)
    form.offer(view.colleagues)
    if not form.validate_on_submit():
        return _case(review_id, passing=form), 422
    return _act(
        review_id,
        lambda: reviews.pass_on(
            bag(), actor(), review_id, to=form.to.data, note=form.note.data or ""
        ),
        "reviews.passed_on",
        passing=form,
    )


@blueprint.post("/<int:review_id>/ask")
@needs(LOOK, DECIDE)
def ask(review_id: int) -> Answer:
    """Ask the person in the chat."""
    form = AskForm()
    if not form.validate_on_submit():
        return _case(review_id, asking=form), 422
    try:
        asked = asking.ask_person(bag(), actor(), review_id, form.words.data or "")
    except NotAllowed as why:
        return _case(review_id, asking=form, problem=refused(why.why)), 422
    said = "reviews.asked_owed" if asked.is_owed else "reviews.asked"
    return done(said, url_for("reviews.case", review_id=review_id))


@blueprint.post("/<int:review_id>/decide")
@needs(LOOK, DECIDE)
def decide(review_id: int) -> Answer:
    """Decide the case."""
    form = _decide_form()
    if not form.validate_on_submit():
        return _case(review_id, deciding=form), 422
    wanted = Verdicted(
        form.approved_fen,
        as_policy=form.verdict.data == "policy",
        reason=form.reason.data or "",
        note=form.note.data or "",
    )
    try:
        decided = verdicts.decide_review(bag(), actor(), review_id, wanted)
    except NotAllowed as why:
        return _case(review_id, deciding=form, problem=refused(why.why)), 422
    return done(_told(decided), url_for("reviews.case", review_id=review_id))


@blueprint.post("/<int:review_id>/answer")
@needs(LOOK, APPROVE)
def answer(review_id: int) -> Answer:
    """Release what waits for a second person, or send it back."""
    form = ReleaseForm()
    if not form.validate_on_submit():
        return _case(review_id, releasing=form), 422
    approve = form.answer.data == "approve"
    try:
        decided = verdicts.answer_release(
            bag(), actor(), review_id, approve=approve, words=form.words.data or ""
        )
    except NotAllowed as why:
        return _case(review_id, releasing=form, problem=refused(why.why)), 422
    said = _told(decided) if approve else "reviews.sent_back"
    return done(said, url_for("reviews.case", review_id=review_id))


@blueprint.post("/away")
@needs(LOOK, DECIDE)
def away() -> Answer:
    """Say from which day one is there again."""
    form = AwayForm()
    if not form.validate_on_submit():
        page = review_queue.queue(bag(), actor(), "mine")
        return show("reviews/queue.html", page=page, away=form), 422
    try:
        reviews.set_away(bag(), actor(), form.day)
    except NotAllowed as why:
        page = review_queue.queue(bag(), actor(), "mine")
        return show("reviews/queue.html", page=page, away=form, problem=refused(why.why)), 422
    return done("reviews.away" if form.day else "reviews.back", url_for("reviews.queue"))


@blueprint.get("/figures")
@needs(LOOK)
def figures() -> str:
    """Show how often people decide otherwise than the policy."""
    month = request.args.get("month", type=lambda text: datetime.strptime(text, "%Y-%m").date())  # noqa: DTZ007 - a month has no zone
    page = review_figures.figures(bag(), actor(), month)
    names = [f"{one.year}-{one.month:02}" for one in page.months]
    rate = [(words("reviews")["figures"]["rate"], page.rates)]
    chart = lines(names, rate, words("reviews")["figures"]["rate"])
    return show("reviews/figures.html", page=page, chart=chart)


def _case(review_id: int, **forms: Any) -> str:  # noqa: ANN401 - forms that were filled in
    """Show the screen of a case, with a form as it was filled in where it was refused."""
    view = review_cases.case_view(bag(), actor(), review_id)
    passing = forms.pop("passing", None) or PassForm()
    passing.offer(view.colleagues)
    dossier = dossiers.dossier_of(bag(), actor(), view.decision_id) if view.decision_id else None
    facts = {
        "view": view,
        "said": verdicts.what_policy_says(bag(), actor(), review_id),
        "dossier": dossier,
        "conversation": conversations.conversation_of(bag(), actor(), view.person_id, limit=_SAID),
        "deciding": forms.pop("deciding", None) or _decide_form(),
        "asking": forms.pop("asking", None) or AskForm(),
        "snooze": forms.pop("snooze", None) or SnoozeForm(),
        "releasing": forms.pop("releasing", None) or ReleaseForm(),
        "passing": passing,
        "may": {str(one) for one in actor().permissions},
    }
    return show("reviews/case.html", **facts, **forms)


def _decide_form() -> DecideForm:
    form = DecideForm()
    form.offer(verdicts.reasons_of_today(bag()))
    return form


def _act(
    review_id: int,
    act: Callable[[], object],
    said: str = "",
    **forms: Any,  # noqa: ANN401 - see `_case`
) -> Answer:
    """Do something with a case; where it may not be done, show the case with the reason."""
    try:
        act()
    except NotAllowed as why:
        return _case(review_id, problem=refused(why.why), **forms), 422
    if said:
        return done(said, url_for("reviews.queue"))
    return redirect(url_for("reviews.case", review_id=review_id), code=303)


def _told(decided: Decided) -> str:
    if decided.waits_for_second:
        return "reviews.waits_for_second"
    return "reviews.decided" if decided.decision_id else "reviews.nothing_changed"
