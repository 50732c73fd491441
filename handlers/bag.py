"""Reach the bag from inside a request or a command."""

from typing import cast

from flask import current_app

from app.deps import Deps


def bag() -> Deps:
    """Return the application's bag."""
    return cast(Deps, current_app.extensions["deps"])
