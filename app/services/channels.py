"""Open channels, have the platform make their codes, and keep what they cost."""

import re
import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from app.core.access import Actor, Permission
from app.core.dated import day_of
from app.core.errors import (
    NotAllowed,
    OutcomeUnknown,
    PlatformFailure,
    PlatformRefused,
    StateUnavailable,
)
from app.core.jobs import JobName
from app.core.log import get_logger
from app.deps import Deps
from app.dialogue.types import Say
from app.steps import audit
from app.steps.marketing import require_marketing
from app.store import channels, outbox
from app.store.channels import Channel, ChannelCost
from app.wechat.ports import QrCode
from app.wording.checking import check
from app.wording.types import Finding

SHORTEST_SECONDS = 60
LONGEST_SECONDS = 30 * 24 * 3600
"""A temporary code lasts 30 days at most (developers.weixin.qq.com, 生成带参数的二维码)."""

_SCENE = re.compile(r"[a-z0-9][a-z0-9_-]{1,39}")
_OWN_NAMES = frozenset({"follow", "direct"})
"""What a person without a code is noted under: no channel may be called so."""
_STALE = timedelta(minutes=2)
_AGAIN = timedelta(seconds=30)
_BATCH = 20
_MOST_TRIES = 5

log = get_logger()


@dataclass(frozen=True, slots=True)
class NewChannel:
    """What an operator says of a channel to open; an empty scene is made up."""

    name: str
    scene: str = ""
    note: str = ""
    lasting_seconds: int | None = None


def default_poster(deps: Deps) -> str:
    """Return the words that stand beside a new code."""
    return deps.copybook.render(Say("poster.default"))


def open_channel(deps: Deps, actor: Actor, new: NewChannel) -> int:
    """Keep a channel and leave the making of its code to a job: nothing is half made."""
    actor.require(Permission.PREPARE)
    scene = new.scene.strip().lower() or f"c-{secrets.token_hex(4)}"
    if not _SCENE.fullmatch(scene) or scene in _OWN_NAMES:
        raise NotAllowed("A scene is 2 to 40 of a-z, 0-9, - and _.", why="bad_scene")
    lasting = new.lasting_seconds
    if lasting is not None and not SHORTEST_SECONDS <= lasting <= LONGEST_SECONDS:
        raise NotAllowed("A temporary code lasts a minute to 30 days.", why="bad_lasting")
    now, poster = deps.clock.now(), default_poster(deps)
    with deps.sessions.begin() as session:
        if channels.is_taken(session, scene):
            raise NotAllowed(f"{scene} is a channel already.", why="scene_taken")
        channel = Channel(
            scene=scene,
            name=new.name.strip()[:60],
            note=new.note.strip()[:200],
            poster=poster,
            poster_rules=_rules_version(deps),
            lasting_seconds=lasting,
            made_by=actor.name,
            made_at=now,
            code_state="due",
        )
        session.add(channel)
        session.flush()
        act = audit.Act("channel_opened", "channel", channel.id, changes={"scene": (None, scene)})
        audit.record(deps, session, actor, act)
        outbox.add(session, JobName.MAKE_CODES.value, actor.request_id[:40], now)
        return channel.id


def make_again(deps: Deps, actor: Actor, channel_id: int) -> None:
    """Ask the platform once more for a code that it refused, lost, or that has run out."""
    actor.require(Permission.PREPARE)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        channel = channels.get(session, channel_id, lock=True)
        has_run_out = channel.code_until is not None and channel.code_until <= now
        if channel.code_state not in ("refused", "unknown") and not has_run_out:
            raise NotAllowed("The code is there, or on its way.", why="code_stands")
        channel.code_state, channel.code_tries = "due", 0
        audit.record(deps, session, actor, audit.Act("code_asked", "channel", channel.id))
        outbox.add(session, JobName.MAKE_CODES.value, actor.request_id[:40], now)


def make_due(deps: Deps) -> int:
    """Have the platform make the codes that are due; return how many it made.

    The same scene may be asked for twice, so what a dead worker left is asked for again.
    """
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        claimed = channels.claim_codes(session, now, now - _STALE, _BATCH)
        wanted = [(one.id, one.scene, one.lasting_seconds, one.code_tries) for one in claimed]
    return sum(_make(deps, *one) for one in wanted)


def _make(deps: Deps, channel_id: int, scene: str, lasting: int | None, tries: int) -> bool:
    code: QrCode | None = None
    state, error = "made", None
    try:
        code = deps.account.create_qr(scene, lasting)
    except PlatformRefused as refused:
        state, error = "refused", refused.code
    except OutcomeUnknown:
        state = "unknown"
    except (PlatformFailure, StateUnavailable):
        state = "due" if tries < _MOST_TRIES else "unknown"
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        channel = channels.get(session, channel_id, lock=True)
        channel.code_state, channel.code_error = state, error
        if code is not None:
            channel.code_url = code.url
            channel.code_until = now + timedelta(seconds=lasting) if lasting else None
        if state == "due":
            outbox.add(session, JobName.MAKE_CODES.value, "again", now, now + _AGAIN)
    log.info("code made", outcome=state, code=error)
    return state == "made"


def describe(
    deps: Deps, actor: Actor, channel_id: int, *, name: str, note: str, poster: str
) -> tuple[Finding, ...]:
    """Change a channel's name, note and poster; the poster only if its words may be said."""
    actor.require(Permission.PREPARE)
    found = check_poster(deps, poster)
    if found:
        return found
    with deps.sessions.begin() as session:
        channel = channels.get(session, channel_id, lock=True)
        if poster != channel.poster:
            require_marketing(session, actor)
        changes = {
            "name": (channel.name, name),
            "note": (channel.note, note),
            "poster": (channel.poster, poster),
        }
        channel.name, channel.note, channel.poster = name[:60], note[:200], poster
        channel.poster_rules = _rules_version(deps)
        act = audit.Act("channel_changed", "channel", channel.id, changes=changes)
        audit.record(deps, session, actor, act)
    return ()


def check_poster(deps: Deps, poster: str) -> tuple[Finding, ...]:
    """Return what a poster may not say, or does not say."""
    return check(poster, "poster", deps.wording, on=_today(deps))


def archive(deps: Deps, actor: Actor, channel_id: int, *, archived: bool) -> None:
    """Take a channel off the list, or put it back; its code and its people stay as they are."""
    actor.require(Permission.PREPARE)
    with deps.sessions.begin() as session:
        channel = channels.get(session, channel_id, lock=True)
        changes = {"archived": (channel.is_archived, archived)}
        channel.is_archived = archived
        act = audit.Act("channel_archived", "channel", channel.id, changes=changes)
        audit.record(deps, session, actor, act)


def enter_cost(  # noqa: PLR0913 - a cost and its days
    deps: Deps, actor: Actor, channel_id: int, *, since: date, until: date, fen: int, note: str
) -> None:
    """Enter what a channel cost from one day to another."""
    actor.require(Permission.PREPARE)
    if since > until:
        raise NotAllowed("The first day comes before the last.", why="days_reversed")
    if fen <= 0:
        raise NotAllowed("A cost is more than nothing.", why="no_cost")
    with deps.sessions.begin() as session:
        channel = channels.get(session, channel_id)
        cost = ChannelCost(
            channel_id=channel.id, since=since, until=until, fen=fen, note=note[:200],
            entered_by=actor.name, entered_at=deps.clock.now(),
        )  # fmt: skip
        session.add(cost)
        changes = {"fen": (None, fen), "days": (None, f"{since}/{until}")}
        act = audit.Act("cost_entered", "channel", channel.id, note, changes=changes)
        audit.record(deps, session, actor, act)


def remove_cost(deps: Deps, actor: Actor, channel_id: int, cost_id: int) -> None:
    """Take back a cost that was entered wrongly."""
    actor.require(Permission.PREPARE)
    with deps.sessions.begin() as session:
        cost = channels.get_cost(session, channel_id, cost_id)
        cost.removed_at = deps.clock.now()
        changes = {"fen": (cost.fen, None)}
        act = audit.Act("cost_removed", "channel", channel_id, changes=changes)
        audit.record(deps, session, actor, act)


def _today(deps: Deps) -> date:
    return day_of(deps.clock.now())


def _rules_version(deps: Deps) -> str:
    return deps.wording.on(_today(deps)).version
