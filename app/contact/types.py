"""The words of the reachability ledger: what is known of a person, a message, and the verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

from app.core.config import RIGHTS, Right


class MessageClass(StrEnum):
    """What a message is for; each class has its own hours, budget and channels.

    An answer is a reply or a decision soon after the person's own message; `decide` turns service
    and decision into answer, and an answer that comes too late into service.
    """

    ANSWER = "answer"
    SERVICE = "service"
    DECISION = "decision"
    REMINDER = "reminder"
    MARKETING = "marketing"
    EDUCATION = "education"
    COLLECTION = "collection"


class Channel(StrEnum):
    """A way to reach a person without the person's asking at that moment."""

    CUSTOM = "custom"
    TEMPLATE = "template"


class Reason(StrEnum):
    """Why a message may not go, or must wait; the row of a message keeps it."""

    NOT_FOLLOWING = "not_following"
    ON_HOLD = "on_hold"
    IN_DISTRESS = "in_distress"
    MARKETING_STOPPED = "marketing_stopped"
    MARKETING_SUPPRESSED = "marketing_suppressed"
    NO_CONSENT = "no_consent"
    EXPIRED = "expired"
    NOT_YET_DUE = "not_yet_due"
    QUIET_HOURS = "quiet_hours"
    OVER_BUDGET = "over_budget"
    NOT_ASKED_FOR = "not_asked_for"
    NO_CUSTOMER_SERVICE = "no_customer_service"
    NO_WINDOW = "no_window"
    ALLOWANCE_SPENT = "allowance_spent"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Window:
    """How many customer-service messages the platform still lets through, and until when."""

    left: int
    until: datetime

    def holds(self, when: datetime) -> bool:
        """Say whether one more message would be let through at this time."""
        return self.left > 0 and when < self.until


@dataclass(frozen=True, slots=True)
class Allowances:
    """The two windows of one person: one opened by a message, one by follow, menu or scan."""

    message: Window | None = None
    event: Window | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What the account may do, and the purposes for which it has an approved template."""

    rights: frozenset[Right] = frozenset(RIGHTS)
    templates: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Contact:
    """One message that went out to the person lately."""

    at: datetime
    message_class: MessageClass


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """Everything about one person that the right to write depends on; loaded by the store.

    `consents`: live consent purposes. `on_hold`: complaint, dispute, hardship, bankruptcy, death,
    counsel, wrong person. `marketing_suppressed`: by law or policy (student, arrears, no means).
    `contacts`: what was sent within the longest budget period, at least. `stopped`: the classes
    that the operators' switch holds back, from everybody.
    """

    follows: bool
    allowances: Allowances = Allowances()
    account: Account = Account()
    consents: frozenset[str] = frozenset()
    has_stopped_marketing: bool = False
    is_on_hold: bool = False
    is_in_distress: bool = False
    is_marketing_suppressed: bool = False
    last_own_message_at: datetime | None = None
    contacts: tuple[Contact, ...] = ()
    stopped: frozenset[MessageClass] = frozenset()


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """What matters of a message: its class, its times, its template, whether it was asked for.

    `template`: the purpose (`progress`) whose approved template can carry it, if any.
    """

    message_class: MessageClass
    template: str | None = None
    not_before: datetime | None = None
    expires_at: datetime | None = None
    was_asked_for: bool = False


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of a day, in Asia/Shanghai, within which a class may be sent; end excluded."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `limit` contacts of these classes together within any `days` days."""

    classes: frozenset[MessageClass]
    limit: int
    days: int


@dataclass(frozen=True, slots=True)
class ContactRules:
    """The rules valid on one day; a class without hours may be sent at any hour."""

    hours: Mapping[MessageClass, Hours] = field(default_factory=dict)
    budgets: tuple[Budget, ...] = ()
    answer_within: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class WindowRules:
    """What the platform grants: so many messages for so long after each kind of act."""

    message_left: int
    message_lasts: timedelta
    event_left: int
    event_lasts: timedelta


@dataclass(frozen=True, slots=True)
class Now:
    """It may go now, by this channel."""

    channel: Channel


@dataclass(frozen=True, slots=True)
class Later:
    """It may go at this time, by what is known now; `because` says what it waits for."""

    at: datetime
    because: Reason


@dataclass(frozen=True, slots=True)
class No:
    """It may not go; ask again only when the facts have changed."""

    because: Reason


Verdict = Now | Later | No
