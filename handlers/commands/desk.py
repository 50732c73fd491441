"""A group of commands that say in one sentence why something could not be done."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from flask.cli import AppGroup

from app.core.errors import DatabaseAway, Failure
from app.services import observe
from handlers.bag import bag


class Desk(AppGroup):
    """Like Flask's own group; a failure of ours ends a command with status 1 and its sentence."""

    def command(self, *args: Any, **kwargs: Any) -> Callable[[Callable[..., Any]], click.Command]:  # type: ignore[override]  # noqa: ANN401 - click's own arguments
        """Make a command of a function."""
        make = super().command(*args, **kwargs)
        return lambda function: make(in_plain_words(function))


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
