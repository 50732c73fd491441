"""A message is worded when it leaves, and the options under it mean what they say."""

import pytest

from app.core.crypto import CannotOpen
from app.dialogue import options
from app.dialogue.positions import position_to_json
from app.dialogue.types import Answer, Known, Position
from app.steps.message_words import (
    REMINDED_TOMORROW,
    options_under,
    seen_last,
    template_fields,
    words_of,
)
from app.store.sending import Story
from tests.unit.steps.people import NOW

APPROVED = Known(quota="approved")


@pytest.fixture
def sealer(bag):
    return bag.keyring.new_person_key()[0]


def worded(bag, key, story, sealer):
    return words_of(bag, key, story, sealer, may_promise_tomorrow=False)


def test_sealed_words_go_out_as_they_are(bag, sealer):
    story = Story("approve", sealer.seal_text("原话"), b"", None)
    assert worded(bag, "late.reply", story, sealer) == "原话"


def test_words_of_another_key_are_not_opened(bag, sealer):
    story = Story("", bag.keyring.new_person_key()[0].seal_text("原话"), b"", None)
    with pytest.raises(CannotOpen):
        worded(bag, "late.reply", story, sealer)


def test_a_reminder_says_where_the_form_was_left_and_offers_to_go_on(bag, sealer):
    position = Position(
        stage="asking", form="personal", version=1, question="region",
        answers={"age_band": Answer("25-34"), "situation": Answer("salaried")},
    )  # fmt: skip
    story = Story("", None, sealer.seal(position_to_json(position)), None)
    told = worded(bag, "reminder.unfinished", story, sealer)
    assert "第3题" in told.replace(" ", "")
    assert all(option.label in told for option in options.PAUSED)


def test_a_case_in_review_is_told_with_its_day(bag, sealer):
    told = worded(bag, "quota.in_review", Story("refer", None, b"", None), sealer)
    assert "11月25日" in told.replace(" ", "")


def test_the_notice_of_progress_names_no_amount_and_no_outcome(bag):
    told = " ".join(template_fields(bag, "quota.approved", NOW).values())
    assert told
    assert not [word for word in ("元", "%", "通过", "拒") if word in told]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("reminder.unfinished", options.PAUSED),
        ("reminder.tomorrow", REMINDED_TOMORROW),
        ("quota.approved", options.after_outcome(APPROVED)),
        ("review.told_approved", options.after_outcome(APPROVED)),
        ("late.reply", ()),
    ],
)
def test_a_message_shows_the_options_of_its_kind(key, expected):
    assert options_under(key, APPROVED) == expected


def test_a_typed_number_means_what_the_last_message_showed():
    position = Position(offered=("q.region.1",))
    offered = seen_last(position, "reminder.tomorrow", APPROVED).offered
    assert offered == tuple(option.id for option in REMINDED_TOMORROW)


@pytest.mark.parametrize("told", [None, "late.reply"])
def test_a_message_without_options_leaves_those_of_the_reply(told):
    position = Position(offered=("q.region.1",))
    assert seen_last(position, told, APPROVED) == position
