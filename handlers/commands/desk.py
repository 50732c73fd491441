"""A group of commands that say in one sentence why something could not be done."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from flask.cli import AppGroup

from app.core.access import Actor
from app.core.errors import DatabaseAway, Failure
from app.services import observe, signin
from handlers.bag import bag


class Desk(AppGroup):
    """Like Flask's own group; a failure of ours ends a command with status 1 and its sentence."""

    def command(self, *args: Any, **kwargs: Any) -> Callable[[Callable[..., Any]], click.Command]:  # type: ignore[override]  # noqa: ANN401 - click's own arguments
        """Make a command of a function."""
        make = super().command(*args, **kwargs)
        return lambda function: make(in_plain_words(function))


def acting(by: str) -> Actor:
    """Return who acts on the command line; production asks for that operator's one-time code."""
    deps, code = bag(), None
    if deps.settings.environment != "local":
        code = click.prompt(f"One-time code of {by}", hide_input=True, err=True)
    return signin.at_the_terminal(deps, by, code, f"t-{uuid.uuid4().hex[:16]}")


def in_plain_words(function: Callable[..., Any]) -> Callable[..., Any]:
    """End a command with the sentence of whatever failure of ours it meets."""

    @wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - click's own arguments
        try:
            if not observe.readiness(bag())["database"]:
                raise DatabaseAway
            return function(*args, **kwargs)
        except Failure as failure:
            raise click.ClickException(str(failure)) from None

    return guarded
