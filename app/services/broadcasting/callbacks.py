"""What the platform tells afterwards, and what nobody told: lists that ended, died or got lost."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from app.broadcast.outcomes import Outcome
from app.contact.types import month_of
from app.core.errors import PlatformFailure
from app.core.log import get_logger
from app.deps import Deps
from app.services.broadcasting.lists import finish
from app.steps import recipients
from app.store import broadcasting, mass_batches
from app.store.campaigns import CampaignBatch, ForeignMassJob
from app.store.session import Transaction
from app.wechat.ports import MassState

_FOREIGN_AFTER = timedelta(minutes=10)
"""By then the answer of a call of ours is written down, or its list is known to be nameless."""
_ASK_AFTER = timedelta(minutes=10)
_ASKED_AT_ONCE = 20
_GIVEN_UP_AFTER = timedelta(days=3)
_SUCCESSES = frozenset({"sendsuccess", "success"})

log = get_logger()


def reconcile_mass(deps: Deps) -> None:
    """Settle what died, match what the platform told, ask where it told nothing."""
    _give_up_stalled(deps)
    match_ends(deps)
    _ask(deps)


def _give_up_stalled(deps: Deps) -> None:
    """Call unknown what was leaving when its worker died: nobody is written to again."""
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        broadcasting.give_up_stalled(session, now)
        stalled = [batch.id for batch in mass_batches.list_stalled(session, now)]
    for batch_id in stalled:
        finish(deps, batch_id, Outcome.UNKNOWN, reason="worker_died")


def match_ends(deps: Deps) -> None:
    """Give the counts of finished jobs to their lists; what nobody here started is foreign."""
    long_ago = deps.clock.now() - _FOREIGN_AFTER
    with deps.sessions.begin() as session:
        by_size: dict[object, list[ForeignMassJob]] = {}
        for end in mass_batches.list_ends(session):
            batch = mass_batches.find_by_job(session, end.msg_id)
            if batch is not None:
                _give(deps, session, batch, end)
            elif end.seen_at <= long_ago:
                by_size.setdefault(end.counts.get("TotalCount"), []).append(end)
        for size, ends in by_size.items():
            _adopt(deps, session, size, ends)


def _adopt(deps: Deps, session: Transaction, size: object, ends: list[ForeignMassJob]) -> None:
    """Give ends of one size to the lists of that size whose answers were lost.

    Where there are as many, and all say the same, each list has ended so, whichever is whose. Fewer
    ends, or different ones, wait for the others: while they may be ours they are not foreign.
    """
    now = deps.clock.now()
    lists = mass_batches.list_nameless(session, size, now) if isinstance(size, int) else ()
    says = {(end.status, end.counts.get("SentCount")) for end in ends}
    if lists and (len(ends) < len(lists) or len(says) > 1):
        return
    for batch, end in zip(lists, ends, strict=False):
        batch.msg_id = end.msg_id
        _give(deps, session, batch, end)
    for end in ends[len(lists) :]:
        log.warning("mass_job_is_foreign", month=end.month.isoformat())
        mass_batches.call_foreign(session, end.msg_id, now)


def _give(deps: Deps, session: Transaction, batch: CampaignBatch, end: ForeignMassJob) -> None:
    _close(deps, session, batch, end.status, end.counts)
    mass_batches.forget_end(session, end.msg_id)


def _close(
    deps: Deps,
    session: Transaction,
    batch: CampaignBatch,
    status: str,
    counts: Mapping[str, Any],
) -> None:
    """Write the platform's word on a list; a word that was there before stays."""
    if batch.counts is not None and "SentCount" in batch.counts:
        return
    batch.counts = dict(counts) | {"status": status}
    batch.closed_at = deps.clock.now()
    people = mass_batches.people_of(session, batch)
    if status.replace(" ", "").lower() not in _SUCCESSES:
        _failed(session, batch, status)
        return
    is_whole = mass_batches.counted(batch, counts)
    outcome = Outcome.CONFIRMED if is_whole else Outcome.SENT
    batch.state = outcome.value
    recipients.settle(session, batch.campaign_id, people, outcome, reason=None)


def _failed(session: Transaction, batch: CampaignBatch, status: str) -> None:
    if batch.state == "failed":
        # Told again, or asked for before it was told: the month is given back once.
        return
    people = mass_batches.people_of(session, batch)
    batch.state = "failed"
    recipients.settle(
        session, batch.campaign_id, people, Outcome.FAILED, reason=f"platform:{status}"[:32]
    )
    # Nobody got it, so nobody's month is charged.
    broadcasting.give_month_back(session, month_of(batch.sent_at), people)


def _ask(deps: Deps) -> None:
    """Ask the platform for the end of lists that it has not told of."""
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        silent = [
            (batch.id, batch.msg_id or "")
            for batch in mass_batches.list_unanswered(session, now - _ASK_AFTER, _ASKED_AT_ONCE)
        ]
    for batch_id, msg_id in silent:
        try:
            state = deps.broadcaster.mass_state(msg_id)
        except PlatformFailure:
            # Also said of valid ids: asked again later, and given up in the end.
            state = "sending"
        _asked(deps, batch_id, state)


def _asked(deps: Deps, batch_id: int, state: MassState) -> None:
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        batch = mass_batches.take(session, batch_id)
        if batch.closed_at is not None:
            return
        if state == "fail":
            batch.closed_at, batch.counts = now, {"status": "fail"}
            _failed(session, batch, "fail")
        elif state != "sending" or now - batch.sent_at > _GIVEN_UP_AFTER:
            # Sent, by the platform's word, but to how many it does not say here.
            batch.closed_at, batch.counts = now, {"status": state}
            people = mass_batches.people_of(session, batch)
            recipients.settle(session, batch.campaign_id, people, Outcome.SENT)
