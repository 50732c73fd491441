"""Campaigns under way, and the people they are for."""

import uuid
from collections import Counter
from dataclasses import replace
from threading import Barrier, Thread
from typing import Any

from sqlalchemy import insert, select

from app.broadcast.types import read_definition
from app.core.types import JobFinished, Secret
from app.deps import Deps
from app.services import broadcasting
from app.state.throttle import Grant
from app.store.campaigns import Campaign, CampaignBatch, CampaignRecipient, MassMonth
from tests.builders import ACCOUNT, hear
from tests.integration.delivery.queueing import somebody

HANDS = "app.services.broadcasting.singly.HANDS"
WORDS = "反诈提醒：任何以刷流水为由要求转账的，都是诈骗。"


def crowd(deps: Deps, count: int, **given: Any) -> list[uuid.UUID]:
    """Make people who follow, and whom a customer-service message would reach."""
    return [somebody(deps, f"oCrowd{number:05d}", **given).id for number in range(count)]


def launched(deps: Deps, people: list[uuid.UUID], **given: Any) -> int:
    """Put a campaign under way, a queued row for each; shares of variants go in turn."""
    raw: dict[str, Any] = {
        "name": "反诈",
        "class": "education",
        "channel": "mass",
        "segment": "all",
        "people_per_minute": 100_000,
        "content": {"text": WORDS},
        **given,
    }
    definition = read_definition(raw)
    names = list(definition.contents)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        campaign = Campaign(
            name=definition.name,
            klass=definition.klass.value,
            channel=definition.channel.value,
            segment=definition.segment,
            definition=definition.to_json(),
            state="sending",
            made_by="安",
            made_at=now,
            changed_at=now,
            launched_at=now,
        )
        session.add(campaign)
        session.flush()
        session.execute(
            insert(CampaignRecipient),
            [
                {
                    "campaign_id": campaign.id,
                    "person_id": person,
                    "variant": names[place % len(names)],
                }
                for place, person in enumerate(people)
            ],
        )
        return campaign.id


def states(deps: Deps, campaign_id: int) -> Counter[str]:
    """Count recipients by state, and by reason where they were skipped or failed."""
    with deps.sessions() as session:
        rows = session.execute(
            select(CampaignRecipient.state, CampaignRecipient.reason).where(
                CampaignRecipient.campaign_id == campaign_id
            )
        ).all()
    return Counter(
        f"{state}:{reason}" if state in ("skipped", "failed") else state for state, reason in rows
    )


def campaign(deps: Deps, campaign_id: int) -> Campaign:
    with deps.sessions() as session:
        return session.get_one(Campaign, campaign_id)


def turn(deps: Deps, campaign_id: int, state: str) -> None:
    """Pause, resume or cancel, as the use cases write it."""
    with deps.sessions.begin() as session:
        session.get_one(Campaign, campaign_id).state = state


def batches(deps: Deps) -> list[CampaignBatch]:
    with deps.sessions() as session:
        return list(session.scalars(select(CampaignBatch).order_by(CampaignBatch.id)))


def months(deps: Deps) -> Counter[int]:
    """Count people by how many mass sends of the month they have had."""
    with deps.sessions() as session:
        return Counter(session.scalars(select(MassMonth.count)))


class Generous:
    """A throttle that grants so many at once, whatever is asked for."""

    def __init__(self, at_once=10_000):
        self.at_once = at_once
        self.asked = []

    def take(self, bucket, now, most=1, least=1):
        self.asked.append(bucket.name)
        return Grant(min(most, self.at_once))


def small(deps, at_once):
    return replace(deps, throttle=Generous(at_once))


def run(deps, rounds=20):
    """Send until nothing more goes."""
    for _ in range(rounds):
        if not broadcasting.send_batch_due(deps).has_more:
            return
    raise AssertionError("it never ends")


def ended(deps, message_id, sent, total, status="send success"):
    """Let the platform tell the end of a mass send."""
    hear(
        deps,
        JobFinished(
            account=ACCOUNT,
            openid=Secret("gh_platform"),
            created_at=int(deps.clock.now().timestamp()),
            delivery_id=f"e:{message_id}:{sent}:{deps.clock.now().timestamp()}",
            job="mass",
            message_id=message_id,
            status=status,
            counts={
                "TotalCount": total,
                "FilterCount": sent,
                "SentCount": sent,
                "ErrorCount": total - sent,
            },
        ),
    )
    broadcasting.match_ends(deps)


def run_of(deps, people, **given):
    """Send a whole campaign."""
    number = launched(deps, people, **given)
    run(deps)
    return number


def send_by_two(deps: Deps, rounds: int) -> None:
    """Have two workers send at the same time, so many rounds each."""
    start = Barrier(2)

    def work() -> None:
        start.wait()
        for _ in range(rounds):
            broadcasting.send_batch_due(deps)

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


class Dying:
    """A clock that ends the process when it is asked for the n-th time."""

    def __init__(self, clock: Any, after: int) -> None:
        self.clock, self.left = clock, after

    def now(self) -> Any:
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt
        return self.clock.now()
