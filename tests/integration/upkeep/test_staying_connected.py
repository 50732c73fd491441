"""The token is fresh before it is needed; those who followed before us become silent rows."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from app.core.errors import PlatformUnreachable, StateUnavailable
from app.core.types import Secret
from app.deps import Deps
from app.services import followers, upkeep
from app.store.conversations import Consent
from app.store.messages import Message
from app.store.people import Person
from app.wechat.ports import FollowerPage, PersonFacts
from tests.builders import OPENID, follows, hear, say
from tests.fakes import FixedClock, RecordingGateway


def follow_since_long(gateway: RecordingGateway, *openids: str, **facts: object) -> None:
    for openid in openids:
        gateway.known[openid] = PersonFacts(
            Secret(openid),
            is_following=True,
            **{"followed_at": 1_600_000_000, "subscribe_scene": "ADD_SCENE_SEARCH", **facts},
        )


def people(deps: Deps) -> list[Person]:
    with deps.sessions() as session:
        return list(session.scalars(select(Person).where(Person.is_imported)))


@pytest.fixture
def met(deps: Deps) -> Deps:
    """The platform has named our account once."""
    hear(deps, follows(deps))
    return deps


def test_the_token_is_freshened_and_a_missing_menu_published(
    deps: Deps, gateway: RecordingGateway
) -> None:
    upkeep.freshen_token(deps)
    assert gateway.freshened == 1
    assert gateway.menu_kept
    assert gateway.menu_kept["button"]


def test_a_menu_that_is_there_is_left_alone(deps: Deps, gateway: RecordingGateway) -> None:
    gateway.menu_kept = {"button": []}
    upkeep.freshen_token(deps)
    assert gateway.menu_kept == {"button": []}


@pytest.mark.parametrize("failure", [StateUnavailable(), PlatformUnreachable()])
def test_without_redis_or_platform_freshening_is_no_failure(
    deps: Deps, gateway: RecordingGateway, failure: Exception
) -> None:
    gateway.fail_next(failure)
    upkeep.freshen_token(deps)
    assert gateway.freshened == 0


def test_old_followers_become_silent_rows_with_their_channel(
    met: Deps, gateway: RecordingGateway
) -> None:
    follow_since_long(gateway, "oOldFollower0000000000000001")
    follow_since_long(gateway, "oOldFollower0000000000000002", qr_scene="poster-7")
    assert followers.import_followers(met) == followers.Imported(2, "none")
    assert {person.first_channel for person in people(met)} == {"add_scene_search", "poster-7"}
    assert all(person.follows and person.last_message_at is None for person in people(met))


def test_nobody_is_written_to_and_nothing_is_agreed_to(
    met: Deps, gateway: RecordingGateway
) -> None:
    follow_since_long(gateway, "oOldFollower0000000000000001")
    followers.import_followers(met)
    with met.sessions() as session:
        assert session.scalars(select(Message)).all() == []
        assert session.scalars(select(Consent)).all() == []
    assert gateway.sent == []


def test_importing_twice_does_no_harm(met: Deps, gateway: RecordingGateway) -> None:
    follow_since_long(gateway, *(f"oOldFollower{number:016}" for number in range(250)))
    assert followers.import_followers(met).people == 250
    assert followers.import_followers(met).people == 0
    assert len(people(met)) == 250


class FickleDirectory(RecordingGateway):
    """Goes away after it has told of so many people."""

    def __init__(self, known: dict[str, PersonFacts], tells: int) -> None:
        super().__init__(known=known)
        self.tells = tells

    def people(self, openids: Sequence[Secret]) -> tuple[PersonFacts, ...]:
        self.tells -= len(openids)
        if self.tells < 0:
            raise PlatformUnreachable
        return super().people(openids)


class ForgetfulDirectory(RecordingGateway):
    """Lists people who have left since the list was made."""

    def followers(self, after: Secret | None = None) -> FollowerPage:
        return FollowerPage(tuple(Secret(openid) for openid in self.known), None)


def test_an_import_cut_short_goes_on_where_it_stopped(met: Deps, gateway: RecordingGateway) -> None:
    follow_since_long(gateway, *(f"oOldFollower{number:016}" for number in range(250)))
    with pytest.raises(PlatformUnreachable):
        followers.import_followers(
            replace(met, directory=FickleDirectory(gateway.known, tells=200))
        )
    assert len(people(met)) == 200
    assert followers.import_followers(met).people == 50


def test_somebody_known_stays_as_they_are(met: Deps, gateway: RecordingGateway) -> None:
    say(met, "同意", "2")
    follow_since_long(gateway, OPENID)
    assert followers.import_followers(met).people == 0
    assert people(met) == []


def test_who_unfollowed_meanwhile_is_not_brought_back(met: Deps) -> None:
    openid = "oOldFollower0000000000000001"
    directory = ForgetfulDirectory(known={openid: PersonFacts(Secret(openid), is_following=False)})
    assert followers.import_followers(replace(met, directory=directory)).people == 0
    assert people(met) == []


def test_who_was_erased_is_not_brought_back(met: Deps, gateway: RecordingGateway) -> None:
    say(met, "删除我的数据", "确认删除")
    follow_since_long(gateway, OPENID)
    assert followers.import_followers(met).people == 0


def test_before_the_first_delivery_nobody_can_be_taken_in(
    deps: Deps, gateway: RecordingGateway
) -> None:
    follow_since_long(gateway, "oOldFollower0000000000000001")
    assert followers.import_followers(deps) == followers.Imported(0, "unnamed")


def test_an_imported_person_who_writes_is_the_same_person(
    met: Deps, gateway: RecordingGateway
) -> None:
    openid = "oOldFollower0000000000000001"
    follow_since_long(gateway, openid)
    followers.import_followers(met)
    say(met, "测额度", "同意", openid=openid)
    assert [person.consents for person in people(met)] == [["answers", "notice:1"]]


def test_silent_people_are_not_erased_as_leads_until_they_have_spoken(
    met: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    follow_since_long(gateway, "oOldFollower0000000000000001")
    followers.import_followers(met)
    clock.advance(days=200)
    upkeep.erase_expired(met)
    assert [person.state for person in people(met)] == ["active"]


def test_an_imported_openid_is_sealed(met: Deps, gateway: RecordingGateway) -> None:
    follow_since_long(gateway, "oOldFollower0000000000000001")
    followers.import_followers(met)
    with met.sessions() as session:
        stored = session.scalar(text("SELECT string_agg(p::text, '') FROM people p"))
    assert b"oOldFollower".hex() not in stored
    assert "oOldFollower" not in stored


def test_who_left_while_nobody_could_tell_us_is_erased(
    met: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    stays, left = "oStays00000000000000000001", "oLeft000000000000000000001"
    for openid in (stays, left):
        say(met, "测额度", "同意", openid=openid)
    clock.advance(hours=2)
    follow_since_long(gateway, OPENID, stays)
    gateway.known[left] = PersonFacts(Secret(left), is_following=False)
    followers.import_followers(met)
    with met.sessions() as session:
        states = session.scalars(select(Person.state).order_by(Person.state)).all()
    assert states == ["active", "active", "erased"]


def test_who_is_only_missing_from_a_list_is_not_erased(
    met: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    clock.advance(hours=2)
    follow_since_long(gateway, OPENID)

    class Forgetful(RecordingGateway):
        def followers(self, after: Secret | None = None) -> FollowerPage:
            return FollowerPage((), None)

    directory = Forgetful(known=gateway.known)
    followers.import_followers(replace(met, directory=directory))
    with met.sessions() as session:
        assert session.scalars(select(Person.state)).all() == ["active"]
