"""Ask the platform what the account may still send today, so that no page has to."""

from datetime import timedelta

from app.core.errors import PlatformFailure, StateUnavailable
from app.core.log import get_logger
from app.deps import Deps
from app.store import allowances
from app.wechat.ports import Quota

log = get_logger()

CALLS = {
    "custom": "/cgi-bin/message/custom/send",
    "template": "/cgi-bin/message/template/send",
    "mass": "/cgi-bin/message/mass/send",
}
"""The calls that reach people, by the names that the pages use."""


_FRESH = timedelta(minutes=5)
"""So long an answer is good enough, however often the job is rung."""


def ask(deps: Deps) -> None:
    """Ask for each call and keep the answer; what cannot be asked keeps its last answer."""
    now = deps.clock.now()
    with deps.sessions() as session:
        fresh = {one.name for one in allowances.list_kept(session) if now - one.asked_at < _FRESH}
    told = {name: _quota(deps, name) for name in CALLS if name not in fresh}
    with deps.sessions.begin() as session:
        for name, quota in told.items():
            if quota is not None:
                limit, used = quota.daily_limit, quota.used
                allowances.keep(session, name, daily_limit=limit, used=used, now=now)


def _quota(deps: Deps, name: str) -> Quota | None:
    try:
        return deps.account.quota(CALLS[name])
    except (PlatformFailure, StateUnavailable) as failure:
        log.warning("allowance_unknown", call=name, because=type(failure).__name__)
        return None
