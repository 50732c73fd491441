"""Hold every decided enquiry against others: too often, too many alike. A person looks then."""

from datetime import datetime, timedelta

from app.core.jobs import JobName
from app.core.log import get_logger
from app.deps import Deps
from app.reviewing.rulebook import DeskRules
from app.reviewing.signals import Found, Seen, find_signals
from app.steps import case_lock, staff
from app.store import outbox, review_queue
from app.store.enquiries import Enquiry
from app.store.review_queue import Raised
from app.store.session import Transaction

_BATCH = 100

log = get_logger()


def find_patterns(deps: Deps) -> int:
    """Look at a batch of decided enquiries; open a case for what stands out; return how many.

    What was decided and told stays: only a person may change it.
    """
    now = deps.clock.now()
    rules = case_lock.rules_of(now)
    with deps.sessions.begin() as session:
        waiting = review_queue.list_unwatched(session, _BATCH)
        watched = review_queue.claim_unwatched(session, waiting) if waiting else []
        for enquiry in watched:
            found = _look(session, enquiry, rules)
            enquiry.watched_at = now
            if found is not None:
                _raise(session, enquiry, found, now)
        if len(waiting) == _BATCH:
            outbox.add(session, JobName.FIND_PATTERNS.value, "more", now)
    return len(watched)


def _look(session: Transaction, enquiry: Enquiry, rules: DeskRules) -> Found | None:
    at = enquiry.submitted_at
    alike = review_queue.list_alike(
        session,
        enquiry,
        own_since=at - _longest(rules, "velocity"),
        others_since=at - _longest(rules, "duplicate"),
    )
    seen = [
        Seen(one.submitted_at, one.person_id, one.amount_fen, one.person_id == enquiry.person_id)
        for one in alike
    ]
    return find_signals(seen, rules.patterns, at)


def _longest(rules: DeskRules, kind: str) -> timedelta:
    within = (pattern.within for pattern in rules.patterns if pattern.kind == kind)
    return max(within, default=timedelta())


def _raise(session: Transaction, enquiry: Enquiry, found: Found, now: datetime) -> None:
    raised = Raised(enquiry, found.kind, found.signals, staff.due("review", now))
    review_queue.raise_case(session, raised, now)
    outbox.add(session, JobName.ASSIGN_CASES.value, enquiry.trail, now)
    log.info("pattern_found", enquiry=str(enquiry.id), kind=found.kind, signals=found.signals)
