"""Decide whether a person may be written to, now, and how; the only such rule in the house."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from app.contact.ledger import holds, is_spent
from app.contact.types import (
    Budget,
    Carries,
    Channel,
    ContactFacts,
    ContactRules,
    Hours,
    Later,
    MessageClass,
    MessageFacts,
    No,
    Now,
    Reason,
    Verdict,
    month_of,
)
from app.core.clock import SHANGHAI

_A_DAY = timedelta(days=1)
_LONGER_THAN_A_MONTH = timedelta(days=31)

_ANSWERING = frozenset({MessageClass.ANSWER, MessageClass.SERVICE, MessageClass.DECISION})
_UNASKED = frozenset(MessageClass) - _ANSWERING
_PUSHED = (Channel.CUSTOM, Channel.TEMPLATE, Channel.MASS)
"""In the order in which they are tried: what costs a person's allowance least comes first."""


def decide(
    facts: ContactFacts, message: MessageFacts, rules: ContactRules, now: datetime
) -> Verdict:
    """Say whether this message may go to this person now, later, or not at all.

    A `Later` is a promise by the facts known now: asked again at that time, unchanged facts give
    `Now`. What would be too late then, or have no channel then, is refused at once. So a text may
    promise a later message exactly when the same message with that `not_before` is not refused.
    """
    refusal = _refusal(facts, message, rules, now)
    if refusal is not None:
        return No(refusal)
    due = max(now, message.not_before or now)
    message_class = class_at(facts, message, rules, due)
    at, waits_for = _earliest(facts, message_class, rules, due)
    if _waits_for_month(facts, message, rules, at):
        hours = rules.hours.get(message_class)
        at, waits_for = _opening(hours, _next_month(at)), Reason.MASS_SPENT
    if message.expires_at is not None and at >= message.expires_at:
        return No(waits_for or Reason.EXPIRED)
    channel = channel_at(facts, message, rules, at)
    if channel is None:
        # A wait that outlasts an open window is what stands in the way, not the window.
        has_channel_now = channel_at(facts, message, rules, due) is not None
        obstacle = _obstacle(facts, message, rules, at)
        return No(waits_for if waits_for and has_channel_now else obstacle)
    if at > now:
        return Later(at, waits_for or Reason.NOT_YET_DUE)
    return Now(channel)


def decide_reply(
    facts: ContactFacts, message: MessageFacts, rules: ContactRules, now: datetime
) -> Now | No:
    """Say whether this may stand in the reply to what the person has just sent.

    They are there and have spoken, so neither hours nor budgets nor the platform's allowances bind
    a reply; what may not be said to this person, or not in a reply, binds it as it binds all else.
    """
    refusal = _refusal(facts, message, rules, now)
    if refusal is not None:
        return No(refusal)
    replied = replace(message, channels=frozenset({Channel.REPLY}))
    if may_carry(Channel.REPLY, replied, rules):
        return Now(Channel.REPLY)
    return No(_unfit((Channel.REPLY,), replied, rules))


def channel_at(
    facts: ContactFacts, message: MessageFacts, rules: ContactRules, when: datetime
) -> Channel | None:
    """Name the channel that the ledger holds for this message then, hours and budget aside."""
    ways = (channel for channel in _PUSHED if may_carry(channel, message, rules))
    return next((one for one in ways if _HOLDS[one](facts, message, rules, when)), None)


def may_carry(channel: Channel, message: MessageFacts, rules: ContactRules) -> bool:
    """Say whether the matrix lets this channel carry the message, for anybody at any time."""
    if channel not in message.channels or _answers_many(message):
        return False
    cell = rules.matrix.get((message.message_class, channel), Carries.NEVER)
    return (
        cell is Carries.ALWAYS
        or (cell is Carries.ASKED_FOR and message.was_asked_for)
        or (cell is Carries.ACCOUNT_EVENT and message.is_account_event)
    )


def class_at(
    facts: ContactFacts, message: MessageFacts, rules: ContactRules, when: datetime
) -> MessageClass:
    """Name the class by which this message is judged at this time: an answer has to be prompt."""
    if message.message_class not in _ANSWERING:
        return message.message_class
    asked_at = facts.last_own_message_at
    is_prompt = asked_at is not None and when - asked_at <= rules.answer_within
    if is_prompt and not _is_broadcast(message):
        return MessageClass.ANSWER
    if message.message_class is MessageClass.ANSWER:
        return MessageClass.SERVICE
    return message.message_class


def is_within_hours(message_class: MessageClass, rules: ContactRules, when: datetime) -> bool:
    """Say whether messages of this class may go at this hour: a batch may outlast its hours."""
    return _opening(rules.hours.get(message_class), when) == when


def _refusal(
    facts: ContactFacts, message: MessageFacts, rules: ContactRules, now: datetime
) -> Reason | None:
    binding = rules.refusals[message.message_class]
    is_over = message.expires_at is not None and now >= message.expires_at
    checks = [
        (not facts.follows, Reason.NOT_FOLLOWING),
        (is_over, Reason.EXPIRED),
        *((applies(facts), reason) for reason, applies in _AGAINST.items() if reason in binding),
        # Last: what a person's own row forbids for good is the better answer, switch or not.
        (facts.is_outside_trial and _is_pushed(message), Reason.TRIAL),
        (message.message_class in facts.stopped, Reason.STOPPED),
    ]
    return next((reason for applies, reason in checks if applies), None)


def _earliest(
    facts: ContactFacts, message_class: MessageClass, rules: ContactRules, due: datetime
) -> tuple[datetime, Reason | None]:
    """Find the first moment that budget and hours allow, and what it waits for."""
    if message_class is MessageClass.ANSWER:
        return due, None
    within = [budget for budget in rules.budgets if message_class in budget.classes]
    # A budget only ever gets freer as time passes, so the hours come last and nothing reopens.
    free = max([due, *(_free_at(facts, budget, due) for budget in within)])
    hours = rules.hours.get(message_class)
    at = _opening(hours, free)
    if free > due:
        return at, Reason.OVER_BUDGET
    return at, Reason.QUIET_HOURS if at > due else None


def _free_at(facts: ContactFacts, budget: Budget, due: datetime) -> datetime:
    """Find when fewer than the limit lie within the period: when the limit-th last drops out."""
    sent = sorted(one.at for one in facts.contacts if one.message_class in budget.classes)
    if len(sent) < budget.limit:
        return due
    return sent[-budget.limit] + timedelta(days=budget.days)


def _opening(hours: Hours | None, when: datetime) -> datetime:
    """Find the first moment at or after `when` that lies within the hours."""
    if hours is None:
        return when
    local = when.astimezone(SHANGHAI)
    if hours.start <= local.time() < hours.end:
        return when
    day = local.date() if local.time() < hours.start else local.date() + _A_DAY
    return datetime.combine(day, hours.start, tzinfo=SHANGHAI).astimezone(UTC)


def _answers_many(message: MessageFacts) -> bool:
    return message.message_class is MessageClass.ANSWER and message.is_broadcast


def _is_broadcast(message: MessageFacts) -> bool:
    return message.is_broadcast or Channel.MASS in message.channels


def _is_pushed(message: MessageFacts) -> bool:
    """Say whether it goes out on our own account: to many, or to one who has not asked."""
    is_unasked = message.message_class in _UNASKED and not message.was_asked_for
    return is_unasked or _is_broadcast(message)


def _waits_for_month(
    facts: ContactFacts, message: MessageFacts, rules: ContactRules, at: datetime
) -> bool:
    """Say whether only the month's count keeps a mass message from going then."""
    may_mass = may_carry(Channel.MASS, message, rules) and "mass_send" in facts.account.rights
    has_some = rules.mass.limit_of(message.message_class) > 0
    return may_mass and has_some and channel_at(facts, message, rules, at) is None


def _next_month(when: datetime) -> datetime:
    day = (month_of(when) + _LONGER_THAN_A_MONTH).replace(day=1)
    return datetime.combine(day, time.min, tzinfo=SHANGHAI).astimezone(UTC)


def _custom_holds(
    facts: ContactFacts, _message: MessageFacts, _rules: ContactRules, when: datetime
) -> bool:
    return "customer_service" in facts.account.rights and holds(facts.allowances, when)


def _template_holds(
    facts: ContactFacts, message: MessageFacts, _rules: ContactRules, _when: datetime
) -> bool:
    has_template = message.template is not None and message.template in facts.account.templates
    return has_template and "templates" in facts.account.rights


def _mass_holds(
    facts: ContactFacts, message: MessageFacts, rules: ContactRules, when: datetime
) -> bool:
    used = facts.mass_this_month.at(when) if facts.mass_this_month is not None else 0
    has_some = used < rules.mass.limit_of(message.message_class)
    return has_some and "mass_send" in facts.account.rights


_AGAINST: Mapping[Reason, Callable[[ContactFacts], bool]] = {
    Reason.ON_HOLD: lambda facts: facts.is_on_hold,
    Reason.IN_DISTRESS: lambda facts: facts.is_in_distress,
    Reason.MARKETING_STOPPED: lambda facts: facts.has_stopped_marketing,
    Reason.MARKETING_SUPPRESSED: lambda facts: facts.is_marketing_suppressed,
    Reason.NO_CONSENT: lambda facts: "marketing" not in facts.consents,
}
"""What can be against writing to a person; which classes it binds is a table of the rules."""

_HOLDS: Mapping[Channel, Callable[[ContactFacts, MessageFacts, ContactRules, datetime], bool]] = {
    Channel.CUSTOM: _custom_holds,
    Channel.TEMPLATE: _template_holds,
    Channel.MASS: _mass_holds,
}


def _obstacle(
    facts: ContactFacts, message: MessageFacts, rules: ContactRules, at: datetime
) -> Reason:
    """Name what keeps the first channel that may carry the message from doing so."""
    ways = [channel for channel in _PUSHED if may_carry(channel, message, rules)]
    if not ways:
        return _unfit(_PUSHED, message, rules)
    if ways[0] is Channel.TEMPLATE:
        return Reason.NO_TEMPLATE
    if ways[0] is Channel.MASS:
        has_right = "mass_send" in facts.account.rights
        return Reason.MASS_SPENT if has_right else Reason.NO_MASS_SEND
    if "customer_service" not in facts.account.rights:
        return Reason.NO_CUSTOMER_SERVICE
    return Reason.ALLOWANCE_SPENT if is_spent(facts.allowances, at) else Reason.NO_WINDOW


def _unfit(channels: Iterable[Channel], message: MessageFacts, rules: ContactRules) -> Reason:
    """Say why the matrix lets none of these channels carry the message."""
    asked = replace(message, was_asked_for=True)
    would_if_asked = any(may_carry(channel, asked, rules) for channel in channels)
    return Reason.NOT_ASKED_FOR if would_if_asked else Reason.WRONG_CHANNEL
