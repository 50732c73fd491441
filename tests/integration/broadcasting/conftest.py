"""An account that is opened for sending."""

from dataclasses import replace

import pytest

from app.store.campaigns import SendingMode
from tests.integration.broadcasting.crowds import Generous


@pytest.fixture
def deps(deps):
    with deps.sessions.begin() as session:
        session.add(SendingMode(id=1, mode="open", set_by="安", set_at=deps.clock.now()))
    return replace(deps, throttle=Generous())
