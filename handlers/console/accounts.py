"""Operators' accounts, kept by administrators."""

from flask import Blueprint, url_for
from werkzeug.wrappers import Response

from app.core.access import Permission, Role
from app.core.errors import NotAllowed
from app.services import operators
from handlers.bag import bag
from handlers.console.forms.account import NewOperatorForm, OnlyButtonForm, RolesForm
from handlers.console.frame import actor, done, needs, refused, show

blueprint = Blueprint("accounts", __name__, url_prefix="/console/accounts")

Answer = str | Response | tuple[str, int]
ADMINISTER = Permission.ADMINISTER


@blueprint.get("/")
@needs(ADMINISTER)
def list_accounts() -> str:
    """List everybody who may sign in."""
    return show("accounts/list.html", accounts=operators.list_accounts(bag(), actor()))


@blueprint.route("/new", methods=["GET", "POST"])
@needs(ADMINISTER, fresh=True)
def add() -> Answer:
    """Add somebody; the one-time password is shown on this page only."""
    form = NewOperatorForm()
    if form.validate_on_submit():
        roles = [Role(role) for role in form.roles.data or []]
        name = form.name.data or ""
        try:
            password = operators.add(
                bag(), actor(), name, roles, may_market=bool(form.may_market.data)
            )
        except NotAllowed as no:
            return show("accounts/new.html", form=form, problem=refused(no.why)), 422
        return show("accounts/password.html", name=name, password=password)
    page = show("accounts/new.html", form=form)
    return (page, 422) if form.errors else page


@blueprint.route("/<int:operator_id>", methods=["GET", "POST"])
@needs(ADMINISTER, fresh=True)
def account(operator_id: int) -> Answer:
    """Show one account and change its roles."""
    kept = operators.get_account(bag(), actor(), operator_id)
    form = RolesForm(
        data={
            "roles": [role.value for role in kept.roles],
            "may_market": kept.is_marketing_authorised,
        }
    )
    if form.validate_on_submit():
        roles = [Role(role) for role in form.roles.data or []]
        operators.set_roles(
            bag(), actor(), operator_id, roles, may_market=bool(form.may_market.data)
        )
        return done("accounts.roles_set", url_for("accounts.list_accounts"), name=kept.name)
    return show("accounts/account.html", account=kept, form=form, button=OnlyButtonForm())


@blueprint.post("/<int:operator_id>/close")
@needs(ADMINISTER, fresh=True)
def close(operator_id: int) -> Response:
    """Close an account: its sessions end at once."""
    operators.set_active(bag(), actor(), operator_id, is_active=False)
    return done("accounts.closed", url_for("accounts.list_accounts"))


@blueprint.post("/<int:operator_id>/open")
@needs(ADMINISTER, fresh=True)
def reopen(operator_id: int) -> Response:
    """Reopen an account."""
    operators.set_active(bag(), actor(), operator_id, is_active=True)
    return done("accounts.opened", url_for("accounts.list_accounts"))


@blueprint.post("/<int:operator_id>/reset")
@needs(ADMINISTER, fresh=True)
def reset(operator_id: int) -> str:
    """Take password and second factor away; the new one-time password is shown once."""
    kept = operators.get_account(bag(), actor(), operator_id)
    password = operators.reset(bag(), actor(), operator_id)
    return show("accounts/password.html", name=kept.name, password=password)
