"""Where customer service cannot reach a person, a notice of progress goes, or the words wait."""

import pytest
from sqlalchemy import update

from app.core.errors import PlatformUnreachable
from app.deps import Deps
from app.services import decisions, delivery
from app.store.messages import Message
from app.store.people import Person
from tests.builders import OPENID, fill, say
from tests.fakes import FixedClock, RecordingGateway
from tests.integration.delivery.queueing import limited, message, person_of


@pytest.fixture
def noticed(deps: Deps) -> Deps:
    """A decision for somebody whom customer service cannot reach any more."""
    fill(deps)
    say(deps, "1")
    decisions.score_due(deps)
    with deps.sessions.begin() as session:
        session.execute(update(Person).values(message_left=0, event_left=0))
    return limited(deps, progress_template_id="T-1")


def test_a_notice_without_amount_or_outcome_goes_instead(
    noticed: Deps, gateway: RecordingGateway
) -> None:
    delivery.deliver_due(noticed)
    ((openid, template, fields, client_id),) = gateway.templates
    row = message(noticed)
    assert (openid, template, client_id) == (OPENID, "T-1", row.id.hex)
    told = " ".join(fields.values())
    assert not [word for word in ("元", "%", "通过", "未通过", "12,000") if word in told]
    assert (row.state, row.channel) == ("sent", "template")
    assert row.platform_id
    assert gateway.sent == []
    assert person_of(noticed).message_left == 0


def test_another_try_carries_the_same_id_and_arrives_once(
    noticed: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    gateway.fail_next(PlatformUnreachable())
    delivery.deliver_due(noticed)
    assert person_of(noticed).message_left == 0
    clock.advance(seconds=2)
    delivery.deliver_due(noticed)
    assert [sent[3] for sent in gateway.templates] == [message(noticed).id.hex]


def test_without_the_right_or_the_template_the_outcome_is_owed(
    noticed: Deps, deps: Deps, gateway: RecordingGateway
) -> None:
    without_right = limited(noticed, account_rights=frozenset({"customer_service"}))
    for poor in (without_right, deps):
        delivery.deliver_due(poor)
        assert message(deps).state == "untold"
        with deps.sessions.begin() as session:
            session.execute(update(Message).values(state="queued"))
    assert gateway.templates == []


def test_a_reminder_never_goes_as_a_notice(noticed: Deps, gateway: RecordingGateway) -> None:
    with noticed.sessions.begin() as session:
        session.execute(update(Message).values(klass="reminder"))
    delivery.deliver_due(noticed)
    assert message(noticed).state == "skipped"
    assert gateway.templates == []
