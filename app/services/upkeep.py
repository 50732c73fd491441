"""Keep the house: remind, erase what was kept long enough, count, and know who follows."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from app.core.clock import SHANGHAI, monotonic
from app.core.errors import PlatformFailure, StateUnavailable
from app.core.jobs import JobName
from app.core.log import get_logger
from app.core.types import Secret
from app.deps import Deps
from app.steps.keep import REMIND_AFTER
from app.steps.retention import retention_on
from app.store import counts, imports, outbox, sending, upkeep
from app.wechat.menus import menu_json
from app.wechat.ports import MOST_PEOPLE, PersonFacts

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
    swept = Swept(
        discarded=_sweep(deps, upkeep.left_unfinished(now - keep.unfinished), _discard),
        erased=_sweep(deps, upkeep.last_heard_of(now - keep.lead), _erase)
        + _sweep(deps, upkeep.restricted_without_case(), _erase),
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
_erase: Act = upkeep.erase_person


def count_up(deps: Deps) -> None:
    """Fold what days left behind into counts; one transaction, so never half and never twice."""
    now = deps.clock.now()
    settled = (now - _STRAGGLERS).astimezone(SHANGHAI)
    today = settled.replace(hour=0, minute=0, second=0, microsecond=0)
    with deps.sessions.begin() as session:
        counts.fold_deliveries(session, today)
        counts.fold_funnel(session, today)
        outbox.forget_published(session, now)


def freshen_token(deps: Deps) -> None:
    """Have the next token before it is needed, and a menu where the account has none yet.

    Where this fails, whoever needs a token fetches it.
    """
    try:
        deps.account.freshen()
        if deps.account.menu() is None:
            deps.account.put_menu(menu_json())
    except (StateUnavailable, PlatformFailure) as failure:
        log.warning("token_not_freshened", because=type(failure).__name__)


@dataclass(frozen=True, slots=True)
class Imported:
    """How many were new, and what of the rest: none, left to a job, or all until we are named."""

    people: int
    rest: Literal["none", "job", "unnamed"]


def import_followers(deps: Deps) -> Imported:
    """Take in silently whoever followed before we existed; run again, it goes on where it stopped.

    Followers known already cost one statement a page, so the people themselves are the progress.
    Before the first delivery we do not know how the platform names our account, and take in nobody.
    """
    with deps.sessions.begin() as session:
        account = imports.find_account(session)
    if account is None:
        return Imported(0, "unnamed")
    deadline = monotonic() + _IMPORT_SECONDS
    added, page = 0, deps.directory.followers()
    while True:
        strangers = _strangers(deps, account, page.openids)
        while strangers and monotonic() < deadline:
            batch, strangers = strangers[:MOST_PEOPLE], strangers[MOST_PEOPLE:]
            added += _take_in(deps, account, deps.directory.people(batch))
        if strangers or monotonic() >= deadline:
            _go_on_later(deps)
            return Imported(added, "job")
        if page.after is None:
            return Imported(added, "none")
        page = deps.directory.followers(page.after)


def _go_on_later(deps: Deps) -> None:
    with deps.sessions.begin() as session:
        outbox.add(session, JobName.IMPORT_FOLLOWERS.value, "more", deps.clock.now())


def _index(deps: Deps, account: str, openid: Secret) -> bytes:
    return deps.keyring.index("openid", f"{account}\0{openid.value}")


def _strangers(deps: Deps, account: str, openids: tuple[Secret, ...]) -> list[Secret]:
    by_index = {_index(deps, account, openid): openid for openid in openids}
    with deps.sessions.begin() as session:
        known = imports.known_of(session, account, list(by_index))
    return [openid for index, openid in by_index.items() if index not in known]


def _take_in(deps: Deps, account: str, people: tuple[PersonFacts, ...]) -> int:
    rows = [_silent_row(deps, account, facts) for facts in people if facts.is_following]
    with deps.sessions.begin() as session:
        return imports.add_people(session, rows)


def _silent_row(deps: Deps, account: str, facts: PersonFacts) -> dict[str, object]:
    now = deps.clock.now()
    sealer, wrapped = deps.keyring.new_person_key()
    # A QR code says more than the platform's own word for the way in (ADD_SCENE_SEARCH …).
    channel = (facts.qr_scene or facts.subscribe_scene.lower())[:128] or None
    since = datetime.fromtimestamp(facts.followed_at, UTC) if facts.followed_at else None
    return {
        "id": uuid.uuid4(),
        "account": account,
        "openid_index": _index(deps, account, facts.openid),
        "openid_sealed": sealer.seal_text(facts.openid.value),
        "master_id": wrapped.master_id,
        "wrapped_key": wrapped.sealed,
        "first_channel": channel,
        "follows": True,
        "is_imported": True,
        "followed_at": since,
        "first_seen_at": now,
        "last_seen_at": now,
    }
