"""One decision's dossier, and its replay."""

import uuid

from flask import Blueprint

from app.core.access import Permission
from app.queries import dossiers
from app.services import decisions as made
from handlers.bag import bag
from handlers.console.frame import actor, needs, show

blueprint = Blueprint("decisions", __name__, url_prefix="/console/decisions")


@blueprint.get("/<uuid:decision_id>")
@needs(Permission.LOOK)
def dossier(decision_id: uuid.UUID) -> str:
    """Show what a decision was made from, and how it was told."""
    return _page(decision_id, None)


@blueprint.post("/<uuid:decision_id>/replay")
@needs(Permission.LOOK)
def replay(decision_id: uuid.UUID) -> str:
    """Compute it again from what is stored, and say whether it comes out the same."""
    return _page(decision_id, made.replay_decision(bag(), decision_id))


def _page(decision_id: uuid.UUID, is_identical: bool | None) -> str:
    page = dossiers.dossier_of(bag(), actor(), decision_id)
    return show("decisions/dossier.html", dossier=page, is_identical=is_identical)
