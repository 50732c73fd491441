"""Our exceptions as HTTP answers, in one table; nothing personal and no traceback ever goes out."""

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from app.core.errors import (
    BadEnvelope,
    DatabaseAway,
    Failure,
    ForgedEnvelope,
    NotAllowed,
    NotFound,
)
from app.core.log import get_logger

_STATUS: dict[type[Failure], int] = {
    ForgedEnvelope: 403,
    BadEnvelope: 400,
    NotAllowed: 403,
    NotFound: 404,
    DatabaseAway: 503,
}


def register_errors(app: Flask) -> None:
    """Answer every failure quietly."""
    app.register_error_handler(Failure, _failure)
    app.register_error_handler(Exception, _unforeseen)


def _failure(failure: Failure) -> Response:
    return _quiet(_STATUS.get(type(failure), 500))


def _unforeseen(error: Exception) -> Response:
    if isinstance(error, HTTPException):
        return _quiet(error.code or 500)
    # The exception's text may hold what a person wrote: its type and place are enough to find it.
    get_logger().error("unforeseen", exc_info=error)
    return _quiet(500)


def _quiet(status: int) -> Response:
    return Response(status=status, mimetype="text/plain")
