"""Why something was not allowed is told in the words of the page it happened on."""

import pytest

from app.deps import Deps
from handlers.console.frame import refused
from handlers.console.words import words
from handlers.factory import create_app


@pytest.mark.parametrize(
    ("page", "area", "why"),
    [
        ("/console/exports/", "exports", "no_file"),
        ("/console/models/", "models", "no_file"),
        ("/console/campaigns/", "campaigns", "lapsed"),
        ("/console/templates/", "templates", "saved_meanwhile"),
        ("/console/segments/", "segments", "saved_meanwhile"),
    ],
)
def test_two_areas_may_use_one_code_each_with_its_own_words(
    deps: Deps, page: str, area: str, why: str
) -> None:
    with create_app(deps).test_request_context(page):
        assert refused(why) == words(area)["refusals"][why]


def test_a_code_of_another_area_is_told_in_its_words(deps: Deps) -> None:
    with create_app(deps).test_request_context("/console/tags/imports/"):
        assert refused("import_state") in {
            words(area)["refusals"]["import_state"] for area in ("outcomes", "tags")
        }
        assert refused("nobody_knows") == words("refusals")["not_allowed"]
