"""One person's tabs: history with corrections, what a role may see, one list by time."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from app.core.errors import NotAllowed, NotFound
from app.deps import Deps
from app.queries import people_pages as pages
from app.queries.conversations import conversation_of
from app.queries.timelines import PAGE, timeline_of
from app.services import people
from tests.builders import OPENID, SALARIED, finish, follows, hear, say
from tests.fakes import FixedClock
from tests.integration.people.crowd import the_person
from tests.integration.people.staff import ADMINISTRATOR, OPERATOR, REVIEWER


@pytest.fixture
def person(deps: Deps, clock: FixedClock) -> uuid.UUID:
    """Fill in the form with a correction, hand it in, and leave something for the staff."""
    hear(deps, follows(deps))
    for words in (*SALARIED, "改5", "5万", "1"):
        clock.advance(seconds=5)
        say(deps, words)
    return the_person(deps).id


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_answers_show_what_counts_and_what_was_replaced(deps: Deps, person: uuid.UUID) -> None:
    amounts = [one for one in pages.answers_of(deps, OPERATOR, person) if "金额" in one.title]
    assert [(one.answer, one.is_current) for one in amounts] == [("5万元", True), ("3万元", False)]
    assert amounts[0].corrected


def test_sensitive_answers_are_dots_to_an_operator_and_words_to_a_reviewer(
    deps: Deps, person: uuid.UUID
) -> None:
    covered = [one for one in pages.answers_of(deps, OPERATOR, person) if one.is_hidden]
    assert {one.title for one in covered} == {"每月到手收入", "每月还贷款和分期", "近两年还款情况"}
    assert {one.answer for one in covered} == {"•••"}
    assert {one.own_words for one in covered} == {""}
    seen = {one.title: one.answer for one in pages.answers_of(deps, REVIEWER, person)}
    assert seen["每月到手收入"] == "8千–1.2万"


def test_consents_decisions_and_messages_are_listed_with_their_ends(
    deps: Deps, clock: FixedClock
) -> None:
    finish(deps)
    person = the_person(deps).id
    given = {one.purpose: one.act for one in pages.consents_of(deps, OPERATOR, person)}
    assert given == {"answers": "given", "sensitive": "given"}
    (decided,) = pages.decisions_of(deps, OPERATOR, person)
    assert (decided.outcome, decided.decided_by, decided.enquiry_state) == (
        "approve", "auto", "decided",
    )  # fmt: skip
    (told,) = pages.messages_of(deps, OPERATOR, person)
    assert (told.copy_key, told.state, told.channel) == ("quota.approved", "sent", "custom")


def test_what_was_left_and_written_down_is_masked(deps: Deps, person: uuid.UUID) -> None:
    say(deps, "人工", "请打13812345678")
    people.write_note(deps, OPERATOR, person, words="约好打13812345678")
    remarks, left = pages.notes_of(deps, OPERATOR, person)
    assert [one.words for one in remarks] == ["约好打138****5678"]
    assert left[0].words == "请打138****5678"


def test_the_header_is_masked_and_says_where_somebody_stands(deps: Deps, person: uuid.UUID) -> None:
    header = pages.header_of(deps, OPERATOR, person)
    assert header.openid == f"{OPENID[:4]}…{OPENID[-4:]}"
    assert (header.row.stage, header.phone, header.is_erased) == ("submitted", "", False)
    assert header.latest_enquiry is not None


def test_the_timeline_is_one_list_by_time_and_loses_nothing(
    deps: Deps, person: uuid.UUID, clock: FixedClock
) -> None:
    people.hold(deps, OPERATOR, person, why="pause", reason="本人要求")
    for number in range(PAGE):
        clock.advance(seconds=1)
        say(deps, f"第{number}句")
    whole, before = [], None
    while True:
        stretch = timeline_of(deps, OPERATOR, person, before=before)
        whole += stretch.moments
        if stretch.before is None:
            break
        before = stretch.before
    times = [one.at for one in whole]
    assert times == sorted(times, reverse=True)
    kinds = {one.kind for one in whole}
    assert {"delivery", "consent", "answered", "submitted", "act"} <= kinds
    assert "corrected" in kinds
    assert ("act", "paused") in {(one.kind, one.detail) for one in whole}
    assert sum(one.kind == "left" for one in whole) == PAGE


def test_a_long_conversation_takes_as_many_statements_as_a_short_one(
    deps: Deps, engine: Engine, person: uuid.UUID, clock: FixedClock
) -> None:
    with counted(engine) as short:
        conversation_of(deps, REVIEWER, person, limit=3)
    with counted(engine) as long:
        conversation_of(deps, REVIEWER, person, limit=40)
    assert len(short) == len(long) <= 7


READS = (
    *(pages.header_of, pages.answers_of, pages.consents_of, pages.decisions_of),
    *(pages.messages_of, pages.notes_of, timeline_of),
)


@pytest.mark.parametrize("read", READS, ids=lambda read: read.__name__)
def test_every_read_asks_who_looks_and_at_whom(deps: Deps, person: uuid.UUID, read) -> None:
    with pytest.raises(NotAllowed):
        read(deps, ADMINISTRATOR, person)
    with pytest.raises(NotFound):
        read(deps, OPERATOR, uuid.uuid4())
