"""Sign in and out: password, second factor, setting both up, and giving them again."""

import segno
from flask import Blueprint, redirect, request, session, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.core.errors import NotAllowed
from app.services import signin
from app.services.signin import SignedIn, authenticator
from handlers.bag import bag
from handlers.console import menu
from handlers.console.forms.account import (
    CodeForm,
    ConfirmForm,
    EnrolForm,
    OnlyButtonForm,
    SignInForm,
)
from handlers.console.frame import (
    TOKEN,
    actor,
    before_sign_in,
    needs,
    refused,
    request_id,
    safe_next,
    show,
    signed_in,
    start_session,
)
from handlers.console.words import words

blueprint = Blueprint("account", __name__, url_prefix="/console")

_PROPOSED = "proposed"
"""Where the secret of an authenticator waits until its first code has proved it."""

Answer = str | Response | tuple[str, int]


@blueprint.get("/home")
@needs()
def home() -> Response:
    """Go to the first page that this person may open."""
    groups = menu.of(actor())
    # An open account has a role, and every role a page; who has none signs in again.
    return redirect(groups[0][1][0].url if groups else url_for("account.sign_in"))


@blueprint.route("/sign-in", methods=["GET", "POST"])
@before_sign_in
def sign_in() -> Answer:
    """Ask for name and password."""
    form = SignInForm()
    if form.validate_on_submit():
        try:
            token = signin.begin(
                bag(), form.name.data or "", form.password.data or "", request_id()
            )
        except NotAllowed as no:
            return show("account/sign_in.html", form=form, problem=refused(no.why)), 422
        start_session(token)
        person = signed_in()
        is_known = person is not None and person.stage == "password"
        return _on("account.code" if is_known else "account.enrol")
    return show("account/sign_in.html", form=form)


@blueprint.route("/code", methods=["GET", "POST"])
@before_sign_in
def code() -> Answer:
    """Ask for the second factor."""
    if _at("password") is None:
        return _on("account.sign_in")
    form = CodeForm()
    if form.validate_on_submit():
        try:
            token = signin.give_code(bag(), session[TOKEN], form.code.data or "", request_id())
        except NotAllowed as no:
            return show("account/code.html", form=form, problem=refused(no.why)), 422
        start_session(token)
        return redirect(safe_next(request.args.get("next")), code=303)
    return show("account/code.html", form=form)


@blueprint.route("/enrol", methods=["GET", "POST"])
@before_sign_in
def enrol() -> Answer:
    """Let somebody choose a password and set up an authenticator."""
    person = _at("enrol")
    if person is None:
        return _on("account.sign_in")
    form = EnrolForm()
    problem = ""
    if form.validate_on_submit():
        problem = _enrolled(form, person)
        if not problem:
            return redirect(safe_next(request.args.get("next")), code=303)
    secret, address = authenticator(person.name, session.get(_PROPOSED, ""))
    session[_PROPOSED] = secret
    drawn = segno.make(address).svg_inline(border=2, omitsize=True, svgclass="qr", lineclass="")
    page = show(
        "account/enrol.html",
        form=form,
        person=person,
        secret=secret,
        picture=Markup(drawn),  # noqa: S704 - drawn by us
        problem=problem,
    )
    return page, 422 if form.errors or problem else 200


def _enrolled(form: EnrolForm, person: SignedIn) -> str:
    if person.needs_password and form.password.data != form.again.data:
        return str(words("frame")["not_the_same"])
    given = (form.password.data or "", session.get(_PROPOSED, ""), form.code.data or "")
    try:
        start_session(signin.enrol(bag(), session[TOKEN], *given, request_id()))
    except NotAllowed as no:
        return refused(no.why)
    return ""


@blueprint.route("/confirm", methods=["GET", "POST"])
@needs()
def confirm() -> Answer:
    """Ask for password and code again, before the most sensitive acts."""
    form = ConfirmForm()
    if form.validate_on_submit():
        given = (form.password.data or "", form.code.data or "")
        try:
            token = signin.confirm(bag(), session[TOKEN], *given, request_id())
        except NotAllowed as no:
            return show("account/confirm.html", form=form, problem=refused(no.why)), 422
        start_session(token)
        return redirect(safe_next(request.args.get("next")), code=303)
    return show("account/confirm.html", form=form)


@blueprint.post("/sign-out")
@before_sign_in
def sign_out() -> Response:
    """End the session."""
    OnlyButtonForm().validate_on_submit()
    if TOKEN in session:
        signin.end(bag(), session[TOKEN])
    session.clear()
    return _on("account.sign_in")


def _at(stage: str) -> SignedIn | None:
    person = signed_in()
    return person if person is not None and person.stage == stage else None


def _on(endpoint: str) -> Response:
    return redirect(url_for(endpoint, next=request.args.get("next")), code=303)
