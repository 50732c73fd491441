"""An experiment from the plan to the winner, through the use cases that operators call."""

from sqlalchemy import update

from app.core.access import system_actor
from app.deps import Deps
from app.services import campaigns, experiments
from app.store.campaigns import CampaignRecipient
from tests.fakes import FixedClock
from tests.integration.campaigns.experimenting import did
from tests.integration.campaigns.planning import WORDS, approved, two_people
from tests.integration.segments.people import someone

PEOPLE = 160
TERMS = {"metric": "conversation_started", "minimum_per_arm": 15, "minimum_days": 1,
         "window_days": 1, "sample": 0.5, "hold_out": 0.1}  # fmt: skip
VARIANTS = [
    {"name": name, "share": 0.5, "content": {"text": f"{WORDS}{words}"}}
    for name, words in (("A", "甲"), ("B", "乙"))
]


def test_the_rest_waits_for_the_winner_and_everybody_is_accounted_for(
    deps: Deps, clock: FixedClock
) -> None:
    for _ in range(PEOPLE):
        someone(deps)
    maker, approver = two_people(deps)
    campaign = approved(deps, maker, approver, content=None, variants=VARIANTS, experiment=TERMS)
    campaigns.launch(deps, maker, campaign)
    sent = send_what_may_go(deps, clock, campaign)
    did(deps, sent["B"], "messaged", hours=1)
    clock.advance(days=1)
    assert experiments.judge_due(deps) == 1
    told = campaigns.status(deps, system_actor("terminal"), campaign)
    waited = told["queued"]
    assert told["variants"]["B"]["queued"] == waited > 0
    assert told["variants"]["A"]["queued"] == 0
    held_out = told["skipped"]["held_out"]
    assert waited + held_out + len(sent["A"]) + len(sent["B"]) == told["recipients"] == PEOPLE


def send_what_may_go(deps, clock, campaign_id):
    """Mark as sent whoever has a variant: the senders' own tests send."""
    with deps.sessions.begin() as session:
        gone = session.execute(
            update(CampaignRecipient)
            .where(
                CampaignRecipient.campaign_id == campaign_id,
                CampaignRecipient.state == "queued",
                CampaignRecipient.variant.is_not(None),
            )
            .values(state="sent", sent_at=clock.now())
            .returning(CampaignRecipient.variant, CampaignRecipient.person_id)
        ).all()
    by_variant = {"A": [], "B": []}
    for variant, person_id in gone:
        by_variant[variant].append(person_id)
    return by_variant
