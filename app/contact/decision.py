"""Decide whether a person may be written to, now, and how; the only such rule in the house."""

from datetime import UTC, datetime, timedelta

from app.contact.ledger import holds, is_spent
from app.contact.types import (
    Budget,
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
)
from app.core.clock import SHANGHAI

_A_DAY = timedelta(days=1)

_ANSWERING = frozenset({MessageClass.ANSWER, MessageClass.SERVICE, MessageClass.DECISION})
_UNASKED = frozenset(MessageClass) - _ANSWERING
# Template messages carry notices of what a person set going: "no ads, no marketing", and reviewers
# turn down templates that remind (platform rules and practice, 2026-11).
_BY_TEMPLATE = _ANSWERING


def decide(
    facts: ContactFacts, message: MessageFacts, rules: ContactRules, now: datetime
) -> Verdict:
    """Say whether this message may go to this person now, later, or not at all.

    A `Later` is a promise by the facts known now: asked again at that time, unchanged facts give
    `Now`. What would be too late then, or have no channel then, is refused at once. So a text may
    promise a later message exactly when the same message with that `not_before` is not refused.
    """
    refusal = _refusal(facts, message, now)
    if refusal is not None:
        return No(refusal)
    due = max(now, message.not_before or now)
    message_class = class_at(facts, message, rules, due)
    at, waits_for = _earliest(facts, message_class, rules, due)
    if message.expires_at is not None and at >= message.expires_at:
        return No(waits_for or Reason.EXPIRED)
    channel = channel_at(facts, message, at)
    if channel is None:
        # A wait that outlasts an open window is what stands in the way, not the window.
        has_channel_now = channel_at(facts, message, due) is not None
        return No(waits_for if waits_for and has_channel_now else _obstacle(facts, message, at))
    if at > now:
        return Later(at, waits_for or Reason.NOT_YET_DUE)
    return Now(channel)


def channel_at(facts: ContactFacts, message: MessageFacts, when: datetime) -> Channel | None:
    """Name the channel that the ledger holds for this message then, hours and budget aside."""
    if not _may_use_custom(message):
        return None
    rights = facts.account.rights
    if "customer_service" in rights and holds(facts.allowances, when):
        return Channel.CUSTOM
    has_template = message.template is not None and message.template in facts.account.templates
    if has_template and "templates" in rights and message.message_class in _BY_TEMPLATE:
        return Channel.TEMPLATE
    return None


def class_at(
    facts: ContactFacts, message: MessageFacts, rules: ContactRules, when: datetime
) -> MessageClass:
    """Name the class by which this message is judged at this time: an answer has to be prompt."""
    if message.message_class not in _ANSWERING:
        return message.message_class
    asked_at = facts.last_own_message_at
    if asked_at is not None and when - asked_at <= rules.answer_within:
        return MessageClass.ANSWER
    if message.message_class is MessageClass.ANSWER:
        return MessageClass.SERVICE
    return message.message_class


def _refusal(facts: ContactFacts, message: MessageFacts, now: datetime) -> Reason | None:
    is_over = message.expires_at is not None and now >= message.expires_at
    checks = [(not facts.follows, Reason.NOT_FOLLOWING), (is_over, Reason.EXPIRED)]
    if message.message_class in _UNASKED:
        checks += [
            (facts.is_on_hold, Reason.ON_HOLD),
            (facts.is_in_distress, Reason.IN_DISTRESS),
        ]
    if message.message_class is MessageClass.MARKETING:
        checks += [
            (facts.has_stopped_marketing, Reason.MARKETING_STOPPED),
            (facts.is_marketing_suppressed, Reason.MARKETING_SUPPRESSED),
            ("marketing" not in facts.consents, Reason.NO_CONSENT),
        ]
    # Last: what a person's own row forbids for good is the better answer, switch or not.
    checks.append((message.message_class in facts.stopped, Reason.STOPPED))
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
    at = free if hours is None else _opening(hours, free)
    if free > due:
        return at, Reason.OVER_BUDGET
    return at, Reason.QUIET_HOURS if at > due else None


def _free_at(facts: ContactFacts, budget: Budget, due: datetime) -> datetime:
    """Find when fewer than the limit lie within the period: when the limit-th last drops out."""
    sent = sorted(one.at for one in facts.contacts if one.message_class in budget.classes)
    if len(sent) < budget.limit:
        return due
    return sent[-budget.limit] + timedelta(days=budget.days)


def _opening(hours: Hours, when: datetime) -> datetime:
    """Find the first moment at or after `when` that lies within the hours."""
    local = when.astimezone(SHANGHAI)
    if hours.start <= local.time() < hours.end:
        return when
    day = local.date() if local.time() < hours.start else local.date() + _A_DAY
    return datetime.combine(day, hours.start, tzinfo=SHANGHAI).astimezone(UTC)


def _may_use_custom(message: MessageFacts) -> bool:
    # Customer service may not push ads: marketing travels there only as the answer to the
    # person's own question (platform rules on customer-service messages, 2026-11).
    return message.message_class is not MessageClass.MARKETING or message.was_asked_for


def _obstacle(facts: ContactFacts, message: MessageFacts, at: datetime) -> Reason:
    if not _may_use_custom(message):
        return Reason.NOT_ASKED_FOR
    if "customer_service" not in facts.account.rights:
        return Reason.NO_CUSTOMER_SERVICE
    if is_spent(facts.allowances, at):
        return Reason.ALLOWANCE_SPENT
    return Reason.NO_WINDOW
