"""The file of a campaign: what is read, and every mistake in one list."""

from datetime import UTC, datetime

import pytest

from app.broadcast.types import Channel, Mistake, Unfit, read_definition

PLAIN = {
    "name": "周三知识",
    "class": "education",
    "channel": "mass",
    "segment": "all",
    "content": {"text": "征信报告怎么看"},
}


def mistakes(**changes):
    with pytest.raises(Unfit) as unfit:
        read_definition({**PLAIN, **changes})
    return {one.where: one.says for one in unfit.value.mistakes}


def test_a_plain_file_goes_now_to_everybody_with_one_content():
    read = read_definition(PLAIN)
    assert (read.channel, read.schedule.at, read.throttle.calls_per_minute) == (
        Channel.MASS,
        "now",
        None,
    )
    assert [one.text for one in read.contents.values()] == ["征信报告怎么看"]


def test_what_is_kept_reads_back_as_the_same():
    schedule = {"at": "2026-11-26T10:00", "hours": {"from": "09:00", "to": "20:00"}}
    read = read_definition({**PLAIN, "schedule": schedule, "calls_per_minute": 30})
    assert read_definition(read.to_json()) == read
    assert read_definition(read.to_json()).as_text() == read.as_text()


def test_a_time_without_a_zone_is_one_of_shanghai():
    read = read_definition({**PLAIN, "schedule": {"at": "2026-11-26T10:00"}})
    assert read.schedule.at == datetime(2026, 11, 26, 2, tzinfo=UTC)


def test_every_mistake_of_form_is_in_one_list():
    found = mistakes(
        name="", channel="pigeon", people_per_minute=0, schedule={"at": "soon"}, colour="red"
    )
    assert {one.split(".")[0] for one in found} == {
        *("name", "channel", "people_per_minute", "schedule", "colour")
    }


def test_a_sentence_names_every_mistake():
    assert str(Unfit(Mistake("name", "is missing"), Mistake("", "odd"))).splitlines()[1:] == [
        *("  - name: is missing", "  - odd")
    ]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"class": "marketing", "channel": "template"}, "channel"),
        ({"class": "decision"}, "class"),
        ({"content": None}, "content"),
        ({"content": {"text": "一", "media_id": "二"}}, "content"),
        ({"content": {"text": "一", "data": {"a": "b"}}}, "content"),
        ({"content": {"template_id": "t"}}, "content"),
        ({"channel": "template"}, "content"),
        ({"channel": "service", "content": {"media_id": "m"}}, "content"),
        ({"schedule": {"hours": {"from": "20:00", "to": "09:00"}}}, "schedule.hours"),
        ({"schedule": {"every": "week"}}, "cap_people"),
        (
            {"schedule": {"every": "week"}, "cap_people": 9, "content": {"media_id": "m"}},
            "schedule.every",
        ),
        ({"tag_id": 7, "people_per_minute": 9}, "tag_id"),
        ({"tag_id": 7, "channel": "service"}, "tag_id"),
        (
            {"schedule": {"at": "2026-11-26T10:00", "until": "2026-11-26T09:00"}},
            "schedule",
        ),
    ],
)
def test_what_does_not_fit_together_is_named(changes, where):
    assert where in mistakes(**changes)


def variant(name, share, **content):
    return {"name": name, "share": share, "content": content or {"text": name}}


@pytest.mark.parametrize(
    "variants",
    [
        [variant("A", 0.5), variant("A", 0.5)],
        [variant("A", 0.5), variant("B", 0.4)],
    ],
)
def test_variants_have_names_of_their_own_and_share_everybody(variants):
    assert "variants" in mistakes(content=None, variants=variants)


def test_a_variant_that_the_channel_does_not_carry_is_named():
    variants = [variant("A", 0.5), variant("B", 0.5, template_id="t")]
    assert "variants.B.content" in mistakes(content=None, variants=variants)


def test_a_text_that_is_no_time_is_named():
    assert "schedule.until" in mistakes(schedule={"until": "whenever"})


def test_what_people_read_of_a_template_stands_in_its_fields():
    template = {"template_id": "T1", "data": {"thing1": "周三知识"}}
    read = read_definition(
        {**PLAIN, "class": "service", "channel": "template", "content": template}
    )
    assert read.contents[""].words == {"data.thing1": "周三知识"}
    assert read.contents[""].to_json() == template
    assert read_definition(PLAIN).contents[""].words == {"text": "征信报告怎么看"}


def test_people_are_divided_only_where_there_are_variants():
    assert read_definition(PLAIN).split is None
    halves = [{"name": name, "content": {"text": name}, "share": 0.5} for name in "AB"]
    read = read_definition({**PLAIN, "content": None, "variants": halves})
    assert read.split is not None
    assert [(arm.name, arm.share) for arm in read.split.arms] == [("A", 0.5), ("B", 0.5)]
    assert (read.split.hold_out, read.split.sample) == (0.0, 1.0)


def test_a_start_may_be_given_as_a_moment():
    at = datetime(2026, 11, 26, 2, tzinfo=UTC)
    assert read_definition({**PLAIN, "schedule": {"at": at}}).schedule.at == at


@pytest.mark.parametrize(
    ("hour", "opens"),
    [
        (0, datetime(2026, 11, 26, 1, tzinfo=UTC)),
        (1, None),
        (11, None),
        (12, datetime(2026, 11, 27, 1, tzinfo=UTC)),
    ],
)
def test_the_hours_open_the_same_morning_or_the_next_and_within_them_nobody_waits(hour, opens):
    read = read_definition({**PLAIN, "schedule": {"hours": {"from": "09:00", "to": "20:00"}}})
    assert read.schedule.hours is not None
    now = datetime(2026, 11, 26, hour, tzinfo=UTC)
    assert read.schedule.hours.opening(now) == opens
