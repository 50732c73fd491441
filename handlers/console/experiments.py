"""An experiment of a campaign: variants side by side, lift with interval, what the rule says."""

from flask import Blueprint

from app.core.access import Permission
from app.queries import experiments as pages
from handlers.bag import bag
from handlers.console.frame import actor, needs, show
from handlers.console.lifts import lifts
from handlers.console.words import words

blueprint = Blueprint("experiments", __name__, url_prefix="/console/campaigns")


@blueprint.get("/<int:campaign_id>/experiment")
@needs(Permission.LOOK)
def experiment(campaign_id: int) -> str:
    """Show the experiment of a campaign; the campaign's page fetches it from here."""
    page = pages.experiment_of(bag(), actor(), campaign_id)
    said = words("experiments")
    beside = [row.beside for row in page.rows if row.beside] if page else []
    return show(
        "campaigns/experiment.html",
        campaign_id=campaign_id,
        experiment=page,
        drawing=lifts(beside, said["drawing"], said["no_data"]),
    )
