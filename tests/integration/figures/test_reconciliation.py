"""Every number of funnel and board is what a slow recount of a diary says, erased people too."""

from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.core.clock import SHANGHAI
from app.deps import Deps
from app.queries import figures, funnel, funnel_people
from app.queries.funnel import View
from app.queries.spans import Span
from app.store.messages import Message
from app.store.people import Person
from app.store.work_figures import Cost
from tests.fakes import FixedClock, RecordingGateway
from tests.integration.figures.histories import Diary, Entry, live, within


@pytest.fixture(params=[1, 2, 3])
def diary(
    deps: Deps, clock: FixedClock, gateway: RecordingGateway, request: pytest.FixtureRequest
) -> Diary:
    return live(deps, clock, gateway, request.param)


def spans(deps: Deps) -> list[Span]:
    today = deps.clock.now().astimezone(SHANGHAI).date()
    return [
        Span(today - timedelta(days=25), today),
        Span(today - timedelta(days=12), today - timedelta(days=3)),
        Span(today, today),
    ]


def count(entries: list[Entry], kind: str, *details: str, form: str = "") -> int:
    """Count one by one."""
    found = 0
    for one in entries:
        if one.kind == kind and (not details or one.detail in details):
            found += 1 if form in ("", one.form) else 0
    return found


@pytest.mark.parametrize("channel", ["", "poster-7"])
def test_the_funnel_is_what_a_recount_says(deps: Deps, diary: Diary, channel: str) -> None:
    for span in spans(deps):
        for form in deps.forms.forms:
            page = funnel.funnel_page(deps, View(span, form, channel))
            here = [
                one
                for one in within(diary.entries, span.first, span.last)
                if channel in ("", one.channel)
            ]
            told = {stage.name: stage.count for stage in page.stages}
            name = form.name
            begun = (
                count(here, "answered", "situation", form="business")
                if name == "business"
                else count(here, "reached", "age_band", form=name)
            )
            assert told == {
                "followed": count(here, "followed"),
                "consented": count(here, "consented", "answers"),
                "started": begun,
                "submitted": count(here, "submitted", form=name),
                "decided": count(here, "decided", form=name),
                "told": count(here, "told", "approve", "decline", form=name),
                "handover": count(here, "handover", form=name),
            }
            for one in page.questions:
                # The answer that leads to the owners' form counts where it was asked.
                of_form = "" if one.key == "situation" else name
                assert one.reached == count(here, "reached", one.key, form=name)
                assert one.answered == count(here, "answered", one.key, form=of_form)
                assert one.median_seconds == slow_median(deps, diary, here, name, one.key)


def slow_median(
    deps: Deps, diary: Diary, here: list[Entry], form: str, question: str
) -> int | None:
    """Sort every single answer time of who was still here at the night of that day."""
    alive = still_here(deps)
    times = []
    for one in here:
        if one.kind != "answered" or one.detail != question:
            continue
        if question != "situation" and one.form != form:
            continue
        if not was_here_at_night(diary, one, alive):
            continue
        seen = [
            other.at
            for other in diary.entries
            if (other.person, other.kind, other.detail) == (one.person, "reached", question)
            and other.at < one.at
        ]
        if seen:
            times.append(rounded(int((one.at - max(seen)).total_seconds())))
    return sorted(times)[(len(times) - 1) // 2] if times else None


def rounded(seconds: int) -> int:
    """Keep two digits."""
    size = max(0, len(str(seconds)) - 2)
    return seconds // 10**size * 10**size


def still_here(deps: Deps) -> set[object]:
    with deps.sessions() as session:
        return set(session.scalars(select(Person.id).where(Person.state != "erased")))


def was_here_at_night(diary: Diary, one: Entry, alive: set[object]) -> bool:
    """Say whether nobody erased the person before the night after that day."""
    return one.person in alive or diary.gone[one.person] > one.day


def test_the_board_is_what_a_recount_says(deps: Deps, diary: Diary) -> None:
    for span in spans(deps):
        page = figures.board(deps, span)
        told = {one.key: one.value for group in page.groups.values() for one in group}
        before = {one.key: one.before for group in page.groups.values() for one in group}
        assert told == recount(deps, diary, span)
        assert before == recount(deps, diary, span.before)


def recount(deps: Deps, diary: Diary, span: Span) -> dict[str, float | None]:
    """Count every number of the board one by one."""
    here = within(diary.entries, span.first, span.last)
    with deps.sessions() as session:
        messages = [
            message
            for message in session.scalars(select(Message))
            if message.finished_at is not None
            and span.first <= message.finished_at.astimezone(SHANGHAI).date() <= span.last
        ]
    states = Counter(message.state for message in messages)
    sent = states["sent"] + states["confirmed"]
    approved = count(here, "decided", "approve") + count(here, "reviewed", "approve")
    declined = count(here, "decided", "decline") + count(here, "reviewed", "decline")
    middles = [one for one in diary.middles if span.first <= one[0] <= span.last]
    left_after = count(here, "unfollowed") - count(here, "unfollowed", "")
    return {
        "new": count(here, "followed", "new"),
        "returned": count(here, "followed", "again"),
        "left": count(here, "unfollowed"),
        "active_a_day": slow_active(deps, diary, span),
        **dict.fromkeys(("cost", "cost_a_follow", "cost_a_form", "cost_an_approval")),
        "submitted": count(here, "submitted"),
        "decided": count(here, "decided"),
        "pass_rate": share(approved, approved + declined),
        "refer_rate": share(count(here, "decided", "refer"), count(here, "decided")),
        "average_range": share(sum(middle for _, middle in middles), len(middles)),
        "handed_over": count(here, "handover"),
        "sent": sent,
        "refused": states["refused"],
        "unknown": states["unknown"],
        "untold": states["untold"],
        "left_after": share(left_after, sent),
        "notes_answered": 0,
        **dict.fromkeys(("first_answer", "notes_in_time", "reviews_in_time", "rating")),
        **dict.fromkeys(("overdue_rate", "bad_rate")),
    }


def share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


OWN = {"followed", "scanned", "menu", "messaged"}


def slow_active(deps: Deps, diary: Diary, span: Span) -> float:
    alive, total = still_here(deps), 0
    for day in span.dates:
        total += len(
            {
                one.person
                for one in diary.entries
                if one.day == day and one.kind in OWN and was_here_at_night(diary, one, alive)
            }
        )
    return round(total / span.days, 1)


def test_the_board_and_the_funnel_tell_the_same(deps: Deps, diary: Diary) -> None:
    for span in spans(deps):
        board = figures.board(deps, span)
        told = {one.key: one.value for group in board.groups.values() for one in group}
        pages = [funnel.funnel_page(deps, View(span, form)) for form in deps.forms.forms]
        stages = [{stage.name: stage.count for stage in page.stages} for page in pages]
        assert told["new"] + told["returned"] == stages[0]["followed"]
        for ours, theirs in (
            ("submitted", "submitted"),
            ("decided", "decided"),
            ("handed_over", "handover"),
        ):
            assert told[ours] == sum(one[theirs] for one in stages)
        assert sum(board.followed) == stages[0]["followed"]
        assert sum(board.submitted) == told["submitted"]
        assert sum(board.outcomes.values()) == told["decided"]
        channels = [one.followed for one in pages[0].by_channel]
        assert sum(channels) == stages[0]["followed"]


def test_who_stands_behind_a_bar_is_who_the_diary_names(deps: Deps, diary: Diary) -> None:
    span, alive = spans(deps)[0], still_here(deps)
    view = View(span, deps.forms.current)
    here = [one for one in within(diary.entries, span.first, span.last) if one.person in alive]
    for question in funnel.asked_questions(view.form, deps.forms):
        page = funnel_people.people_page(deps, view, "left", question.key)
        expected = Counter(
            one.person
            for one in here
            if (one.kind, one.detail, one.form) == ("reached", question.key, "personal")
            and not any(
                (other.person, other.kind, other.detail) == (one.person, "answered", question.key)
                and other.at >= one.at
                for other in diary.entries
            )
        )
        assert Counter(line.person_id for line in page.lines) == expected


def test_a_cohort_is_who_was_first_seen_in_its_week(deps: Deps, diary: Diary) -> None:
    page = figures.board(deps, spans(deps)[0])
    alive = still_here(deps)
    for cohort in page.cohorts:
        for number, active in enumerate(cohort.active):
            week = cohort.week + timedelta(weeks=number)
            people = {
                one.person
                for one in diary.entries
                if one.kind in OWN
                and one.cohort == cohort.week
                and week <= one.day < week + timedelta(weeks=1)
                and (one.person in alive or diary.gone[one.person] >= week + timedelta(weeks=1))
            }
            assert active == len(people)


def test_what_costs_are_shared_evenly_by_their_days() -> None:
    costs = [Cost("fair-2", date(2026, 11, 1), date(2026, 11, 10), 100_000)]
    span = Span(date(2026, 11, 9), date(2026, 11, 20))
    assert figures.cost_within(costs, span) == (20_000.0, frozenset({"fair-2"}))


def test_the_histories_have_everything_in_them(deps: Deps, diary: Diary) -> None:
    kinds = {one.kind for one in diary.entries}
    assert kinds > {"followed", "unfollowed", "scanned", "menu", "messaged", "consented"}
    assert kinds > {"reached", "answered", "submitted", "decided", "told", "received"}
    assert {one.form for one in diary.entries} >= {"personal", "business"}
    assert diary.gone
    assert diary.middles
