"""The registry of models: the list, one model with its life, and what two people do about it."""

import json
from collections.abc import Callable
from typing import Any

from flask import Blueprint, url_for
from werkzeug.wrappers import Response

from app.core.access import Permission
from app.core.errors import NotAllowed
from app.queries import model_pages as pages
from app.services import model_comparison, models
from handlers.bag import bag
from handlers.console.forms.models import TRAITS, CardForm, MoveForm
from handlers.console.frame import actor, done, needs, refused, show
from handlers.uploads import make_room

blueprint = Blueprint("models", __name__, url_prefix="/console/models")

Answer = str | Response | tuple[str, int]
LOOK, KEEP, APPROVE = Permission.LOOK, Permission.KEEP_MODELS, Permission.APPROVE
_ACTS = frozenset({"shadow", "ask", "retire"})

make_room(blueprint, "models.bring_in", models.MOST_BYTES)


@blueprint.get("/")
@needs(LOOK)
def list_models() -> str:
    """Show what decides now, and everything in the registry."""
    page, runs = pages.overview(bag(), actor()), pages.runs(bag(), actor())
    return show("models/list.html", page=page, runs=runs, may_keep=actor().may(KEEP))


@blueprint.route("/new", methods=["GET", "POST"])
@needs(KEEP)
def bring_in() -> Answer:
    """Take in a card as a draft."""
    form = CardForm()
    if not form.validate_on_submit():
        page = show("models/new.html", form=form, problem="")
        return (page, 422) if form.errors else page
    content = form.file.data.stream.read(models.MOST_BYTES + 1)
    try:
        text = content.decode("utf-8")
        reason, kind = form.reason.data or "", form.kind.data
        number = models.bring_in(bag(), actor(), text, kind=kind, reason=reason)
    except UnicodeDecodeError:
        return show("models/new.html", form=form, problem=refused("not_json")), 422
    except NotAllowed as no:
        return show("models/new.html", form=form, problem=refused(no.why)), 422
    return done("models.imported", url_for(".model", model_id=number))


@blueprint.get("/<int:model_id>")
@needs(LOOK)
def model(model_id: int) -> str:
    """Show one model."""
    return _page(model_id)


@blueprint.post("/<int:model_id>/validate")
@needs(KEEP)
def validate(model_id: int) -> Answer:
    """Add the validation record."""
    form = MoveForm()
    raw = (form.measures.data or "").strip()

    def work() -> None:
        models.validate(bag(), actor(), model_id, measures=_read(raw), note=form.note.data or "")

    return _do(model_id, work, "validated")


@blueprint.post("/<int:model_id>/shadow")
@needs(KEEP)
def shadow(model_id: int) -> Answer:
    """Let it score along."""
    return _do(model_id, lambda: models.shadow(bag(), actor(), model_id), "shadowed")


@blueprint.post("/<int:model_id>/ask")
@needs(KEEP)
def ask(model_id: int) -> Answer:
    """Ask anew for a second person."""
    return _do(model_id, lambda: models.ask_again(bag(), actor(), model_id, reason=""), "asked")


@blueprint.post("/<int:model_id>/publish")
@needs(APPROVE, fresh=True)
def publish(model_id: int) -> Answer:
    """Let it decide."""
    form = MoveForm()
    impact, reason = form.impact.data or "", form.reason.data or ""
    traits = {trait: form[f"why_{trait}"].data or "" for trait in TRAITS}

    def work() -> None:
        models.publish(
            *(bag(), actor(), model_id), impact=impact, reason=reason, trait_reasons=traits
        )

    return _do(model_id, work, "published")


@blueprint.post("/<int:model_id>/refuse")
@needs(APPROVE)
def refuse(model_id: int) -> Answer:
    """Refuse to publish."""
    words = MoveForm().reason.data or ""
    return _do(model_id, lambda: models.refuse(bag(), actor(), model_id, words=words), "refused")


@blueprint.post("/<int:model_id>/retire")
@needs(KEEP)
def retire(model_id: int) -> Answer:
    """Take it out of use."""
    reason = MoveForm().reason.data or ""
    return _do(model_id, lambda: models.retire(bag(), actor(), model_id, reason=reason), "retired")


def _do(model_id: int, work: Callable[[], object], what: str) -> Answer:
    try:
        work()
    except NotAllowed as no:
        return _page(model_id, refused(no.why)), 422
    return done(f"models.{what}", url_for(".model", model_id=model_id))


def _page(model_id: int, problem: str = "") -> str:
    return show(
        "models/model.html",
        page=pages.one(bag(), actor(), model_id),
        comparison=model_comparison.comparison_of(bag(), actor(), model_id),
        traits=models.traits_to_reason(bag(), actor(), model_id),
        problem=problem,
        act_names=_ACTS,
    )


def _read(raw: str) -> dict[str, Any] | None:
    if not raw:
        return None
    try:
        read = json.loads(raw)
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise NotAllowed("That is not JSON.", why="not_json")
    return read
