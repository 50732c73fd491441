"""Keep the house: remind, erase what was kept long enough, count, and know who follows."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from app.core.clock import SHANGHAI
from app.core.errors import PlatformFailure, StateUnavailable
from app.core.jobs import JobName
from app.core.log import get_logger
from app.deps import Deps
from app.steps.contents import current_body
from app.steps.keep import REMIND_AFTER
from app.steps.retention import retention_on
from app.store import counts, figures, incidents, outbox, sending, upkeep

_REMINDERS = 200
_PEOPLE_A_RUN = 500
_REMINDER_EXPIRES = timedelta(hours=4)
"""Stale after that: a reminder that quiet hours hold back until morning is not sent at all."""
_STRAGGLERS = timedelta(minutes=10)
"""A turn that began before midnight has long been committed by then."""
_IMPORT_SECONDS = 60.0

log = get_logger()


def remind_idle(deps: Deps, trail: str) -> int:
    """Queue one reminder for every form left unfinished; return how many."""
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        people, taken = upkeep.claim_reminders(session, now, REMIND_AFTER, _REMINDERS)
        sending.queue(session, [_reminder(person, trail, now) for person in people])
        if people:
            outbox.add(session, JobName.DELIVER_DUE.value, trail, now)
        if taken == _REMINDERS:
            outbox.add(session, JobName.REMIND_IDLE.value, "more", now)
    return len(people)


def _reminder(person_id: uuid.UUID, trail: str, now: datetime) -> dict[str, object]:
    return {
        "id": uuid.uuid4(),
        "person_id": person_id,
        "klass": "reminder",
        "copy_key": "reminder.unfinished",
        "state": "queued",
        "created_at": now,
        "not_before": now,
        "expires_at": now + _REMINDER_EXPIRES,
        "trail": trail,
    }


@dataclass(frozen=True, slots=True)
class Swept:
    """How many of each a sweep dealt with."""

    discarded: int
    erased: int
    forgotten: int
    deliveries: int


def erase_expired(deps: Deps) -> Swept:
    """Erase what has been kept long enough, each person in a transaction of their own."""
    now = deps.clock.now()
    keep = retention_on(now)
    erase = partial(upkeep.erase_person, now=now)
    swept = Swept(
        discarded=_sweep(deps, upkeep.left_unfinished(now - keep.unfinished), _discard),
        erased=_sweep(deps, upkeep.last_heard_of(now - keep.lead), erase)
        + _sweep(deps, upkeep.restricted_without_case(now - keep.lead), erase),
        forgotten=_sweep(
            deps,
            upkeep.erased_and_unproven(now - max(keep.consent, keep.contact)),
            upkeep.forget_proofs,
        ),
        deliveries=_purge(deps, now - keep.delivery),
    )
    with deps.sessions.begin() as session:
        upkeep.purge_proofs(session, consents=now - keep.consent, contacts=now - keep.contact)
        upkeep.purge_markers(session, now - keep.marker)
    log.info("swept", discarded=swept.discarded, erased=swept.erased, forgotten=swept.forgotten)
    return swept


Act = Callable[..., object]


def _sweep(deps: Deps, why: upkeep.Why, act: Act) -> int:
    with deps.sessions.begin() as session:
        people = upkeep.list_people(session, why, _PEOPLE_A_RUN)
        if len(people) == _PEOPLE_A_RUN:
            outbox.add(session, JobName.ERASE_EXPIRED.value, "more", deps.clock.now())
    done = 0
    for person_id in people:
        with deps.sessions.begin() as session:
            if upkeep.take_person(session, person_id, why):
                act(session, person_id)
                done += 1
    return done


def _purge(deps: Deps, before: datetime) -> int:
    with deps.sessions.begin() as session:
        upkeep.purge_exports(session, deps.clock.now())
        return upkeep.purge_deliveries(session, before)


_discard: Act = upkeep.discard_answers


def count_up(deps: Deps) -> None:
    """Fold what days left behind into counts; one transaction, so never half and never twice."""
    now = deps.clock.now()
    settled = (now - _STRAGGLERS).astimezone(SHANGHAI)
    today = settled.replace(hour=0, minute=0, second=0, microsecond=0)
    with deps.sessions.begin() as session:
        counts.fold_deliveries(session, today)
        counts.fold_funnel(session, today)
        figures.fold_times(session, today)
        figures.fold_active(session, "day", today)
        figures.fold_active(session, "week", today - timedelta(days=today.weekday()))
        outbox.forget_published(session, now)


def freshen_token(deps: Deps) -> None:
    """Have the next token before it is needed, and a menu where the account has none yet.

    Where this fails, whoever needs a token fetches it.
    """
    failed = False
    try:
        deps.account.freshen()
        if deps.account.menu() is None:
            with deps.sessions.begin() as session:
                menu = current_body(session, "menu")
            deps.account.put_menu(menu)
    except (StateUnavailable, PlatformFailure) as failure:
        failed = True
        log.warning("token_not_freshened", because=type(failure).__name__)
    with deps.sessions.begin() as session:
        now = deps.clock.now()
        incidents.count_failure(session, incidents.TOKEN_FAILURES, now, failed=failed)
