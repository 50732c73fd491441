"""A campaign is tried from its page: on the staff, or on a pretend phone."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from app.core.access import Role
from app.deps import Deps
from app.services import campaigns, delivery, operators, templates
from app.services.templates import Draft
from tests.builders import OPENID, follows, hear
from tests.console import an_actor, an_operator, post, signed_in
from tests.fakes import RecordingGateway
from tests.integration.campaigns.planning import WORDS, plan
from tests.integration.segments.people import someone


def planned(deps: Deps) -> int:
    return campaigns.plan(deps, an_actor(deps, Role.OPERATOR), plan())


def linked(deps: Deps) -> None:
    hear(deps, follows(deps, OPENID))
    an_operator(deps, Role.OPERATOR, name="wang")
    operators.link(deps, an_actor(deps, Role.ADMINISTRATOR), "wang", OPENID)


@pytest.fixture
def pretending(deps: Deps) -> Deps:
    settings = deps.settings.model_copy(update={"simulator": "on", "environment": "local"})
    return replace(deps, settings=settings)


@pytest.fixture
def operator(pretending: Deps) -> FlaskClient:
    return signed_in(pretending, Role.OPERATOR)


def test_without_anybody_linked_it_says_how_to_link(deps: Deps, operator: FlaskClient) -> None:
    page = operator.get(f"/console/campaigns/{planned(deps)}/test").text
    assert "flask operators link" in page


def test_the_staff_gets_it_and_the_page_says_what_became_of_it(
    deps: Deps, operator: FlaskClient, gateway: RecordingGateway
) -> None:
    linked(deps)
    page = f"/console/campaigns/{planned(deps)}/test"
    answer = post(operator, page)
    assert (answer.status_code, answer.location) == (303, page)
    assert "等待发送" in operator.get(page).text
    delivery.deliver_due(deps)
    assert "已发出" in operator.get(page).text
    assert [to for to, _ in gateway.previews] == [OPENID]


def test_the_campaigns_page_leads_there_until_it_is_launched(
    deps: Deps, operator: FlaskClient
) -> None:
    campaign = planned(deps)
    assert (
        f"/console/campaigns/{campaign}/test" in operator.get(f"/console/campaigns/{campaign}").text
    )
    campaigns.cancel(deps, an_actor(deps, Role.OPERATOR), campaign)
    page = operator.get(f"/console/campaigns/{campaign}/test").text
    assert "试发给" not in page


def test_a_phone_is_chosen_and_gets_it(
    pretending: Deps, operator: FlaskClient, gateway: RecordingGateway
) -> None:
    phone, campaign = someone(pretending), planned(pretending)
    page = f"/console/campaigns/{campaign}/test"
    answer = post(operator, f"{page}/{phone}", page)
    assert answer.status_code == 303
    delivery.deliver_due(pretending)
    assert [said for _, said in gateway.previews] == [f"【测试】\n{WORDS}"]


def test_a_template_is_put_on_a_phone(
    pretending: Deps, operator: FlaskClient, gateway: RecordingGateway
) -> None:
    phone = someone(pretending)
    draft = Draft("查征信", "education", "mass", {"text": WORDS})
    template = templates.save(pretending, an_actor(pretending, Role.OPERATOR), draft)
    page = f"/console/templates/{template}/versions/1/phones"
    assert post(operator, f"{page}/{phone}", page).status_code == 303
    delivery.deliver_due(pretending)
    assert len(gateway.previews) == 1


def test_where_people_are_real_there_are_no_phones(deps: Deps) -> None:
    phone, campaign = someone(deps), planned(deps)
    linked(deps)
    browser = signed_in(deps, Role.OPERATOR)
    page = f"/console/campaigns/{campaign}/test"
    assert "模拟手机里看" not in browser.get(page).text
    answer = post(browser, f"{page}/{phone}", page)
    assert answer.status_code == 409
    assert "只能给模拟手机" in answer.text or "模拟手机" in answer.text
