"""What a question may speak of here: the forms as they are shipped, and what the account may do."""

from dataclasses import replace

import pytest

from app.audience.parser import parse
from app.audience.vocabulary import TagWords, check, uses
from app.deps import Deps
from app.steps.audience import EVENTS, view_of, vocabulary_of
from app.store.events import Event
from tests.builders import some_settings


@pytest.mark.parametrize(
    "text",
    [
        'answered("region", "330100") and answered("amount_fen", at_least=3000000)',
        'answered("term_months", "12", "24") or answered("situation", "owner")',
        'answered("purpose", "daily", "equipment") and form = "business"',
        'tier = "premium" and reason = "debt_over_stop" and stage = "asking"',
        'question = "income_band" and left_form(older_than_days=3)',
        'tag:"size" and reach:"custom" and received("marketing", within_days=7)',
    ],
)
def test_the_shipped_forms_and_codes_can_be_asked_for(deps: Deps, text: str) -> None:
    words = vocabulary_of(deps, {"size": TagWords("企业规模")})
    assert check(parse(text), words) == ()


def test_what_is_asked_of_means_is_guarded(deps: Deps) -> None:
    words = vocabulary_of(deps)
    guarded = {key for key, one in words.questions.items() if one.is_sensitive}
    assert {"income_band", "debt_band", "credit_record"} <= guarded
    assert uses(parse('answered("debt_band")'), words) == {"debt_band"}


def test_answers_are_called_as_the_form_calls_them(deps: Deps) -> None:
    questions = vocabulary_of(deps).questions
    assert questions["region"].answers["330100"] == "浙江杭州"
    assert questions["situation"].answers["owner"] == "个体户或小微企业主"


def test_every_kind_of_event_that_is_written_can_be_asked_for() -> None:
    described = (Event.__doc__ or "").partition("`kind`:")[2].partition(".")[0]
    assert set(EVENTS) == {kind.strip() for kind in described.replace("\n", " ").split(",")}


def test_channels_are_those_that_the_account_may_use(deps: Deps) -> None:
    assert view_of(deps).channels == {"custom"}
    settings = some_settings(progress_template_id="t1")
    with_template = replace(deps, settings=settings)
    assert view_of(with_template).channels == {"custom", "template"}
    assert not view_of(deps).is_past
    assert view_of(deps, deps.clock.now()).is_past
