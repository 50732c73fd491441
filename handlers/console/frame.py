"""What every page of the console stands on: who asks, may they, and how a page is shown.

A view without `needs` is refused before it runs, so that a forgotten guard is a closed door.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar, cast

from flask import (
    Response,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from app.core.access import Actor, Permission
from app.core.errors import NotAllowed
from app.core.log import trail
from app.services import signin
from app.services.signin import SignedIn
from handlers.bag import bag
from handlers.console.words import all_words, words

P = ParamSpec("P")
R = TypeVar("R")
View = Callable[P, R]

TOKEN = "operator"  # noqa: S105 - the name of a place in the session
PREFIX = "/console"


@dataclass(frozen=True, slots=True)
class Guard:
    """Who may open a view. `permissions` None: somebody who is not signed in yet."""

    permissions: tuple[Permission, ...] | None
    is_fresh: bool = False


def needs(*permissions: Permission, fresh: bool = False) -> Callable[[View[P, R]], View[P, R]]:
    """Guard a view: every one of these permissions, and with `fresh` a password given just now."""

    def guarded(view: View[P, R]) -> View[P, R]:
        view.guard = Guard(permissions, fresh)  # type: ignore[attr-defined]  # read by `guard_of`
        return view

    return guarded


def before_sign_in(view: View[P, R]) -> View[P, R]:
    """Mark one of the few views that are there for somebody who is not signed in yet."""
    view.guard = Guard(None)  # type: ignore[attr-defined]  # read by `guard_of`
    return view


def guard_of(endpoint: str) -> Guard:
    """Return the guard of a view of the console; raise RuntimeError where it was forgotten."""
    guard = getattr(current_app.view_functions[endpoint], "guard", None)
    if not isinstance(guard, Guard):
        raise RuntimeError(f"{endpoint} has no guard.")  # noqa: TRY004 - it is our own mistake
    return guard


def check() -> AnyResponse | None:
    """Look, before any view of the console runs, who asks and whether they may."""
    if not is_console() or request.endpoint in (None, "assets.static"):
        return None
    guard = guard_of(str(request.endpoint))
    if guard.permissions is None:
        return None
    person = signed_in()
    if person is None or person.stage != "open":
        return _to_sign_in()
    actor().require(*guard.permissions)
    must_confirm = guard.is_fresh and not person.is_fresh
    return _go(url_for("account.confirm", next=_here())) if must_confirm else None


def signed_in() -> SignedIn | None:
    """Return who is signed in; looked up once a request."""
    if "signed_in" not in g:
        token = session.get(TOKEN)
        is_poll = request.headers.get("X-Poll") == "1"
        g.signed_in = signin.current(bag(), token, is_poll=is_poll) if token else None
        if token and g.signed_in is None:
            session.clear()
    return cast(SignedIn | None, g.signed_in)


def actor() -> Actor:
    """Return who acts in this request; raise `NotAllowed` when nobody is signed in."""
    person = signed_in()
    if person is None:
        raise NotAllowed("Nobody is signed in.", why="session_ended")
    if "actor" not in g:
        g.actor = person.actor(request_id())
    return cast(Actor, g.actor)


def request_id() -> str:
    """Return the id that joins this request's log lines and audit rows."""
    if "request_id" not in g:
        g.request_id = f"c-{uuid.uuid4().hex[:16]}"
    return cast(str, g.request_id)


def show(template: str, **facts: Any) -> str:  # noqa: ANN401 - whatever the template names
    """Render a page; for HTMX only its content, so that every fragment is a page with a URL."""
    is_part = request.headers.get("HX-Request") == "true" and "HX-Boosted" not in request.headers
    layout = "console/_part.html" if is_part else "console/_layout.html"
    with trail(request_id()):
        return render_template(f"console/{template}", layout=layout, **facts)


def done(key: str, url: str, **values: object) -> AnyResponse:
    """Say that something was done, in the words of `<area>.<name>`, and go on to a page."""
    area, _, name = key.partition(".")
    flash(words(area)["done"][name].format(**values), "ok")
    return _go(url)


def refused(why: str) -> str:
    """Return the words that tell somebody why something was not allowed: the page's own first."""
    own, shared = all_words().get(request.blueprint or "", {}), words("refusals")
    return str(own.get("refusals", {}).get(why) or shared.get(why) or shared["not_allowed"])


def start_session(token: str) -> None:
    """Put a new token into an emptied session, so that nothing of before is carried along."""
    session.clear()
    session[TOKEN] = token
    g.pop("signed_in", None)
    g.pop("actor", None)


def is_console() -> bool:
    """Say whether this request is for the console."""
    return request.path == PREFIX or request.path.startswith(f"{PREFIX}/")


def safe_next(address: str | None) -> str:
    """Return where to go on: a page of the console, whatever the address bar says."""
    asked = address or ""
    is_ours = asked.startswith(f"{PREFIX}/") and "\\" not in asked and "//" not in asked
    return asked if is_ours and asked.isprintable() else url_for("account.home")


def _here() -> str:
    if request.method == "GET":
        return request.full_path.rstrip("?")
    referrer = request.headers.get("Referer", "")
    return referrer.removeprefix(request.host_url.rstrip("/"))


def _to_sign_in() -> AnyResponse:
    person = signed_in()
    endpoint = "account.code" if person is not None and person.stage == "password" else None
    if person is not None and person.stage == "enrol":
        endpoint = "account.enrol"
    return _go(url_for(endpoint or "account.sign_in", next=_here()))


def _go(url: str) -> AnyResponse:
    """Go to a page; HTMX is told to move the whole page, not to paste it into a part."""
    if request.headers.get("HX-Request") == "true":
        return Response(status=204, headers={"HX-Redirect": url})
    return redirect(url, code=303)
