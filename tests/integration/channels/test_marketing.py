"""Only authorised staff write what is marketing, and it is priced by the signed record."""

import pytest

from app.core.access import Role, system_actor
from app.core.errors import NotAllowed, NotFound
from app.services import channels
from app.services.channels import NewChannel
from app.steps.marketing import require_marketing
from app.steps.product_record import product_record, record_values
from app.store.operators import Operator
from tests.console import an_actor


def set_authorised(deps, actor, **columns):
    with deps.sessions.begin() as session:
        operator = session.get_one(Operator, actor.id)
        for name, value in columns.items():
            setattr(operator, name, value)


@pytest.fixture
def author(deps):
    return an_actor(deps, Role.OPERATOR)


def test_a_poster_is_changed_only_by_who_is_authorised_for_marketing(deps, author):
    made = channels.open_channel(deps, author, NewChannel("杭州门店"))
    poster = channels.default_poster(deps)
    set_authorised(deps, author, is_marketing_authorised=False)
    with pytest.raises(NotAllowed) as refused:
        channels.describe(deps, author, made, name="店", note="", poster=poster + "\n文三路")
    assert refused.value.why == "not_marketing_authorised"
    set_authorised(deps, author, is_marketing_authorised=True)
    channels.describe(deps, author, made, name="店", note="", poster=poster + "\n文三路")


def test_the_name_of_a_channel_is_no_marketing(deps, author):
    made = channels.open_channel(deps, author, NewChannel("杭州门店"))
    set_authorised(deps, author, is_marketing_authorised=False)
    channels.describe(
        deps, author, made, name="新名", note="", poster=channels.default_poster(deps)
    )


def test_an_authorisation_is_asked_of_the_row_and_not_of_a_closed_account(deps, author):
    with deps.sessions() as session:
        require_marketing(session, author)
        require_marketing(session, system_actor("r"))
    set_authorised(deps, author, is_active=False)
    with deps.sessions() as session, pytest.raises(NotAllowed):
        require_marketing(session, author)


def test_the_record_is_the_policy_s_and_the_lender_s(deps):
    record = product_record(deps, deps.clock.now())
    book = deps.rulebook()
    assert record.version == book.policy.version
    assert record.provider == book.lender.full_name
    assert 0 < record.yearly_low_bp <= record.yearly_high_bp <= 2400
    tiers = (*book.policy.person.tiers, *book.policy.firm.tiers)
    assert record.most_fen == max(tier.cap_fen for tier in tiers)
    assert book.lender.full_name == record_values(deps, deps.clock.now())["机构"]


def test_there_is_no_record_before_the_policy_holds(deps, clock):
    with pytest.raises(NotFound):
        product_record(deps, clock.now().replace(year=2020))


def test_a_poster_names_no_price_by_hand(deps):
    found = channels.check_poster(deps, channels.default_poster(deps) + "\n年化8%–18%")
    assert [one.rule for one in found] == ["M-02"]
