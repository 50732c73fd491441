"""An account that is opened for sending."""

from dataclasses import replace

import pytest

from app.store.campaigns import SendingMode
from tests.integration.broadcasting.crowds import HANDS, Generous


@pytest.fixture
def deps(deps):
    with deps.sessions.begin() as session:
        session.add(SendingMode(id=1, mode="open", set_by="安", set_at=deps.clock.now()))
    return replace(deps, throttle=Generous())


@pytest.fixture(autouse=True)
def one_hand(monkeypatch):
    """Whoever comes first is sent to first; tests of many hands say so."""
    monkeypatch.setattr(HANDS, 1)
