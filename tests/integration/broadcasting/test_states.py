"""Whatever happens, in whichever order: everybody is in one state, and none goes backwards."""

import random
from dataclasses import replace

import pytest
from sqlalchemy import select

from app.broadcast.outcomes import OPEN, REASONED, Outcome, may_follow
from app.core.errors import OutcomeUnknown, PlatformUnreachable
from app.core.types import JobFinished, Secret
from app.services import broadcasting
from app.store.campaigns import CampaignRecipient
from app.wechat.errcodes import TABLE
from tests.builders import ACCOUNT, hear
from tests.integration.broadcasting.crowds import (
    Dying,
    batches,
    campaign,
    crowd,
    ended,
    launched,
    run,
    small,
    turn,
)

PEOPLE = 24
TEMPLATE = {"template_id": "progress", "data": {"thing1": "账单已出"}}
CONTENTS = {"mass": {}, "service": {}, "template": {"content": TEMPLATE}}


def reachable(state):
    """Return where one may stand after any number of lawful steps."""
    found, new = set(), {state}
    while new:
        found |= new
        new = {to for one in new for to in Outcome if may_follow(one, to)} - found
    return found


REACHABLE = {state: reachable(state) for state in Outcome}


class Story:
    """One campaign to which things happen at random, looked at after each of them."""

    def __init__(self, deps, gateway, clock, channel, seed):
        self.deps, self.gateway, self.clock = deps, gateway, clock
        self.random, self.foreign = random.Random(seed), 0  # noqa: S311 - a story to be told again
        given = {"channel": channel, "class": "service", **CONTENTS[channel]}
        self.number = launched(deps, crowd(deps, PEOPLE), **given)
        self.told = self.look()

    def look(self):
        """Read everybody; check that nobody is missing, unexplained or further back."""
        with self.deps.sessions() as session:
            rows = session.scalars(
                select(CampaignRecipient).where(CampaignRecipient.campaign_id == self.number)
            ).all()
        told = {row.person_id: Outcome(row.state) for row in rows}
        assert len(told) == PEOPLE
        assert all(row.reason for row in rows if Outcome(row.state) in REASONED)
        for person, before in getattr(self, "told", {}).items():
            assert told[person] in REACHABLE[before], (before, told[person])
        return told

    def go_on(self):
        happens = [self.send, self.refuse, self.lose, self.away, self.die, self.tell]
        happens += [self.send, self.send, self.tell, self.reconcile, self.pause, self.wait]
        self.random.choice([*happens, self.tell_of_others])()
        self.told = self.look()

    def send(self):
        broadcasting.send_batch_due(small(self.deps, self.random.randint(2, 7)))

    def refuse(self):
        self.gateway.refuse_next(self.random.choice(list(TABLE)))
        self.send()
        turn(self.deps, self.number, "sending")

    def lose(self):
        self.gateway.fail_next(OutcomeUnknown())
        self.send()

    def away(self):
        self.gateway.fail_next(PlatformUnreachable())
        self.send()

    def die(self):
        clock = Dying(self.clock, self.random.randint(1, 12))
        try:
            broadcasting.send_batch_due(replace(small(self.deps, 4), clock=clock))
            broadcasting.reconcile_mass(replace(self.deps, clock=clock))
        except KeyboardInterrupt:
            pass

    def tell(self):
        """Tell the end of something that was sent: whole, in part or failed, perhaps again."""
        status = self.random.choice(["success", "success", "failed:user block"])
        if self.gateway.templates:
            place = self.random.randrange(len(self.gateway.templates))
            self.template_ended(place, status)
        elif self.gateway.masses:
            place = self.random.randrange(len(self.gateway.masses))
            size = len(self.gateway.masses[place][0])
            sent = self.random.choice([size, size, size - 1])
            status = self.random.choice(["send success", "send success", "err(20008)"])
            ended(self.deps, str(3_147_000_000 + place), sent, size, status)

    def template_ended(self, place, status):
        hear(
            self.deps,
            JobFinished(
                account=ACCOUNT,
                openid=Secret(self.gateway.templates[place][0]),
                created_at=int(self.clock.now().timestamp()),
                delivery_id=f"e:{place}:{self.random.random()}",
                job="template",
                message_id=str(4_300_000_000_000_000_000 + place),
                status=status,
            ),
        )

    def tell_of_others(self):
        """Let the official console send too: twice, for then the month still has room."""
        self.foreign += 1
        if self.foreign <= 2:
            ended(self.deps, str(self.foreign), 3, 3)

    def reconcile(self):
        for message_id in self.gateway.mass_states:
            self.gateway.mass_states[message_id] = self.random.choice(["success", "fail"])
        broadcasting.reconcile_mass(self.deps)

    def pause(self):
        turn(self.deps, self.number, "paused")
        self.send()
        turn(self.deps, self.number, "sending")

    def wait(self):
        self.clock.advance(minutes=self.random.choice([1, 3, 15]))

    def end(self):
        """Let everything come to rest: nobody is left open."""
        self.gateway.failures.clear()
        turn(self.deps, self.number, "sending")
        for _ in range(60):
            self.clock.advance(minutes=20)
            broadcasting.reconcile_mass(self.deps)
            run(self.deps, rounds=60)
            self.told = self.look()
            if not set(self.told.values()) & OPEN:
                return


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("channel", list(CONTENTS))
def test_states_are_disjoint_sum_up_and_never_go_backwards(deps, gateway, clock, channel, seed):
    story = Story(deps, gateway, clock, channel, seed)
    for _ in range(30):
        if campaign(deps, story.number).state == "finished":
            break
        story.go_on()
    story.end()
    assert not set(story.told.values()) & OPEN
    assert campaign(deps, story.number).state == "finished"
    assert len({batch.client_msg_id for batch in batches(deps)}) == len(batches(deps))
    listed = [one for to, _, _ in gateway.masses for one in to]
    singly = [openid for openid, *_ in (*gateway.sent, *gateway.templates)]
    assert len(listed) == len(set(listed))
    assert len(singly) == len(set(singly))
