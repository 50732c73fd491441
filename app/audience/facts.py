"""What is known of one person, as plain values: enough to answer any question about them."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Act:
    """One event of a person: its kind, its detail, its time."""

    kind: str
    detail: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """The latest decision about a person; `reasons` are codes."""

    outcome: str
    tier: str | None
    reasons: frozenset[str]
    at: datetime
    valid_until: datetime | None


@dataclass(frozen=True, slots=True)
class Applied:
    """The latest enquiry of a person that stands: the form, its answers, when it was handed in."""

    form: str
    answers: Mapping[str, str | int]
    at: datetime


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """One person.

    `tags`: path → value, those that are held. `reach`: channels that the ledger holds now.
    `left_form_at`: the last touch of a form that is open. `received`: class and time of what went
    out.
    """

    id: uuid.UUID
    follows: bool = False
    is_muted: bool = False
    is_imported: bool = False
    hold: str | None = None
    has_opted_out: bool = False
    followed_at: datetime | None = None
    seen_at: datetime | None = None
    wrote_at: datetime | None = None
    left_form_at: datetime | None = None
    channel: str | None = None
    first_channel: str | None = None
    stage: str | None = None
    question: str | None = None
    consents: frozenset[str] = frozenset()
    cases: frozenset[str] = frozenset()
    markers: frozenset[str] = frozenset()
    reach: frozenset[str] = frozenset()
    tags: Mapping[str, str] = field(default_factory=dict)
    applied: Applied | None = None
    decided: Decided | None = None
    acts: tuple[Act, ...] = ()
    received: tuple[tuple[str, datetime], ...] = ()
