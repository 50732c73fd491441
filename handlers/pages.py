"""The public pages: what we do with data, how to complain, and a copy of one's own data."""

from typing import Any

from flask import Blueprint, Response, render_template, url_for

from app.core.errors import NotFound
from app.services import privacy
from handlers.bag import bag

blueprint = Blueprint("pages", __name__)

_CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)


@blueprint.after_app_request
def guard(response: Response) -> Response:
    """Let nothing of ours run a script, sit in a frame, be guessed at, or leave traces."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _CONTENT_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer")
    # Static files name their own; everything else is made for one moment or one person.
    headers.setdefault("Cache-Control", "no-store")
    return response


@blueprint.get("/")
def home() -> str:
    """Say what this is."""
    settings = bag().settings
    phone = settings.wechat_api_base_url if settings.simulator == "on" else ""
    return _page("home", **privacy.public_page(bag()), phone_url=phone)


@blueprint.get("/privacy")
def notice() -> str:
    """Show the privacy notice."""
    return _page("privacy", **privacy.notice_page(bag()))


@blueprint.get("/complaint")
def complaint() -> str:
    """Say how to complain, to us and about us."""
    return _page("complaint", **privacy.public_page(bag()))


@blueprint.get("/export/<token>")
def export(token: str) -> Response:
    """Show a person's copy of their data; the link itself is the proof of who asks."""
    try:
        page = privacy.export_page(bag(), token)
    except NotFound:
        return Response(_page("gone", **privacy.public_page(bag())), status=404)
    download = url_for("pages.download", token=token)
    return Response(_page("export", **page, download_url=download))


@blueprint.get("/export/<token>.json")
def download(token: str) -> Response:
    """Hand over the copy as a file."""
    try:
        copy = privacy.read_export(bag(), token)
    except NotFound:
        return Response(_page("gone", **privacy.public_page(bag())), status=404)
    response = Response(copy.to_json(), mimetype="application/json")
    response.headers["Content-Disposition"] = "attachment; filename=my-data.json"
    return response


def _page(name: str, **facts: Any) -> str:  # noqa: ANN401 - whatever the template names
    return render_template(f"pages/{name}.html", **facts)
