"""The list of people: pages that neither lose nor repeat anybody, filters, search."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from app.core.errors import NotAllowed
from app.deps import Deps
from app.queries.people_lists import PAGE, list_channels, list_page
from app.queries.people_search import find_person, phone_index
from app.store.people_filters import PeopleFilter
from app.store.tags import TagHolding
from tests.builders import OPENID, fill, finish, follows, hear
from tests.integration.people.crowd import a_crowd, some_person, the_person
from tests.integration.people.staff import ADMINISTRATOR, OPERATOR

EVERYBODY = PeopleFilter()


def found(deps: Deps, **narrowed: str) -> set[uuid.UUID]:
    return {row.id for row in list_page(deps, OPERATOR, PeopleFilter(**narrowed)).rows}


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_pages_show_everybody_once_the_latest_hour_first(deps: Deps) -> None:
    crowd = a_crowd(deps, PAGE * 2 + 7)
    seen, place = [], ""
    while True:
        page = list_page(deps, OPERATOR, EVERYBODY, after=place)
        seen += [row.id for row in page.rows]
        if not page.next:
            break
        place = page.next
    assert len(seen) == len(set(seen)) == len(crowd)
    assert set(seen) == set(crowd)
    # Six people an hour: nobody stands further from their place than an hour holds.
    assert all(abs(seen.index(one) - place) < 12 for place, one in enumerate(crowd))


def test_going_back_shows_the_page_that_was_left(deps: Deps) -> None:
    a_crowd(deps, PAGE * 3)
    first = list_page(deps, OPERATOR, EVERYBODY)
    second = list_page(deps, OPERATOR, EVERYBODY, after=first.next)
    third = list_page(deps, OPERATOR, EVERYBODY, after=second.next)
    assert (first.previous, third.next) == ("", "")
    back = list_page(deps, OPERATOR, EVERYBODY, before=third.previous)
    assert back.rows == second.rows
    assert list_page(deps, OPERATOR, EVERYBODY, before=back.previous).rows == first.rows
    assert list_page(deps, OPERATOR, EVERYBODY, before=back.previous).previous == ""


def test_a_page_takes_as_many_statements_for_fifty_as_for_one(deps: Deps, engine: Engine) -> None:
    a_crowd(deps, 1)
    with counted(engine) as for_one:
        list_page(deps, OPERATOR, EVERYBODY)
    for number in range(PAGE):
        some_person(deps, f"oMore{number}")
    with counted(engine) as for_fifty:
        list_page(deps, OPERATOR, EVERYBODY)
    assert len(for_one) == len(for_fifty) <= 4


def test_it_is_narrowed_by_channel_hold_following_and_when(deps: Deps) -> None:
    now = deps.clock.now()
    poster = some_person(deps, "o1", first_channel="poster", latest_channel="shop")
    held = some_person(deps, "o2", on_hold="complaint")
    gone = some_person(deps, "o3", follows=False)
    old = some_person(deps, "o4", last_seen_at=now - timedelta(days=40))
    assert found(deps, first_channel="poster") == {poster}
    assert found(deps, latest_channel="shop") == {poster}
    assert found(deps, on_hold="any") == found(deps, on_hold="complaint") == {held}
    assert found(deps, on_hold="dispute") == set()
    assert found(deps, follows="no") == {gone}
    assert found(deps, follows="yes") == {poster, held, old}
    assert found(deps, seen="-30d") == {old}
    assert found(deps, seen="30d") == {poster, held, gone}


def test_it_is_narrowed_by_stage_and_tier(deps: Deps) -> None:
    finish(deps)
    decided = the_person(deps).id
    new = some_person(deps, "oNew")
    fill(deps, openid="oFilling")
    (row,) = [r for r in list_page(deps, OPERATOR, EVERYBODY).rows if r.id == decided]
    assert (row.stage, row.tier) == ("decided", row.tier)
    assert row.tier
    assert found(deps, stage="decided") == found(deps, tier=row.tier) == {decided}
    assert found(deps, stage="new") == {new}
    assert len(found(deps, stage="filling")) == 1
    assert found(deps, stage="submitted") == found(deps, stage="in_review") == set()
    every = {r.id: r.stage for r in list_page(deps, OPERATOR, EVERYBODY).rows}
    assert sorted(every.values()) == ["decided", "filling", "new"]


def test_it_is_narrowed_by_a_tag_with_or_without_its_value(deps: Deps) -> None:
    tagged, _other = some_person(deps, "o1"), some_person(deps, "o2")
    held = {"tag": "need.size", "source": "hand", "since": deps.clock.now(), "set_by": "安"}
    with deps.sessions.begin() as session:
        session.add(TagHolding(person_id=tagged, value="large", **held))
        session.add(
            TagHolding(
                person_id=_other,
                value="large",
                until=deps.clock.now(),
                ended_by="hand",
                **held,
            )
        )
    assert found(deps, tag="need.size") == found(deps, tag="need.size=large") == {tagged}
    assert found(deps, tag="need.size=small") == set()


def test_a_small_house_is_counted(deps: Deps) -> None:
    a_crowd(deps, 3)
    page = list_page(deps, OPERATOR, EVERYBODY)
    assert (page.counted, page.is_estimate) == (3, False)
    assert list_page(deps, OPERATOR, PeopleFilter(follows="yes")).counted is None


def test_openids_are_masked_in_the_list(deps: Deps) -> None:
    hear(deps, follows(deps))
    (row,) = list_page(deps, OPERATOR, EVERYBODY).rows
    assert row.openid == f"{OPENID[:4]}…{OPENID[-4:]}"


def test_search_finds_by_openid_by_phone_and_by_our_id(deps: Deps) -> None:
    hear(deps, follows(deps))
    person = the_person(deps).id
    caller = some_person(deps, "oCaller", phone_index=phone_index(deps, "13812345678"))
    assert find_person(deps, OPERATOR, f" {OPENID} ") == person
    assert find_person(deps, OPERATOR, str(person)) == person
    assert find_person(deps, OPERATOR, "138 1234 5678") == caller
    assert find_person(deps, OPERATOR, "+8613812345678") == caller
    assert find_person(deps, OPERATOR, "13812345679") is None
    assert find_person(deps, OPERATOR, "oNobody") is None
    with pytest.raises(NotAllowed):
        find_person(deps, OPERATOR, "  ")


def test_channels_are_listed_once_each(deps: Deps) -> None:
    for number, channel in enumerate(("poster", "follow", "poster", None)):
        some_person(deps, f"o{number}", first_channel=channel)
    assert list_channels(deps, OPERATOR) == ("follow", "poster")


def test_a_place_that_is_none_and_an_actor_who_may_not_look_are_refused(deps: Deps) -> None:
    with pytest.raises(NotAllowed):
        list_page(deps, OPERATOR, EVERYBODY, after="nowhere")
    for read in (list_page, list_channels):
        with pytest.raises(NotAllowed):
            read(deps, ADMINISTRATOR, *([EVERYBODY] if read is list_page else []))
    with pytest.raises(NotAllowed):
        find_person(deps, replace(OPERATOR, permissions=frozenset()), OPENID)


def test_an_hour_is_kept_by_the_database_and_turns_leave_it_alone(deps: Deps) -> None:
    hear(deps, follows(deps))
    person = the_person(deps)
    assert person.seen_hour == person.last_seen_at.replace(minute=0, second=0, microsecond=0)
