"""Know who follows: take in those from before us, let go those who left unheard."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from app.core.clock import monotonic
from app.core.jobs import JobName
from app.core.log import get_logger
from app.core.types import Secret
from app.deps import Deps
from app.steps.person_key import openid_of
from app.store import imports, outbox, upkeep
from app.wechat.ports import MOST_PEOPLE, PersonFacts

_IMPORT_SECONDS = 60.0
_LEAVERS_A_RUN = 1000
_SETTLED = timedelta(hours=1)
"""Whoever followed within this time may not be in a list that was begun before."""

log = get_logger()


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
    begun, deadline = deps.clock.now(), monotonic() + _IMPORT_SECONDS
    added, page, listed = 0, deps.directory.followers(), set[bytes]()
    while True:
        listed |= {_index(deps, account, openid) for openid in page.openids}
        strangers = _strangers(deps, account, page.openids)
        while strangers and monotonic() < deadline:
            batch, strangers = strangers[:MOST_PEOPLE], strangers[MOST_PEOPLE:]
            added += _take_in(deps, account, deps.directory.people(batch))
        if strangers or monotonic() >= deadline:
            _go_on_later(deps)
            return Imported(added, "job")
        if page.after is None:
            _let_go(deps, account, listed, begun - _SETTLED)
            return Imported(added, "none")
        page = deps.directory.followers(page.after)


def _let_go(deps: Deps, account: str, listed: set[bytes], before: datetime) -> None:
    """Erase those who left while nobody could tell us (W-21): three deliveries, and no more.

    A list may be short for reasons of its own, so the platform is asked about each of them.
    """
    with deps.sessions.begin() as session:
        following = imports.list_following(session, account, before)
    missing = {
        openid_of(deps, person).value: person.id
        for person in following
        if bytes(person.openid_index or b"") not in listed
    }
    openids = list(missing)[:_LEAVERS_A_RUN]
    for start in range(0, len(openids), MOST_PEOPLE):
        batch = [Secret(openid) for openid in openids[start : start + MOST_PEOPLE]]
        for facts in deps.directory.people(batch):
            if not facts.is_following:
                _erase(deps, missing[facts.openid.value])


def _erase(deps: Deps, person_id: uuid.UUID) -> None:
    with deps.sessions.begin() as session:
        if upkeep.take_person(session, person_id, upkeep.not_erased()):
            upkeep.erase_person(session, person_id, deps.clock.now())
            log.info("left_unheard", person=str(person_id))


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
