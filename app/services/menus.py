"""Tell the platform which menu was released, and remember what became of it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.core.access import Actor, Permission
from app.core.errors import (
    NotFound,
    OutcomeUnknown,
    PlatformFailure,
    PlatformRefused,
    StateUnavailable,
)
from app.core.jobs import JobName
from app.core.log import get_logger
from app.deps import Deps
from app.steps import audit
from app.steps.contents import current_body
from app.store import contents, outbox
from app.store.contents import ContentRelease, ContentVersion
from app.wechat.menus import differences

_STALE = timedelta(minutes=2)
"""A call takes seven seconds at most; whoever still holds the row after this has died."""
_AGAIN = timedelta(seconds=30)

log = get_logger()


def put_due(deps: Deps) -> bool:
    """Put the menu that was released last, if the platform does not have it; True when it took it.

    Replacing a menu may be done twice, so a call whose answer was lost is simply made again; until
    then the page says that the outcome is unknown.
    """
    claimed = _claim(deps)
    if claimed is None:
        return False
    release_id, menu = claimed
    state, code = "pushed", None
    try:
        deps.account.put_menu(menu)
    except PlatformRefused as refused:
        state, code = "refused", refused.code
        if refused.action in ("retry", "retry_later"):
            state = "due"
    except OutcomeUnknown:
        state = "unknown"
    except (PlatformFailure, StateUnavailable):
        state = "due"
    _keep(deps, release_id, state, code)
    log.info("menu put", outcome=state, code=code)
    return state == "pushed"


def put_again(deps: Deps, actor: Actor) -> None:
    """Tell the platform once more: it refused, its answer was lost, or it holds another menu."""
    actor.require(Permission.PREPARE)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        current = contents.find_current(session, "menu")
        if current is None:
            raise NotFound("No menu has been released here.")
        current[0].push_state, current[0].push_tries = "due", 0
        audit.record(deps, session, actor, audit.Act("menu_put_again", "content", current[1].id))
        outbox.add(session, JobName.PUT_MENU.value, actor.request_id[:40], now)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The released menu beside the platform's; `places` are where they differ."""

    ours: dict[str, Any]
    theirs: dict[str, Any] | None
    is_told: bool
    places: tuple[str, ...] = ()


def compare(deps: Deps, actor: Actor) -> Comparison:
    """Ask the platform which menu it holds now; the page says so when it cannot be asked."""
    actor.require(Permission.LOOK)
    with deps.sessions.begin() as session:
        ours = current_body(session, "menu")
    try:
        theirs = deps.account.menu()
    except (PlatformFailure, StateUnavailable):
        return Comparison(ours, None, is_told=False)
    return Comparison(ours, theirs, is_told=True, places=differences(ours, theirs))


def _claim(deps: Deps) -> tuple[int, dict[str, object]] | None:
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        release = contents.claim_push(session, now, now - _STALE)
        if release is None:
            return None
        contents.supersede_pushes(session, release)
        version = session.get_one(ContentVersion, release.version_id)
        return release.id, dict(version.body)


def _keep(deps: Deps, release_id: int, state: str, code: int | None) -> None:
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        release = session.get_one(ContentRelease, release_id)
        release.push_state, release.push_code, release.pushed_at = state, code, now
        newer = contents.find_current(session, release.kind)
        if newer is not None and newer[0].id != release_id and newer[0].push_state == "pushed":
            # Two workers told the platform at once; nobody knows whose word came last.
            newer[0].push_state = state = "due"
        if state == "due":
            outbox.add(session, JobName.PUT_MENU.value, "again", now, now + _AGAIN)
