"""The public pages: what they show, to whom, and what they let a browser do."""

import json
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from app.core.crypto import content_hash
from app.deps import Deps
from app.services import privacy
from tests.builders import follows, hear, say
from tests.fakes import FixedClock

PAGES = ("/", "/privacy", "/complaint")


def link_of(deps: Deps) -> str:
    answer = say(deps, "导出我的数据")
    found = re.search(r"/export/[\w-]+", answer)
    assert found
    return found.group()


@pytest.fixture
def link(deps: Deps, clock: FixedClock) -> str:
    hear(deps, follows(deps))
    for words in ("同意", "2", "上班", "浙江杭州"):
        clock.advance(seconds=10)
        say(deps, words)
    return link_of(deps)


@pytest.mark.parametrize("path", [*PAGES, "/healthz", "/nowhere", "/static/site.css"])
def test_no_answer_of_ours_may_run_a_script_or_sit_in_a_frame(
    client: FlaskClient, path: str
) -> None:
    headers = client.get(path, buffered=True).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_answers_names_the_lender_and_holds_no_script(
    client: FlaskClient, path: str
) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert "示例小额贷款有限公司（演示）" in page.text
    assert "<script" not in page.text


def test_every_link_between_the_pages_leads_somewhere(client: FlaskClient) -> None:
    for path in PAGES:
        for target in re.findall(r'href="(/[^"]*)"', client.get(path).text):
            assert client.get(target, buffered=True).status_code == 200, (path, target)


def test_the_privacy_page_lists_every_question_of_every_form(
    client: FlaskClient, deps: Deps
) -> None:
    page = client.get("/privacy").text
    for form in deps.forms.newest:
        for question in form.questions:
            assert question.title in page
            assert question.why in page
    assert deps.notice.hash[:16] in page


def test_the_hash_on_the_page_is_that_of_the_notice_shown(client: FlaskClient, deps: Deps) -> None:
    body = json.loads(deps.notice.body)
    assert content_hash(deps.notice.body) == deps.notice.hash
    assert all(row["why"] in client.get("/privacy").text for row in body["rows"])


def test_the_privacy_page_needs_no_database(client: FlaskClient, deps: Deps) -> None:
    assert privacy.notice_page(deps)["rows"]


def test_a_copy_shows_what_was_answered_in_words(client: FlaskClient, link: str) -> None:
    page = client.get(link)
    assert page.status_code == 200
    for words in ("年龄段", "所在城市", "杭州", "同意", "浙江杭州", "填过的内容"):
        assert words in page.text


def test_a_copy_is_never_kept_by_a_browser(client: FlaskClient, link: str) -> None:
    assert client.get(link).headers["Cache-Control"] == "no-store"
    assert client.get(f"{link}.json").headers["Cache-Control"] == "no-store"


def test_a_copy_can_be_taken_along_as_json(client: FlaskClient, link: str) -> None:
    answer = client.get(f"{link}.json")
    assert answer.mimetype == "application/json"
    assert "attachment" in answer.headers["Content-Disposition"]
    copy = json.loads(answer.data)
    assert [entry["code"] for entry in copy["answers"]]
    assert {entry["purpose"] for entry in copy["consents"]} == {"answers"}
    assert copy["conversation"][1]["you"] == "同意"


def test_the_page_offers_the_file(client: FlaskClient, link: str) -> None:
    assert f'href="{link}.json"' in client.get(link).text


def test_a_link_opens_often_but_not_longer(
    client: FlaskClient, link: str, clock: FixedClock
) -> None:
    clock.advance(minutes=29)
    assert client.get(link).status_code == 200
    clock.advance(minutes=2)
    assert client.get(link).status_code == 404
    assert client.get(f"{link}.json").status_code == 404


def test_an_expired_link_says_kindly_how_to_get_another(
    client: FlaskClient, link: str, clock: FixedClock
) -> None:
    clock.moment += timedelta(hours=1)
    assert "导出我的数据" in client.get(link).text


@pytest.mark.parametrize("token", ["x", "a" * 43, "..", "%00", "a" * 5000])
def test_a_guessed_link_leads_nowhere(client: FlaskClient, link: str, token: str) -> None:
    assert client.get(f"/export/{token}").status_code == 404


def test_a_link_dies_with_the_data(client: FlaskClient, link: str, deps: Deps) -> None:
    say(deps, "删除我的数据", "确认删除")
    assert client.get(link).status_code == 404


def test_the_token_itself_is_stored_nowhere(client: FlaskClient, link: str, deps: Deps) -> None:
    token = link.rpartition("/")[2]
    with deps.sessions() as session:
        stored = session.execute(text("SELECT encode(token_index, 'escape') FROM exports")).all()
    assert len(stored) == 1
    assert token not in stored[0][0]


def test_words_of_a_person_cannot_act_on_the_page(client: FlaskClient, deps: Deps) -> None:
    hear(deps, follows(deps))
    say(deps, "<script>alert(1)</script>")
    page = client.get(link_of(deps)).text
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_another_persons_words_are_not_in_the_copy(client: FlaskClient, deps: Deps) -> None:
    hear(deps, follows(deps))
    hear(deps, follows(deps, "oPrequalAnotherPersonNo00002"))
    say(deps, "别人的话别人的话", openid="oPrequalAnotherPersonNo00002")
    assert "别人的话" not in client.get(link_of(deps)).text
