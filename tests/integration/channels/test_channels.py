"""A channel is kept before its code is made; whatever the platform does, nothing is half made."""

from datetime import date

import pytest
from sqlalchemy import select

from app.core.access import Role
from app.core.errors import NotAllowed, NotFound, OutcomeUnknown, PlatformUnreachable
from app.core.types import Scanned
from app.services import channels
from app.services.channels import NewChannel
from app.store import channels as rows
from app.store.channels import Channel, ChannelCost
from app.store.enquiries import Enquiry
from app.store.people import Person
from tests.builders import SALARIED, _envelope, follows, hear, say
from tests.console import an_actor


@pytest.fixture
def maker(deps):
    return an_actor(deps, Role.OPERATOR)


def opened(deps, maker, **given):
    return channels.open_channel(deps, maker, NewChannel("杭州门店", **given))


def channel(deps, channel_id):
    with deps.sessions() as session:
        return session.get_one(Channel, channel_id)


def test_the_row_is_there_first_and_the_code_follows(deps, maker, gateway):
    made = opened(deps, maker, scene="hz-01")
    assert channel(deps, made).code_state == "due"
    assert gateway.codes == []
    assert channels.make_due(deps) == 1
    kept = channel(deps, made)
    assert (kept.code_state, kept.code_until) == ("made", None)
    assert kept.code_url == "http://weixin.qq.com/q/hz-01"
    assert channels.make_due(deps) == 0


def test_a_temporary_code_knows_its_end(deps, maker, clock):
    made = opened(deps, maker, lasting_seconds=3600)
    channels.make_due(deps)
    assert (channel(deps, made).code_until - clock.now()).total_seconds() == 3600


def test_a_code_that_has_run_out_can_be_made_anew(deps, maker, clock, gateway):
    made = opened(deps, maker, scene="fair", lasting_seconds=3600)
    channels.make_due(deps)
    with pytest.raises(NotAllowed):
        channels.make_again(deps, maker, made)
    clock.advance(hours=2)
    channels.make_again(deps, maker, made)
    channels.make_due(deps)
    assert gateway.codes == ["fair", "fair"]
    assert channel(deps, made).code_until > clock.now()


def test_a_refusal_is_kept_with_its_code_and_can_be_asked_again(deps, maker, gateway):
    made = opened(deps, maker)
    gateway.refuse_next(45029)
    assert channels.make_due(deps) == 0
    assert (channel(deps, made).code_state, channel(deps, made).code_error) == ("refused", 45029)
    channels.make_again(deps, maker, made)
    assert channels.make_due(deps) == 1


def test_a_platform_that_is_away_is_asked_again_and_given_up_in_the_end(deps, maker, gateway):
    made = opened(deps, maker)
    for _ in range(5):
        gateway.fail_next(PlatformUnreachable())
        channels.make_due(deps)
    assert channel(deps, made).code_state == "unknown"


def test_a_lost_answer_is_unknown(deps, maker, gateway):
    made = opened(deps, maker)
    gateway.fail_next(OutcomeUnknown())
    channels.make_due(deps)
    assert channel(deps, made).code_state == "unknown"


def test_what_a_dead_worker_left_is_taken_over(deps, maker, clock):
    made = opened(deps, maker)
    with deps.sessions.begin() as session:
        rows.claim_codes(session, clock.now(), clock.now(), 1)
    assert channels.make_due(deps) == 0
    clock.advance(minutes=3)
    assert channels.make_due(deps) == 1
    assert channel(deps, made).code_tries == 2


def test_scenes_are_unique_and_speak_plainly(deps, maker):
    opened(deps, maker, scene="hz-01")
    refusals = {}
    for scene in ("hz-01", "HZ-01", "有字", "x", "follow", "direct", "a" * 41):
        with pytest.raises(NotAllowed) as refused:
            opened(deps, maker, scene=scene)
        refusals[scene] = refused.value.why
    assert refusals.pop("hz-01") == refusals.pop("HZ-01") == "scene_taken"
    assert set(refusals.values()) == {"bad_scene"}


@pytest.mark.parametrize("seconds", [0, 59, 30 * 24 * 3600 + 1])
def test_a_temporary_code_lasts_as_long_as_the_platform_lets_it(deps, maker, seconds):
    with pytest.raises(NotAllowed) as refused:
        opened(deps, maker, lasting_seconds=seconds)
    assert refused.value.why == "bad_lasting"


def test_the_default_poster_may_be_shown(deps):
    assert channels.check_poster(deps, channels.default_poster(deps)) == ()


def test_a_poster_that_lures_is_not_kept(deps, maker):
    made = opened(deps, maker)
    found = channels.describe(
        deps, maker, made, name="店", note="", poster="广告 秒到账，关注送红包"
    )
    assert {finding.rule for finding in found} == {"M-03", "W-10", "M-05"}
    assert channel(deps, made).poster == channels.default_poster(deps)
    poster = channels.default_poster(deps) + "\n杭州文三路店"
    assert channels.describe(deps, maker, made, name="店", note="", poster=poster) == ()
    assert channel(deps, made).poster == poster


def test_costs_are_entered_and_taken_back(deps, maker):
    made = opened(deps, maker)
    days = {"since": date(2026, 11, 1), "until": date(2026, 11, 30)}
    channels.enter_cost(deps, maker, made, **days, fen=300_00, note="印刷")
    with deps.sessions() as session:
        cost = session.scalars(select(ChannelCost)).one()
    channels.remove_cost(deps, maker, made, cost.id)
    with pytest.raises(NotFound):
        channels.remove_cost(deps, maker, made, cost.id)


@pytest.mark.parametrize(
    ("since", "until", "fen", "why"),
    [
        (date(2026, 11, 2), date(2026, 11, 1), 1, "days_reversed"),
        (date(2026, 11, 1), date(2026, 11, 1), 0, "no_cost"),
    ],
)
def test_a_cost_that_makes_no_sense_is_refused(deps, maker, since, until, fen, why):
    made = opened(deps, maker)
    with pytest.raises(NotAllowed) as refused:
        channels.enter_cost(deps, maker, made, since=since, until=until, fen=fen, note="")
    assert refused.value.why == why


def test_nobody_without_the_right_touches_channels(deps, maker):
    made, other = opened(deps, maker), an_actor(deps, Role.APPROVER)
    day = date(2026, 11, 1)
    for attempt in (
        lambda: opened(deps, other),
        lambda: channels.make_again(deps, other, made),
        lambda: channels.describe(deps, other, made, name="x", note="", poster="x"),
        lambda: channels.archive(deps, other, made, archived=True),
        lambda: channels.enter_cost(deps, other, made, since=day, until=day, fen=1, note=""),
        lambda: channels.remove_cost(deps, other, made, 1),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_an_unknown_channel_is_not_found(deps, maker):
    with pytest.raises(NotFound):
        channels.archive(deps, maker, 999_999, archived=True)


def test_the_first_and_the_latest_channel_stay_with_the_person_to_the_enquiry(deps, maker):
    opened(deps, maker, scene="hz-01")
    hear(deps, follows(deps, scene="hz-01"))
    hear(deps, scans(deps, "sh-02"))
    say(deps, *SALARIED, "1")
    with deps.sessions() as session:
        person = session.scalars(select(Person)).one()
        enquiry = session.scalars(select(Enquiry)).one()
    assert (person.first_channel, person.latest_channel) == ("hz-01", "sh-02")
    assert enquiry.channel == "sh-02"


def scans(deps, scene):
    return Scanned(**_envelope(deps, "oPrequalTestPersonNumber0001", "e:scan"), scene=scene)
