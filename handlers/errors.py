"""Our exceptions as HTTP answers, in one table; nothing personal and no traceback ever goes out."""

from flask import Flask, Response, render_template
from flask_wtf.csrf import CSRFError
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
from handlers.console.frame import is_console, refused
from handlers.console.words import words

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
    status = _STATUS.get(type(failure), 500)
    if is_console():
        why = failure.why if isinstance(failure, NotAllowed) else ""
        return _page(status, refused(why) if why else "")
    return _quiet(status)


def _unforeseen(error: Exception) -> Response:
    if isinstance(error, HTTPException):
        status = error.code or 500
        if is_console() and error.response is None:
            return _page(status, refused("forged") if isinstance(error, CSRFError) else "")
        return _quiet(status)
    # The exception's text may hold what a person wrote: its type and place are enough to find it.
    get_logger().error("unforeseen", exc_info=error)
    return _page(500, "") if is_console() else _quiet(500)


def _page(status: int, sentence: str) -> Response:
    """Tell an operator what happened, and what to do next; without the database too."""
    told = words("frame")["errors"]
    shown = told.get(str(status), told["500"])
    page = render_template("console/error.html", status=status, shown=shown, sentence=sentence)
    return Response(page, status=status)


def _quiet(status: int) -> Response:
    return Response(status=status, mimetype="text/plain")
