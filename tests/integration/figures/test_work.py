"""Costs and the staff's work on the board: shared by days, by channel, in time or not."""

from datetime import date, timedelta

import pytest

from app.core.clock import SHANGHAI
from app.deps import Deps
from app.queries import figures
from app.queries.spans import Span
from app.store.channels import Channel, ChannelCost
from app.store.messages import Note
from app.store.people import Person
from app.store.replies import Rating
from tests.builders import finish, follows, hear
from tests.fakes import FixedClock

TODAY = date(2026, 11, 23)
SPAN = Span(TODAY - timedelta(days=6), TODAY)


def told(deps: Deps, span: Span = SPAN) -> dict[str, float | None]:
    board = figures.board(deps, span)
    return {one.key: one.value for group in board.groups.values() for one in group}


@pytest.fixture
def poster(deps: Deps) -> int:
    """A channel that cost 700 yuan over seven days, two of them in the span."""
    with deps.sessions.begin() as session:
        channel = Channel(
            scene="poster-7",
            name="海报七",
            made_by="安",
            made_at=deps.clock.now(),
            code_state="made",
        )
        session.add(channel)
        session.flush()
        session.add(
            ChannelCost(
                channel_id=channel.id,
                since=SPAN.first - timedelta(days=5),
                until=SPAN.first + timedelta(days=1),
                fen=70_000,
                entered_by="安",
                entered_at=deps.clock.now(),
            )
        )
        return channel.id


def test_what_a_channel_cost_is_shared_by_those_it_brought(deps: Deps, poster: int) -> None:
    for number in range(4):
        hear(deps, follows(deps, f"oPrequalPosterPerson{number:08d}", scene="poster-7"))
    hear(deps, follows(deps, "oPrequalOtherPersonNumber001", scene="fair-2"))
    board = told(deps)
    assert board["cost"] == 20_000
    assert board["cost_a_follow"] == 5_000
    assert board["cost_a_form"] is None
    assert board["cost_an_approval"] is None


def test_costs_taken_back_or_of_other_days_do_not_count(deps: Deps, poster: int) -> None:
    assert told(deps, Span(TODAY, TODAY))["cost"] is None
    with deps.sessions.begin() as session:
        session.query(ChannelCost).update({"removed_at": deps.clock.now()})
    assert told(deps)["cost"] is None


def test_what_the_staff_answered_in_time_and_how_it_was_liked(
    deps: Deps, clock: FixedClock
) -> None:
    finish(deps)
    now = clock.now()
    with deps.sessions.begin() as session:
        person = session.query(Person).one()
        for minutes, due in ((10, 60), (30, 20), (50, 60)):
            session.add(
                Note(
                    person_id=person.id,
                    kind="human",
                    words_sealed=b"",
                    state="answered",
                    left_at=now - timedelta(minutes=minutes),
                    due_at=now - timedelta(minutes=minutes) + timedelta(minutes=due),
                    answered_at=now,
                )
            )
        for score in (3, 3, 1):
            session.add(Rating(score=score, rated_at=now))
    board = told(deps)
    assert board["notes_answered"] == 3
    assert board["first_answer"] == 30 * 60
    assert board["notes_in_time"] == pytest.approx(2 / 3)
    assert board["rating"] == pytest.approx(7 / 3)
    assert now.astimezone(SHANGHAI).date() == TODAY
