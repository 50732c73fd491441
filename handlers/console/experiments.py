"""An experiment of a campaign: variants side by side, lift with interval, what the rule says."""

from flask import Blueprint, url_for
from werkzeug.wrappers import Response

from app.core.access import Permission
from app.core.errors import NotAllowed
from app.queries import experiments as pages
from app.services import experiments
from handlers.bag import bag
from handlers.console.forms.experiments import ChoiceForm
from handlers.console.frame import actor, done, needs, refused, show
from handlers.console.lifts import lifts
from handlers.console.words import words

blueprint = Blueprint("experiments", __name__, url_prefix="/console/campaigns")


@blueprint.get("/<int:campaign_id>/experiment")
@needs(Permission.LOOK)
def experiment(campaign_id: int) -> str:
    """Show the experiment of a campaign; the campaign's page fetches it from here."""
    return _page(campaign_id, ChoiceForm(formdata=None))


@blueprint.post("/<int:campaign_id>/experiment")
@needs(Permission.SEND)
def choose(campaign_id: int) -> Response | tuple[str, int]:
    """Give the rest a variant, where the rule cannot decide."""
    form = ChoiceForm()
    variant, reason = form.variant.data or "", form.reason.data or ""
    try:
        experiments.choose(bag(), actor(), campaign_id, variant, reason)
    except NotAllowed as no:
        return _page(campaign_id, form, refused(no.why)), 422
    return done("experiments.chosen", url_for(".experiment", campaign_id=campaign_id))


def _page(campaign_id: int, form: ChoiceForm, problem: str = "") -> str:
    page = pages.experiment_of(bag(), actor(), campaign_id)
    said = words("experiments")
    form.variant.choices = [(name, name) for name in page.choices] if page else []
    beside = [row.beside for row in page.rows if row.beside] if page else []
    return show(
        "campaigns/experiment.html",
        campaign_id=campaign_id,
        experiment=page,
        form=form,
        problem=problem,
        drawing=lifts(
            beside,
            said["drawing"],
            said["no_data"],
            is_harm=page is not None and page.terms.metric.is_harm,
        ),
    )
