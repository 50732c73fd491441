"""When a campaign stops by itself: what is measured, against whose limit, and from how many on."""

from datetime import UTC, datetime, timedelta

import pytest

from app.broadcast.guard import Alarm, Watched, judge, read_guard
from app.broadcast.types import Guardrails

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
RAILS = Guardrails(errors=0.05, unfollows=0.01, complaints=0.001, at_least=200)
HOUSE = {"errors": 0.1, "unfollows": 0.02, "complaints": 0.002}


@pytest.mark.parametrize(
    ("seen", "kind", "share"),
    [
        (Watched(sent=180, errors=20), "errors", 0.1),
        (Watched(sent=1_000, unfollows=11), "unfollows", 0.011),
        (Watched(sent=1_000, complaints=2), "complaints", 0.002),
    ],
)
def test_each_harm_is_measured_against_its_limit(seen, kind, share):
    assert judge(seen, RAILS, HOUSE) == Alarm(kind, share, getattr(RAILS, kind))


@pytest.mark.parametrize(
    "seen",
    [
        Watched(sent=1_000, errors=50, unfollows=10, complaints=1),
        Watched(sent=100, errors=99),
        Watched(sent=0, errors=0),
    ],
)
def test_at_the_limit_or_among_few_it_goes_on(seen):
    assert judge(seen, RAILS, HOUSE) is None


def test_errors_alone_stop_it_where_nobody_was_reached():
    found = judge(Watched(sent=0, errors=200, unfollows=3), RAILS, HOUSE)
    assert found is not None
    assert (found.kind, found.share) == ("errors", 1.0)
    assert judge(Watched(sent=0, errors=300), Guardrails(errors=1.0), {}) is None


def test_a_campaign_cannot_allow_itself_more_than_the_house_does():
    lax = Guardrails(errors=0.9, unfollows=0.9, complaints=0.9)
    found = judge(Watched(sent=1_000, unfollows=30), lax, HOUSE)
    assert found == Alarm("unfollows", 0.03, HOUSE["unfollows"])
    assert judge(Watched(sent=1_000, unfollows=30), lax, {}) is None


def test_the_house_has_a_ceiling_for_every_harm_and_knows_the_pace_of_mass_sends():
    book = read_guard()
    assert set(book.ceilings_on(NOW)) == {"errors", "unfollows", "complaints"}
    assert book.calls_a_minute("mass", NOW) == 60
    assert book.calls_a_minute("template", NOW) is None


def test_before_its_first_day_no_ceiling_holds():
    assert read_guard().ceilings_on(NOW - timedelta(days=400)) == {}
