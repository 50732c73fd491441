"""What a rehearsal of a campaign finds, as it is kept: nothing is sent, nothing is chosen."""

from datetime import datetime, timedelta
from typing import Any

from app.broadcast.pacing import LIST_LEAST, LIST_MOST, ends_at, minutes_needed
from app.broadcast.types import Channel, Definition, read_definition
from app.deps import Deps
from app.steps.audience import Understood, people_of, view_of
from app.steps.campaign_copy import contents_read
from app.steps.campaign_reach import audience_of, reach_of, start_of
from app.store import allowances, audience, campaign_launch
from app.store.session import Transaction

_WEEK = timedelta(days=7)
_MOST_OTHERS = 5
_CALL_OF = {Channel.TEMPLATE: "template", Channel.SERVICE: "custom", Channel.MASS: "mass"}


def rehearse(
    deps: Deps, session: Transaction, definition: Definition, understood: Understood, now: datetime
) -> dict[str, Any]:
    """Return who would get it and who would not, what it uses, when it ends; always the same."""
    kept, out = audience.count_by_reason(
        session, understood.query, understood.exclusions, view_of(deps)
    )
    reach = reach_of(deps, session, definition, understood, now)
    people, skipped = reach.people, dict(reach.skipped)
    if definition.cap_people is not None and people > definition.cap_people:
        skipped["over_cap"] = people - definition.cap_people
        people = definition.cap_people
    if definition.channel is Channel.MASS and 0 < people < LIST_LEAST:
        skipped["alone"], people = people, 0
    each = LIST_MOST if definition.channel is Channel.MASS else 1
    start = start_of(definition, now)
    end = ends_at(start, people, each, definition.throttle)
    return {
        "at": now.isoformat(),
        "audience": kept,
        "kept_out": dict(sorted(out.items())),
        "guarded": sorted(understood.guarded),
        "people": people,
        "now": min(reach.now, people),
        "later": dict(sorted(reach.later.items())),
        "channels": {definition.channel.value: people} if people else {},
        "skipped": dict(sorted(skipped.items())),
        "allowances": {"calls": -(-people // each), _CALL_OF[definition.channel]: people},
        "left_today": _left_today(session, definition.channel),
        "left_in_month": {str(left): many for left, many in sorted(reach.left_in_month.items())},
        "starts_at": start.isoformat(),
        "minutes": round(minutes_needed(people, each, definition.throttle), 2),
        "ends_at": max(end, reach.last_at or end).isoformat(),
        "same_week": _same_week(deps, session, understood, start_of(definition, now)),
        "contents": contents_read(deps, definition, now),
    }


def _left_today(session: Transaction, channel: Channel) -> int | None:
    """Return how many calls the platform lets the account still make today; None: unknown."""
    kept = {one.name: one.daily_limit - one.used for one in allowances.list_kept(session)}
    return kept.get(_CALL_OF[channel])


def _same_week(
    deps: Deps, session: Transaction, understood: Understood, start: datetime
) -> list[dict[str, Any]]:
    """Name what else some of these people get within a week of the start, and how many of them."""
    people, found = people_of(deps, understood), []
    near = campaign_launch.list_near(session, start - _WEEK, start + _WEEK, _MOST_OTHERS)
    for other in near:
        if other.launched_at is not None:
            shared = campaign_launch.count_shared(session, people, other.id)
        else:
            meant = audience_of(deps, session, read_definition(other.definition))
            shared = campaign_launch.count_both(session, people, people_of(deps, meant))
        if shared:
            found.append({"id": other.id, "name": other.name, "people": shared})
    return found
