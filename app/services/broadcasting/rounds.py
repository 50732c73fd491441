"""One round of every campaign that is sending: read its state, ask the throttle, send a batch."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.broadcast.guard import read_guard
from app.broadcast.lifecycle import State
from app.broadcast.types import Channel, Definition
from app.core.clock import monotonic, pause
from app.core.jobs import JobName
from app.deps import Deps
from app.services.broadcasting.lists import send_list
from app.services.broadcasting.plan import Plan
from app.services.broadcasting.singly import send_singly
from app.services.broadcasting.tags import send_tag
from app.state.throttle import Bucket, Grant
from app.steps.campaign_checks import renew_pack
from app.steps.campaign_copy import read_approved
from app.steps.campaign_life import close_rest, finish_if_done
from app.steps.channel_refusals import pause_for_wording
from app.store import broadcasting, campaigns, outbox
from app.store.campaigns import Campaign
from app.store.session import Transaction
from app.wechat.ports import MOST_LISTED

_SINGLY_AT_ONCE = 50
_LIST_LEAST = 3
"""So that a list can give one of its own to a remainder of one, and still be a list."""
_LIST_PARTS = 5
"""A fifth of a minute's people may go as one list: the platform takes a hundred lists a day."""
_WORK_SECONDS = 3.0
"""Then a worker turns to other jobs first; a bell brings it back."""
LANES = 2
"""So many workers send at a time: the timetable's runs would pile up behind long campaigns."""
_SHORTEST_WAIT = 0.05
_LONGEST_WAIT = 1.0
_RAISED_PAUSE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Round:
    """What a round did: people looked at, and how long until the throttle lets more through."""

    people: int = 0
    wait_seconds: float = 0.0

    @property
    def has_more(self) -> bool:
        """Say whether another round may find something at once, or soon."""
        return self.people > 0 or self.wait_seconds > 0


def send_batches(deps: Deps, trail: str) -> None:
    """Send rounds for some seconds, and ask for another run when there is more.

    Whoever finds every lane taken leaves: the one who holds it rings for the next run.
    """
    with deps.sessions.begin() as lane:
        if not broadcasting.take_lane(lane, LANES):
            return
        round_ = _send_for_a_while(deps)
    if not round_.has_more:
        return
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        again = now + timedelta(seconds=0 if round_.people else round_.wait_seconds)
        outbox.add(session, JobName.SEND_BATCH.value, trail, now, again)


def _send_for_a_while(deps: Deps) -> Round:
    deadline = monotonic() + _WORK_SECONDS
    while True:
        round_ = send_batch_due(deps)
        is_over = monotonic() > deadline or round_.wait_seconds > _LONGEST_WAIT
        if not round_.has_more or is_over:
            return round_
        if round_.people == 0:
            pause(max(_SHORTEST_WAIT, round_.wait_seconds))


def send_batch_due(deps: Deps) -> Round:
    """Send one batch of each campaign that is under way; what one raises waits for the others."""
    with deps.sessions.begin() as session:
        under_way = broadcasting.list_under_way(session, deps.clock.now())
    rounds, raised = [], []
    for campaign_id in under_way:
        try:
            rounds.append(_send_batch(deps, campaign_id))
        except Exception as error:
            raised.append(error)
            _rest(deps, campaign_id)
    if raised:
        raise raised[0]
    waits = [one.wait_seconds for one in rounds if one.wait_seconds > 0]
    return Round(sum(one.people for one in rounds), min(waits, default=0.0))


def _rest(deps: Deps, campaign_id: int) -> None:
    """Let a campaign that raises rest a little, so that it does not stop the others again."""
    with deps.sessions.begin() as session:
        broadcasting.pace(session, [campaign_id], deps.clock.now() + _RAISED_PAUSE)


def _send_batch(deps: Deps, campaign_id: int) -> Round:
    plan = _look(deps, campaign_id)
    if plan is None:
        return Round()
    grant = _granted(deps, plan, deps.clock.now())
    if grant.count == 0:
        return Round(wait_seconds=grant.wait_seconds)
    people = send_tag(deps, plan)
    if people is not None:
        return Round(people)
    send = send_list if plan.definition.channel is Channel.MASS else send_singly
    # In any order, so that none of an experiment's variants always has the earlier hour.
    names = list(plan.definition.contents)
    random.shuffle(names)
    for name in names:
        people = send(deps, plan, name, grant.count)
        if people is not None:
            return Round(people)
    return Round()


def _look(deps: Deps, campaign_id: int) -> Plan | None:
    """Read the campaign as it stands; finish it when nobody is left, skip the rest in the end."""
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        campaign = campaigns.get(session, campaign_id)
        definition = read_approved(campaign)
        until = definition.schedule.until
        if until is not None and now >= until:
            _end(deps, campaign_id)
            return None
        if campaign.state != State.SENDING:
            return None
        if not broadcasting.has_open(session, campaign_id):
            finish_if_done(deps, session, campaign_id)
            return None
        if _has_to_wait(deps, session, campaign, definition):
            return None
    return Plan(campaign_id, definition)


def _has_to_wait(
    deps: Deps, session: Transaction, campaign: Campaign, definition: Definition
) -> bool:
    """Hold back a campaign outside its hours, or whose words today's rules do not let through."""
    now, hours = deps.clock.now(), definition.schedule.hours
    if not renew_pack(deps, session, campaign, now):
        pause_for_wording(session, deps, campaign)
        return True
    opens = hours.opening(now) if hours is not None else None
    if opens is not None:
        broadcasting.pace(session, [campaign.id], opens)
    return opens is not None


def _end(deps: Deps, campaign_id: int) -> None:
    """Skip whoever is left when a campaign's time is over, and finish it."""
    close_rest(deps, campaign_id, "expired")
    with deps.sessions.begin() as session:
        finish_if_done(deps, session, campaign_id)


def _granted(deps: Deps, plan: Plan, now: datetime) -> Grant:
    """Ask the buckets: a list is one call, whoever is written to singly is one each."""
    definition = plan.definition
    is_list = definition.channel is Channel.MASS
    least, most = (_LIST_LEAST, MOST_LISTED) if is_list else (1, _SINGLY_AT_ONCE)
    calls = (1, 1) if is_list else (1, most)
    platform = read_guard().calls_a_minute(definition.channel.value, now)
    for name, per_minute in (
        (f"endpoint:{definition.channel.value}", platform),
        (f"campaign:{plan.campaign_id}:calls", definition.calls_per_minute),
    ):
        if per_minute is not None:
            grant = deps.throttle.take(Bucket(name, per_minute), now, calls[1], calls[0])
            if grant.count == 0:
                return grant
            most = most if is_list else min(most, grant.count)
    if definition.people_per_minute is None:
        return Grant(most)
    rate = definition.people_per_minute
    least = min(least, rate)
    people = Bucket(
        f"campaign:{plan.campaign_id}:people",
        rate,
        parts=_LIST_PARTS if is_list else 20,
        least=least,
    )
    # A list waits until a whole part has gathered: many short ones would use up the day's calls.
    return deps.throttle.take(people, now, most, min(people.burst, most) if is_list else 1)
