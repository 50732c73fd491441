"""The operators' console under /console: its areas, its guard, its headers."""

from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from flask import Blueprint, Flask, Response, request, url_for
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect

from app.core.clock import SHANGHAI
from app.deps import Deps
from handlers.bag import bag
from handlers.console import (
    account,
    accounts,
    approvals,
    audit,
    campaign_acts,
    campaign_editor,
    campaign_tests,
    campaigns,
    channels,
    complaints,
    content,
    decisions,
    experiments,
    exports,
    figures,
    frame,
    funnel,
    inbox,
    incidents,
    menu,
    models,
    monitoring,
    outcomes,
    people,
    person_acts,
    revealing,
    reviews,
    rights,
    segments,
    standing,
    stops,
    tag_files,
    tags,
    templates,
    today,
    why_not,
)
from handlers.console.words import all_words

AREAS: tuple[ModuleType, ...] = (
    account,
    accounts,
    approvals,
    audit,
    campaign_acts,
    campaign_editor,
    campaign_tests,
    campaigns,
    channels,
    complaints,
    content,
    decisions,
    experiments,
    exports,
    figures,
    funnel,
    inbox,
    incidents,
    models,
    monitoring,
    outcomes,
    people,
    person_acts,
    revealing,
    reviews,
    rights,
    segments,
    stops,
    tag_files,
    tags,
    templates,
    today,
    why_not,
)
"""Each has a `blueprint`; a new area is added here, and its pages in `menu.py`."""

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HTMX = "htmx-2.min.js"


def register_console(app: Flask, deps: Deps) -> CSRFProtect:
    """Offer every page of the console; return the guard against forged requests."""
    app.secret_key = deps.settings.secret_key.get_secret_value()
    app.config.update(
        SESSION_COOKIE_NAME="prequal_console",
        SESSION_COOKIE_PATH=frame.PREFIX,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=deps.settings.base_url.startswith("https://"),
        # As long as the session lasts; the session itself has its own end.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        WTF_I18N_ENABLED=False,
        BOOTSTRAP_SERVE_LOCAL=True,
    )
    Bootstrap5(app)
    app.register_blueprint(_assets())
    for area in AREAS:
        app.register_blueprint(area.blueprint)
    app.before_request(frame.check)
    app.after_request(_seal)
    app.jinja_env.globals.update(words=all_words(), menu=menu.of)
    app.jinja_env.filters.update(shanghai=shanghai)
    app.context_processor(_facts)
    return CSRFProtect(app)


def shanghai(moment: datetime, form: str = "%m-%d %H:%M") -> str:
    """Write a moment as people in Shanghai read it."""
    return moment.astimezone(SHANGHAI).strftime(form)


def _assets() -> Blueprint:
    """Serve htmx from the package that carries it; the package itself is never imported."""
    spec = find_spec("django_htmx")
    if spec is None or spec.origin is None:
        raise RuntimeError("django-htmx is not installed")
    folder = Path(spec.origin).parent / "static" / "django_htmx"
    return Blueprint("assets", __name__, static_folder=folder, static_url_path="/console/assets")


def _facts() -> dict[str, object]:
    """Return what the layout of every page shows."""
    if not frame.is_console():
        return {}
    return {
        "me": frame.signed_in(),
        "now": bag().clock.now(),
        "htmx_url": url_for("assets.static", filename=_HTMX),
        "standing_stops": standing.stops,
        "open_incidents": standing.incidents,
    }


def _seal(response: Response) -> Response:
    """Let the console run its own scripts only, and leave nothing in caches or frames."""
    if frame.is_console() or request.path.startswith("/bootstrap/"):
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers.add("Vary", "HX-Request")
    return response
