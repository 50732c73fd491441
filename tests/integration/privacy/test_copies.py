"""A copy of one's data is whole, in words, and of nobody else; erasing by id is real."""

import json
import re
import uuid

import pytest
from sqlalchemy import select, text

from app.core.errors import NotAllowed, NotFound
from app.deps import Deps
from app.services import decisions, delivery, privacy
from app.store.people import Person
from tests.builders import OPENID, finish, follows, hear, say
from tests.fakes import FixedClock

SALARIED = (
    *("同意", "2", "上班", "浙江杭州", "1", "3万 一年", "3年以上"),
    *("单独同意", "4", "2", "没有逾期", "1"),
)


def token_of(deps: Deps) -> str:
    found = re.search(r"/export/([\w-]+)", say(deps, "导出我的数据"))
    assert found
    return found.group(1)


@pytest.fixture
def copy(deps: Deps, clock: FixedClock) -> dict[str, list[dict[str, object]]]:
    hear(deps, follows(deps, scene="poster-7"))
    for words in SALARIED:
        clock.advance(seconds=10)
        say(deps, words)
    decisions.score_due(deps)
    delivery.deliver_due(deps)
    say(deps, "我要办理", "周六上午", "人工", "想问问提前还款")
    whole: dict[str, list[dict[str, object]]] = json.loads(
        privacy.read_export(deps, token_of(deps)).to_json()
    )
    return whole


def test_a_copy_holds_every_answer_with_its_question_in_words(copy) -> None:
    answers = {entry["question"]: entry["answer"] for entry in copy["answers"]}
    assert answers["所在城市"] == "杭州"
    assert answers["想借的金额"] == "3万元"
    assert answers["期限"] == "12个月"
    assert len(answers) == 10


def test_a_copy_holds_consents_with_what_was_said_at_the_time(copy) -> None:
    assert [(entry["purpose"], entry["act"]) for entry in copy["consents"]][:2] == [
        ("answers", "given"),
        ("sensitive", "given"),
    ]
    assert all(entry["prompt"] and entry["notice_version"] for entry in copy["consents"])


def test_a_copy_holds_the_decision_with_its_reasons_in_words(copy) -> None:
    (decision,) = copy["decisions"]
    assert decision["outcome"] == "approve"
    assert decision["range_yuan"] == "12,000–20,000"
    assert decision["yearly_rate"] == "12%–18%"
    assert decision["decided_by"] == "auto"
    assert "首次评估" in str(decision["reasons"])


def test_a_copy_holds_what_was_said_sent_left_and_asked_for(copy) -> None:
    assert [entry["you"] for entry in copy["conversation"]][1] == "同意"
    assert all(entry["we"] for entry in copy["conversation"])
    assert [entry["state"] for entry in copy["messages"]] == ["sent"]
    assert [entry["words"] for entry in copy["notes"]] == ["想问问提前还款"]
    assert [entry["good_time"] for entry in copy["handovers"]] == ["周六上午"]
    assert copy["person"][0]["came_by"] == "poster-7"


def test_a_copy_holds_what_was_done_with_questions_by_their_titles(copy) -> None:
    acts = [(entry["did"], entry["about"]) for entry in copy["acts"]]
    assert acts[0] == ("followed", "new")
    assert ("answered", "所在城市") in acts
    assert ("told", "approve") in acts
    assert {entry["came_by"] for entry in copy["acts"]} == {"poster-7"}


def test_a_copy_holds_complaints_requests_and_ratings(deps: Deps) -> None:
    finish(deps)
    say(deps, "投诉", "三天没人回我", "信息有误", "地区应该是宁波", "导出我的数据")
    whole = json.loads(privacy.read_export(deps, token_of(deps)).to_json())
    (complaint,) = whole["complaints"]
    assert (complaint["state"], complaint["number"][:2]) == ("received", "TS")
    assert next((one["kind"], one["state"], one["words"]) for one in whole["requests"]) == (
        *("correct", "open"),
        "地区应该是宁波",
    )
    page = privacy.export_page(deps, token_of(deps))
    told = json.dumps(page["sections"], ensure_ascii=False, default=str)
    assert "更正" in told
    assert "已登记" in told


def test_a_copy_shows_links_as_they_are_seen_and_not_the_link_to_itself(deps: Deps, copy) -> None:
    token = token_of(deps)
    whole = privacy.read_export(deps, token).to_json()
    assert "<a " not in whole
    assert token not in whole


def test_a_copy_names_no_secret_of_ours(copy) -> None:
    whole = json.dumps(copy, ensure_ascii=False)
    for ours in (OPENID, "wrapped_key", "openid", "points", "weight"):
        assert ours not in whole


def test_every_word_for_a_page_has_its_column_and_title(deps: Deps, copy) -> None:
    page = privacy.export_page(deps, token_of(deps))
    assert len(page["sections"]) == len(copy) - 1
    for section in page["sections"]:
        assert all(len(row) == len(section["columns"]) for row in section["rows"])
        assert not any(re.search(r"[a-z]_[a-z]", cell) for row in section["rows"] for cell in row)


def test_a_link_of_another_purpose_opens_nothing(deps: Deps, copy) -> None:
    with pytest.raises(NotFound):
        privacy.read_export(deps, deps.keyring.index("export", "token").hex())


def test_somebody_restricted_gets_no_copy(deps: Deps, copy) -> None:
    token = token_of(deps)
    with deps.sessions.begin() as session:
        session.execute(text("UPDATE people SET state='restricted'"))
    with pytest.raises(NotFound):
        privacy.read_export(deps, token)


def the_person(deps: Deps) -> Person:
    with deps.sessions() as session:
        return session.scalars(select(Person)).one()


def test_a_person_is_erased_by_our_own_id(deps: Deps) -> None:
    hear(deps, follows(deps))
    say(deps, "同意", "2")
    assert privacy.erase_person(deps, the_person(deps).id) is True
    assert the_person(deps).state == "erased"
    with pytest.raises(NotFound):
        privacy.erase_person(deps, the_person(deps).id)


def test_an_open_complaint_is_answered_before_the_person_is_erased(deps: Deps) -> None:
    hear(deps, follows(deps))
    say(deps, "投诉")
    assert privacy.erase_person(deps, the_person(deps).id) is False
    assert the_person(deps).state == "restricted"


def test_nobody_is_erased_who_does_not_exist(deps: Deps) -> None:
    with pytest.raises(NotFound):
        privacy.erase_person(deps, uuid.uuid4())


def test_a_person_whose_turn_runs_is_not_erased_under_it(deps: Deps) -> None:
    hear(deps, follows(deps))
    person = the_person(deps)
    lock = int.from_bytes(bytes(person.openid_index or b"")[:8], "big", signed=True)
    with deps.sessions.begin() as turn:
        turn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
        with pytest.raises(NotAllowed):
            privacy.erase_person(deps, person.id)
