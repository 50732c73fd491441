"""Whatever goes wrong inside, the answer is quiet: a status, no words, nothing of anybody."""

import pytest
from flask import Flask

from app.core.errors import DatabaseAway, Failure, LenderUnset, NotAllowed, NotFound
from app.deps import Deps
from handlers.factory import create_app

PERSONAL = "oSomebodysOpenid 三万元"


@pytest.fixture
def app(deps: Deps) -> Flask:
    return create_app(deps)


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (NotFound(PERSONAL), 404),
        (NotAllowed(PERSONAL), 403),
        (DatabaseAway(PERSONAL), 503),
        (LenderUnset(PERSONAL), 500),
        (Failure(PERSONAL), 500),
        (ValueError(PERSONAL), 500),
    ],
    ids=lambda given: type(given).__name__,
)
def test_a_failure_is_a_status_and_nothing_else(
    app: Flask, failure: Exception, status: int
) -> None:
    def fail() -> str:
        raise failure

    app.add_url_rule("/fails", view_func=fail)
    answer = app.test_client().get("/fails")
    assert (answer.status_code, answer.data) == (status, b"")


@pytest.mark.parametrize(("method", "status"), [("PUT", 405), ("GET", 404)])
def test_what_flask_itself_refuses_is_as_quiet(app: Flask, method: str, status: int) -> None:
    path = "/healthz" if status == 405 else "/nowhere"
    answer = app.test_client().open(path, method=method)
    assert (answer.status_code, answer.data) == (status, b"")
