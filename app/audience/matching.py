"""Say whether a person is meant by a question, from plain facts; the meaning that SQL must have."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from app.audience.facts import PersonFacts
from app.audience.tree import (
    And,
    Answered,
    Bucket,
    Did,
    Flag,
    Has,
    Is,
    Moment,
    Not,
    Or,
    Predicate,
    Received,
)

BUCKETS = 100


def matches(query: Predicate, facts: PersonFacts, now: datetime) -> bool:
    """Say whether the person is one of those that the question means, at this moment."""
    if isinstance(query, And):
        return all(matches(part, facts, now) for part in query.parts)
    if isinstance(query, Or):
        return any(matches(part, facts, now) for part in query.parts)
    if isinstance(query, Not):
        return not matches(query.part, facts, now)
    return _MEANINGS[type(query)](query, facts, now)


def bucket_of(seed: str, person_id: object) -> int:
    """Return the bucket, 0 to 99, in which a person lies for a seed; the same for ever."""
    digest = hashlib.md5(f"{seed}:{person_id}".encode(), usedforsecurity=False).hexdigest()
    return int(digest[:7], 16) % BUCKETS


def _flag(flag: Flag, facts: PersonFacts, now: datetime) -> bool:
    offer = facts.decided
    has_offer = (
        offer is not None
        and offer.outcome == "approve"
        and offer.valid_until is not None
        and offer.valid_until > now
    )
    return {
        "follows": facts.follows,
        "muted": facts.is_muted,
        "imported": facts.is_imported,
        "on_hold": facts.hold is not None,
        "opted_out": facts.has_opted_out,
        "has_offer": has_offer,
    }[flag.name]


def _is(condition: Is, facts: PersonFacts, _now: datetime) -> bool:
    decided, applied = facts.decided, facts.applied
    values: Mapping[str, Iterable[str | None]] = {
        "stage": (facts.stage,),
        "question": (facts.question,),
        "channel": (facts.channel,),
        "first_channel": (facts.first_channel,),
        "hold": (facts.hold,),
        "form": (applied.form,) if applied else (),
        "tier": (decided.tier,) if decided else (),
        "outcome": (decided.outcome,) if decided else (),
        "reason": decided.reasons if decided else (),
    }
    return any(value in condition.values for value in values[condition.field] if value is not None)


def _has(condition: Has, facts: PersonFacts, _now: datetime) -> bool:
    if condition.kind == "tag":
        return _has_tag(condition, facts.tags)
    held = {
        "consent": facts.consents,
        "case": facts.cases,
        "marker": facts.markers,
        "reach": facts.reach,
    }
    return condition.name in held[condition.kind]


def _has_tag(condition: Has, tags: Mapping[str, str]) -> bool:
    if condition.values:
        return tags.get(condition.name) in condition.values
    below = f"{condition.name}."
    return any(path == condition.name or path.startswith(below) for path in tags)


def _answered(condition: Answered, facts: PersonFacts, _now: datetime) -> bool:
    value = facts.applied.answers.get(condition.question) if facts.applied else None
    if value is None or (condition.values and str(value) not in condition.values):
        return False
    if condition.at_least is None and condition.below is None:
        return True
    if not isinstance(value, int):
        return False
    low = condition.at_least is None or value >= condition.at_least
    return low and (condition.below is None or value < condition.below)


def _did(condition: Did, facts: PersonFacts, now: datetime) -> bool:
    times = sum(
        _is_within(act.at, condition.within_days, now)
        for act in facts.acts
        if act.kind == condition.kind and condition.detail in (None, act.detail)
    )
    return times >= condition.at_least


def _received(condition: Received, facts: PersonFacts, now: datetime) -> bool:
    times = sum(
        _is_within(at, condition.within_days, now)
        for message_class, at in facts.received
        if message_class == condition.message_class
    )
    return times >= condition.at_least


def _moment(condition: Moment, facts: PersonFacts, now: datetime) -> bool:
    at = {
        "followed": facts.followed_at,
        "seen": facts.seen_at,
        "wrote": facts.wrote_at,
        "left_form": facts.left_form_at,
        "submitted": facts.applied.at if facts.applied else None,
        "decided": facts.decided.at if facts.decided else None,
    }[condition.name]
    if at is None or not _is_within(at, condition.within_days, now):
        return False
    days = condition.older_than_days
    return days is None or at <= now - timedelta(days=days)


def _is_within(at: datetime, days: int | None, now: datetime) -> bool:
    return at <= now and (days is None or at > now - timedelta(days=days))


def _bucket(condition: Bucket, facts: PersonFacts, _now: datetime) -> bool:
    return condition.low <= bucket_of(condition.seed, facts.id) < condition.high


_MEANINGS: Mapping[type, Callable[[Any, PersonFacts, datetime], bool]] = {
    Flag: _flag,
    Is: _is,
    Has: _has,
    Answered: _answered,
    Did: _did,
    Received: _received,
    Moment: _moment,
    Bucket: _bucket,
}
