"""Serve the phone page and the pictures of QR codes."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, render_template_string, request

from simulator.stage import current_platform

blueprint = Blueprint("page", __name__)

# Nothing from another host, nothing inline: texts of strangers are shown on this page.
_POLICY = "default-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"

_CARD = """<svg xmlns="http://www.w3.org/2000/svg" width="280" height="320" role="img"
 aria-label="{{ scene }}"><rect width="280" height="320" fill="#fff"/>
<rect x="20" y="20" width="240" height="240" fill="none" stroke="#111" stroke-width="10"/>
<text x="140" y="135" font-size="22" text-anchor="middle">扫码关注</text>
<text x="140" y="170" font-size="16" text-anchor="middle">scene</text>
<text x="140" y="295" font-size="18" text-anchor="middle">{{ scene }}</text></svg>"""


@blueprint.get("/")
def phones() -> Response:
    """Serve the page."""
    response = current_app.send_static_file("index.html")
    response.headers["Content-Security-Policy"] = _POLICY
    return response


@blueprint.get("/cgi-bin/showqrcode")
def show_qrcode() -> Response:
    """Draw a card with the scene of a ticket, to be typed into a phone."""
    with current_platform().world.reading() as account:
        scene = account.tickets.get(request.args.get("ticket", ""))
    if scene is None:
        abort(404)
    return Response(render_template_string(_CARD, scene=scene), mimetype="image/svg+xml")
