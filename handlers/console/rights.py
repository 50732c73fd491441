"""个人信息请求: the list with its clocks, one request with what proves it, and the acts."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from app.core.access import Permission
from app.core.errors import NotAllowed, NotFound
from app.queries import rights_pages
from app.queries.rights_pages import Tab
from app.services import rights, rights_acts
from app.services.rights import Received
from handlers.bag import bag
from handlers.console.forms.casework import (
    ButtonForm,
    IdentityForm,
    PurposesForm,
    RefuseForm,
    RequestForm,
    WordsForm,
)
from handlers.console.frame import actor, done, needs, refused, show
from handlers.console.inbox import may_answer, problem_of
from handlers.console.linking import link

blueprint = Blueprint("rights", __name__, url_prefix="/console/rights")

Answer = str | Response | tuple[str, int]
LOOK, DECIDE = Permission.LOOK, Permission.DECIDE


@blueprint.get("/")
@needs(LOOK)
def list_requests() -> str:
    """List open requests by their clocks, or those decided last."""
    tab: Tab = "ended" if request.args.get("tab") == "ended" else "open"
    page = rights_pages.list_page(bag(), actor(), tab)
    return show("rights/list.html", page=page, may_answer=may_answer())


@blueprint.route("/new", methods=["GET", "POST"])
@needs(LOOK)
def new() -> Answer:
    """Enter a request that came by phone, letter or visit."""
    form, problem = RequestForm(), ""
    if request.method == "GET":
        form.person_id.data = request.args.get("person", "")
    elif form.validate_on_submit():
        try:
            taken = rights.receive(bag(), actor(), _received(form))
        except NotAllowed as no:
            problem = refused(no.why)
        else:
            return done("rights.received", url_for("rights.one", request_id=taken))
    page = show("rights/new.html", form=form, problem=problem, may_answer=may_answer())
    return (page, 422) if problem or form.errors else page


@blueprint.get("/<int:request_id>")
@needs(LOOK)
def one(request_id: int) -> str:
    """Show one request with its log."""
    return _request(request_id)


@blueprint.post("/<int:request_id>/identity")
@needs(LOOK)
def identity(request_id: int) -> Answer:
    """Keep which held facts whoever asks could name."""
    form = IdentityForm()
    return _act(request_id, "rights.identity", form, lambda: rights.identify(
        bag(), actor(), request_id, matched=form.matched.data or []
    ))  # fmt: skip


@blueprint.post("/<int:request_id>/do/<act>")
@needs(LOOK, DECIDE)
def do(request_id: int, act: str) -> Answer:
    """Do what was asked for."""
    if act not in _ACTS:
        raise NotFound("Nothing of that name is done for a request.")
    told, run = _ACTS[act]
    return _act(request_id, told, ButtonForm(), lambda: run(bag(), actor(), request_id))


@blueprint.route("/<int:request_id>/erase", methods=["GET", "POST"])
@needs(LOOK, DECIDE, fresh=True)
def erase(request_id: int) -> Answer:
    """Erase the person, after the password once more."""
    form = ButtonForm()
    if request.method == "GET":
        found = rights_pages.request_page(bag(), actor(), request_id)
        return show("rights/erase.html", page=found, form=form)
    return _act(request_id, "rights.erase", form, lambda: rights_acts.erase(
        bag(), actor(), request_id
    ))  # fmt: skip


@blueprint.post("/<int:request_id>/withdraw-consent")
@needs(LOOK, DECIDE)
def withdraw_consent(request_id: int) -> Answer:
    """Withdraw consents for who asked by another way than the chat."""
    form = PurposesForm()
    return _act(request_id, "rights.withdraw_consent", form, lambda: rights_acts.withdraw_consent(
        bag(), actor(), request_id, purposes=form.purposes.data or []
    ))  # fmt: skip


@blueprint.post("/<int:request_id>/refuse")
@needs(LOOK, DECIDE)
def refuse(request_id: int) -> Answer:
    """Refuse, with the reason."""
    form = RefuseForm()
    return _act(request_id, "rights.refuse", form, lambda: rights.refuse(
        bag(), actor(), request_id, reason=form.reason.data, words=form.words.data or ""
    ))  # fmt: skip


@blueprint.post("/<int:request_id>/finish")
@needs(LOOK, DECIDE)
def finish(request_id: int) -> Answer:
    """Record that it is done, and tell what."""
    form = WordsForm()
    return _act(request_id, "rights.finish", form, lambda: rights.finish(
        bag(), actor(), request_id, words=form.words.data or ""
    ))  # fmt: skip


@blueprint.post("/<int:request_id>/withdraw")
@needs(LOOK)
def withdraw(request_id: int) -> Answer:
    """End a request that was taken back."""
    form = WordsForm()
    return _act(request_id, "rights.withdraw", form, lambda: rights.withdraw(
        bag(), actor(), request_id, words=form.words.data or ""
    ))  # fmt: skip


_ACTS: dict[str, tuple[str, Callable[..., object]]] = {
    "copy": ("rights.copy", rights_acts.send_copy),
    "restrict": ("rights.restrict", rights_acts.restrict),
    "lift": ("rights.lift", rights_acts.lift),
    "correct": ("rights.corrects", rights_acts.ask_to_correct),
    "explain": ("rights.explains", rights_acts.explain),
}
"""Each act by its name in the address: what is said when it is done, and what does it."""


def _received(form: RequestForm) -> Received:
    person = form.person_id.data
    try:
        person_id = uuid.UUID(person) if person else None
    except ValueError:
        raise NotFound("No such person.") from None
    return Received(
        kind=form.kind.data,
        source=form.source.data,
        words=form.words.data or "",
        requester=form.requester.data,
        contact=form.contact.data or "",
        person_id=person_id,
    )


def _act(request_id: int, key: str, form: FlaskForm, act: Callable[[], object]) -> Answer:
    if not form.validate_on_submit():
        return _request(request_id, refused("words_missing"), form), 422
    try:
        act()
    except NotAllowed as no:
        said = form.data.get("words")
        return _request(request_id, problem_of(no, said), form), 422
    return done(key, url_for("rights.one", request_id=request_id))


def _request(request_id: int, problem: str = "", given: FlaskForm | None = None) -> str:
    page = rights_pages.request_page(bag(), actor(), request_id)

    def form(kind: type[Any], **data: object) -> Any:  # noqa: ANN401 - whichever form it is
        return given if type(given) is kind else kind(formdata=None, data=data)

    is_kin = page.row.requester == "kin"
    return show(
        "rights/request.html",
        page=page,
        problem=problem,
        identity=form(IdentityForm, matched=list(page.matched)),
        facts=rights.KIN_PAPERS if is_kin else rights.HELD,
        refuse=form(RefuseForm),
        words_form=form(WordsForm),
        purposes=form(PurposesForm),
        may_handle=may_answer(),
        may_decide=actor().may(DECIDE),
        may_reveal=actor().may(Permission.SEE_PERSONAL),
        person_url=link("people.person", person_id=page.person_id) if page.person_id else None,
        audit_url=link("audit.list_rows", subject="subject_request", subject_id=request_id),
    )
