"""The results of a campaign as a file, and a line in the log of who took it."""

from dataclasses import dataclass

from app.broadcast.types import read_definition
from app.core.access import Actor, Permission
from app.core.clock import SHANGHAI
from app.core.errors import NotAllowed
from app.deps import Deps
from app.steps import audit
from app.steps.campaign_effects import effects_of
from app.steps.campaign_file import head, result_lines, words_of
from app.steps.experiments import state_of
from app.steps.spreadsheets import to_csv
from app.store import campaign_launch, campaigns


@dataclass(frozen=True, slots=True)
class ResultFile:
    """A file to hand over, and its name."""

    name: str
    content: bytes


def results(deps: Deps, actor: Actor, campaign_id: int) -> ResultFile:
    """Write what became of a launched campaign as CSV: counts and rates, about nobody.

    A list of its people is asked for, and approved, like every list (app/services/exporting.py).
    """
    actor.require(Permission.LOOK)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        campaign = campaigns.get(session, campaign_id)
        if campaign.launched_at is None:
            raise NotAllowed("It was never launched.", why="no_results")
        definition = read_definition(campaign.definition)
        rows = campaign_launch.count_by_outcome(session, campaign_id)
        after = effects_of(session, campaign_id, definition, now)
        experiment = state_of(session, campaign_id, definition, now)
        lines = list(result_lines(rows, after, experiment))
        taken = audit.Act("campaign_results_taken", "campaign", campaign_id,
                          changes={"lines": (None, len(lines))})  # fmt: skip
        audit.record(deps, session, actor, taken)
        said = words_of("campaigns")
        notice = said["file"]["notice"].format(
            number=campaign_id,
            name=campaign.name,
            by=actor.name,
            at=f"{now.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
            state=said["states"][campaign.state],
            days=after.days,
        )
    return ResultFile(f"campaign-{campaign_id}.csv", to_csv(notice, head(), lines))
