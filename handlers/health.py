"""Say how the process is: alive, able to serve, and in numbers."""

from flask import Blueprint, Response, jsonify

from app.services import observe
from handlers.bag import bag

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """Answer as long as the process can answer at all; asks nothing of anybody."""
    return Response("ok", mimetype="text/plain")


@blueprint.get("/readyz")
def ready() -> Response:
    """Say whether database, migrations and Redis let this installation work."""
    checks = observe.readiness(bag())
    response = jsonify(checks)
    response.status_code = 200 if all(checks.values()) else 503
    return response


@blueprint.get("/metrics")
def metrics() -> Response:
    """Give the numbers in Prometheus text: counted from rows, timed by all processes together."""
    text, content_type = observe.metrics(bag())
    return Response(text, content_type=content_type)
