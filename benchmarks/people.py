"""The reads of the people's pages: the list by every filter, a deep page, a search, one person."""

import uuid
from collections.abc import Callable

from app.core.access import Actor, Role, permissions_of
from app.deps import Deps
from app.queries import people_lists, people_pages, people_search, reachability, timelines
from app.queries.conversations import conversation_of, current_mark
from app.queries.people_lists import PeopleFilter
from benchmarks.seed import Crowd

LIST_MS = 300
PAGE_MS = 300
POLL_MS = 20
_OPERATOR = Actor(None, "bench", permissions_of([Role.OPERATOR]), "bench")

Run = Callable[[Deps, Crowd], object]

FILTERS: dict[str, PeopleFilter] = {
    "everybody": PeopleFilter(),
    "common channel": PeopleFilter(first_channel="shop-00"),
    "rare channel": PeopleFilter(latest_channel="shop-39"),
    "common tag": PeopleFilter(tag="behaviour.activity"),
    "rare tag": PeopleFilter(tag="attributes.firm.size=micro"),
    "stage new": PeopleFilter(stage="new"),
    "stage filling": PeopleFilter(stage="filling"),
    "stage in_review": PeopleFilter(stage="in_review"),
    "stage decided": PeopleFilter(stage="decided"),
    "tier premium": PeopleFilter(tier="premium"),
    "tier guarded": PeopleFilter(tier="guarded"),
    "seen within 7 days": PeopleFilter(seen="7d"),
    "not seen for 90 days": PeopleFilter(seen="-90d"),
    "not following": PeopleFilter(follows="no"),
    "on hold": PeopleFilter(on_hold="any"),
    "rare channel and rare tag and tier": PeopleFilter(
        first_channel="shop-39", tag="attributes.firm.size=micro", tier="premium"
    ),
    "two that never meet": PeopleFilter(stage="submitted", tag="behaviour.activity"),
}


def listing(narrowed: PeopleFilter) -> Run:
    """Return the read of the first page of a list."""
    return lambda deps, _crowd: len(people_lists.list_page(deps, _OPERATOR, narrowed).rows)


def deep_page(deps: Deps, _crowd: Crowd) -> object:
    """Read a page far from the first: as dear as the first, because pages go by key."""
    return len(people_lists.list_page(deps, _OPERATOR, PeopleFilter(), after=_place(deps)).rows)


def person_page(deps: Deps, crowd: Crowd) -> object:
    """Open a person's page: who, the conversation, the card."""
    person = _busiest(crowd)
    people_pages.header_of(deps, _OPERATOR, person)
    reachability.card_of(deps, _OPERATOR, person)
    return conversation_of(deps, _OPERATOR, person)


def timeline(deps: Deps, crowd: Crowd) -> object:
    """Open a person's timeline."""
    return timelines.timeline_of(deps, _OPERATOR, _busiest(crowd))


def poll(deps: Deps, crowd: Crowd) -> object:
    """Ask whether anything was said."""
    return current_mark(deps, _OPERATOR, _busiest(crowd))


def search(deps: Deps, crowd: Crowd) -> object:
    """Find a person by openid."""
    return people_search.find_person(deps, _OPERATOR, crowd.openid)


def channels(deps: Deps, _crowd: Crowd) -> object:
    """List the channels for the filter."""
    return len(people_lists.list_channels(deps, _OPERATOR))


RUNS: tuple[tuple[str, int, Run], ...] = (
    *((f"people: {name}", LIST_MS, listing(narrowed)) for name, narrowed in FILTERS.items()),
    ("people: a page in the middle", LIST_MS, deep_page),
    ("people: channels of the filter", LIST_MS, channels),
    ("people: search by openid", LIST_MS, search),
    ("person: the page", PAGE_MS, person_page),
    ("person: the timeline", PAGE_MS, timeline),
    ("person: nothing new", POLL_MS, poll),
)
"""Name, how long it may take, and the doing."""


def _busiest(crowd: Crowd) -> uuid.UUID:
    if crowd.busiest is None:
        raise RuntimeError("Nobody is in the crowd.")
    return crowd.busiest


def _place(deps: Deps) -> str:
    """Return a place in the middle: nobody walks there, somebody was sent the address."""
    found = people_lists.list_page(deps, _OPERATOR, PeopleFilter(seen="-90d"))
    return found.next
