"""Send a campaign to a whole tag of the account in one call, where that leaves nobody to skip.

The platform takes no exceptions from a tag. So everybody who is meant must carry it, nobody else
may, and everybody may be written to now; where any of that fails, the campaign goes as lists.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from app.contact.types import Reason, month_of
from app.core.errors import PlatformFailure, StateUnavailable
from app.core.types import Secret
from app.deps import Deps
from app.services.broadcasting.lists import List, call, mark
from app.services.broadcasting.plan import Plan
from app.services.broadcasting.saying import say
from app.steps import campaign_facts
from app.steps.campaign_life import GOVERNOR
from app.store import broadcasting, campaigns, imports, reaching, whole_audiences
from app.store.session import Transaction
from app.wechat.ports import LEAST_LISTED, MOST_LISTED

_PAUSE = timedelta(seconds=15)
_ONE = ""
"""The variant of a campaign that has one content."""


class _NotWholeError(Exception):
    """The tag is not the audience, or somebody in it has to wait or to be skipped."""


class _NotYetError(Exception):
    """Nobody may be written to at this hour."""

    def __init__(self, until: datetime) -> None:
        super().__init__()
        self.until = until


def send_tag(deps: Deps, plan: Plan) -> int | None:
    """Send to the campaign's tag; return how many were looked at, None where lists have to do."""
    if plan.definition.tag_id is None:
        return None
    with deps.sessions() as session:
        people = whole_audiences.list_untouched(session, plan.campaign_id)
        account = imports.find_account(session)
    if not people or account is None:
        return None
    try:
        leaving = _left(deps, plan, people, _members(deps, account, plan.definition.tag_id))
    except (PlatformFailure, StateUnavailable):
        again = deps.clock.now() + _PAUSE
    except _NotYetError as not_yet:
        again = not_yet.until
    except _NotWholeError as why:
        _take_lists(deps, plan, str(why))
        return None
    else:
        if leaving is not None:
            call(deps, plan.campaign_id, leaving)
        return len(people)
    with deps.sessions.begin() as session:
        broadcasting.pace(session, [plan.campaign_id], again)
    return 0


def _left(deps: Deps, plan: Plan, people: Sequence[uuid.UUID], members: set[bytes]) -> List | None:
    saying = say(deps, plan, _ONE)
    if saying is None:
        return None
    with deps.sessions.begin() as session:
        _need_whole(deps, session, plan, people, members)
        is_held = broadcasting.hold_sending(session, plan.campaign_id) is None
        if is_held or not campaign_facts.may_leave(deps, plan.definition):
            return None
        if len(broadcasting.lock_queued(session, plan.campaign_id, people)) < len(people):
            raise _NotWholeError("not_everybody_now")
        _charge(deps, session, plan, people)
        batch_id, client_msg_id = mark(deps, session, plan, saying, people)
        return List(batch_id, client_msg_id, saying.said, tag_id=plan.definition.tag_id)


def _take_lists(deps: Deps, plan: Plan, why: str) -> None:
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        campaigns.note(session, plan.campaign_id, GOVERNOR, whole_audiences.AS_LISTS, now, why=why)


def _members(deps: Deps, account: str, tag_id: int) -> set[bytes]:
    """Return the keyed indexes of everybody who carries the tag."""
    found: set[bytes] = set()
    after: Secret | None = None
    while True:
        page = deps.directory.tagged(tag_id, after)
        found |= {deps.keyring.index("openid", f"{account}\0{one.value}") for one in page.openids}
        if page.after is None:
            return found
        after = page.after


def _need_whole(
    deps: Deps, session: Transaction, plan: Plan, people: Sequence[uuid.UUID], members: set[bytes]
) -> None:
    """Raise unless the tag is the audience, and everybody in it may be written to now."""
    if len(people) < LEAST_LISTED or members != whole_audiences.indexes(session, people):
        raise _NotWholeError("tag_is_another")
    decided = []
    for start in range(0, len(people), MOST_LISTED):
        few = people[start : start + MOST_LISTED]
        sorted_ = campaign_facts.sort(deps, session, plan.definition, few)
        if {why for _, why in sorted_.later} == {Reason.QUIET_HOURS.value}:
            raise _NotYetError(max(at for at, _ in sorted_.later))
        if len(sorted_.now) < len(few):
            raise _NotWholeError("not_everybody_now")
        decided.append(sorted_)
    for sorted_ in decided:
        campaign_facts.keep_sure(deps, session, plan.campaign_id, plan.definition, sorted_)
        if sorted_.later:
            raise _NotYetError(max(at for at, _ in sorted_.later))


def _charge(deps: Deps, session: Transaction, plan: Plan, people: Sequence[uuid.UUID]) -> None:
    now = deps.clock.now()
    month = month_of(now)
    foreign = reaching.count_foreign(session, month)
    rules = deps.contact_book.contact_rules(now)
    most = campaign_facts.most_in_month(rules, plan.definition.klass, foreign)
    if len(broadcasting.charge_month(session, month, people, most)) < len(people):
        raise _NotWholeError("not_everybody_now")
