"""Lead from a number or a row to its page, where that page may be opened."""

from typing import Any

from flask import url_for
from werkzeug.routing import BuildError

from handlers.console.frame import actor, guard_of


def link(endpoint: str, **values: Any) -> str | None:  # noqa: ANN401 - what an address is made of
    """Return the address of a page; None when it is not for this person.

    Values that make no address of it lead nowhere either: what they name is gone.
    """
    needed = guard_of(endpoint).permissions or ()
    try:
        return url_for(endpoint, **values) if actor().may(*needed) else None
    except BuildError:
        return None
