"""A time without a zone is a mistake of ours, and is caught before it is stored."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from app.deps import Deps
from app.store import outbox
from app.store.messages import OutboxRow


def test_a_time_without_a_zone_never_reaches_the_store(deps: Deps) -> None:
    naive = datetime(2026, 11, 23, 10)  # noqa: DTZ001 - the mistake itself
    with pytest.raises(StatementError, match="without a zone"), deps.sessions.begin() as session:
        outbox.add(session, "score_due", "trail", naive)


def test_times_come_back_as_moments_in_utc(deps: Deps) -> None:
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        outbox.add(session, "score_due", "trail", now)
    with deps.sessions() as session:
        found = session.scalars(select(OutboxRow.created_at)).one()
    assert found == now
    assert found.utcoffset() == now.utcoffset()
