"""The words of the reachability ledger: what is known of a person, a message, and the verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from app.core.config import RIGHTS, Right
from app.core.dated import day_of


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
    """A way to reach a person; a reply travels in the platform's own request and is not pushed."""

    REPLY = "reply"
    CUSTOM = "custom"
    TEMPLATE = "template"
    MASS = "mass"


ONE_BY_ONE = frozenset({Channel.CUSTOM, Channel.TEMPLATE})
"""The channels of what is written to one person for that person's own reasons."""


class Carries(StrEnum):
    """What a cell of the matrix says of a channel and a class of messages.

    `asked_for`: only as the answer to the person's own question. `account_event`: only when
    something happened to the person's own account.
    """

    ALWAYS = "always"
    ASKED_FOR = "asked_for"
    ACCOUNT_EVENT = "account_event"
    NEVER = "never"


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
    TRIAL = "trial"
    WRONG_CHANNEL = "wrong_channel"
    NO_TEMPLATE = "no_template"
    NO_MASS_SEND = "no_mass_send"
    MASS_SPENT = "mass_spent"


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
class MonthCount:
    """How many mass messages reached a person in a calendar month of Asia/Shanghai.

    `month` is its first day. In any other month the count is none, by what is known.
    """

    month: date
    count: int

    def at(self, when: datetime) -> int:
        """Return the count of the month that this moment lies in."""
        return self.count if month_of(when) == self.month else 0


def month_of(when: datetime) -> date:
    """Return the first day of the calendar month, in Asia/Shanghai."""
    return day_of(when).replace(day=1)


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """Everything about one person that the right to write depends on; loaded by the store.

    `consents`: live consent purposes. `on_hold`: complaint, dispute, hardship, bankruptcy, death,
    counsel, wrong person. `marketing_suppressed`: by law or policy (student, arrears, no means).
    `contacts`: what was sent within the longest budget period, at least. `stopped`: the classes
    that the operators' switch holds back, from everybody. `is_outside_trial`: the account is not
    yet opened for sending, and the person is no guest. `mass_this_month`: as counted by us, the
    jobs of the official console included.
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
    is_outside_trial: bool = False
    mass_this_month: MonthCount | None = None


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """What matters of a message: its class, its times, its template, whether it was asked for.

    `template`: the purpose (`progress`) whose approved template can carry it, if any. `channels`:
    those that its sender can use. `is_account_event`: it tells of something that happened to the
    person's own account. `is_broadcast`: it goes to many, so it answers nobody.
    """

    message_class: MessageClass
    template: str | None = None
    not_before: datetime | None = None
    expires_at: datetime | None = None
    was_asked_for: bool = False
    channels: frozenset[Channel] = ONE_BY_ONE
    is_account_event: bool = False
    is_broadcast: bool = False


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
class MassRule:
    """How many mass messages a person may get in a month, some of them kept for some classes."""

    limit: int = 0
    kept: int = 0
    kept_for: frozenset[MessageClass] = frozenset()

    def limit_of(self, message_class: MessageClass) -> int:
        """Return how many in a month this class may be the last of."""
        return self.limit if message_class in self.kept_for else self.limit - self.kept


PERSONAL = frozenset(
    {
        *(Reason.ON_HOLD, Reason.IN_DISTRESS, Reason.MARKETING_STOPPED),
        *(Reason.MARKETING_SUPPRESSED, Reason.NO_CONSENT),
    }
)
"""What about a person can forbid a class of messages; the others bind every class."""

Matrix = Mapping[tuple[MessageClass, Channel], Carries]


@dataclass(frozen=True, slots=True)
class ContactRules:
    """The rules valid on one day; a class without hours may be sent at any hour.

    What the matrix does not name is never carried. `refusals`: what about a person forbids a class.
    """

    refusals: Mapping[MessageClass, frozenset[Reason]]

    hours: Mapping[MessageClass, Hours] = field(default_factory=dict)
    budgets: tuple[Budget, ...] = ()
    answer_within: timedelta = timedelta(minutes=10)
    matrix: Matrix = field(default_factory=dict)
    mass: MassRule = MassRule()


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
