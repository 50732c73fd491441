"""A whole bag that touches nothing: its database and Redis are nowhere."""

from dataclasses import replace

import pytest

from app.bootstrap import build_deps
from tests.builders import some_settings
from tests.fakes import FixedClock


@pytest.fixture(scope="session")
def bag():
    return replace(build_deps(some_settings()), clock=FixedClock())


@pytest.fixture
def limited(bag):
    """The same bag under other settings."""

    def limited(**settings):
        return replace(bag, settings=bag.settings.model_copy(update=settings))

    return limited
