"""Begin to decide anew about the quotas that hold; rows first, the queue does the rest."""

from app.core.jobs import JobName
from app.deps import Deps
from app.store import outbox
from app.store.rescoring import RescoreRun
from app.store.session import Transaction


def begin(deps: Deps, session: Transaction, by: str, reason: str) -> RescoreRun:
    """Leave a run, and wake a worker when this is committed."""
    now = deps.clock.now()
    run = RescoreRun(state="open", made_by=by, made_at=now, reason=reason[:500])
    session.add(run)
    session.flush()
    outbox.add(session, JobName.RESCORE_DUE.value, f"rescore-{run.id}", now)
    return run
