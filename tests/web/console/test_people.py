"""The people's pages: what each role reaches, what is masked, what changes nothing by a look."""

import uuid

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.access import Role
from app.deps import Deps
from app.services import delivery
from app.store.audit import AuditRow
from app.store.enquiries import Decision, Review
from app.store.staff_notes import PersonNote
from tests.builders import OPENID, finish, follows, hear, say
from tests.console import post, signed_in
from tests.fakes import FixedClock, RecordingGateway
from tests.integration.people.crowd import a_crowd, the_person

HOSTILE = "<script>alert(1)</script>"
TABS = ("", "answers", "decisions", "messages", "tags", "notes", "timeline")
WHY = "核对投诉人身份"


@pytest.fixture
def operator(deps: Deps) -> FlaskClient:
    return signed_in(deps, Role.OPERATOR)


@pytest.fixture
def reviewer(deps: Deps) -> FlaskClient:
    return signed_in(deps, Role.REVIEWER)


@pytest.fixture
def person(deps: Deps) -> uuid.UUID:
    hear(deps, follows(deps))
    say(deps, "你好")
    return the_person(deps).id


def page(person: uuid.UUID, tab: str = "") -> str:
    return f"/console/people/{person}/{tab}"


def test_the_list_masks_and_leads_to_the_person(operator: FlaskClient, person: uuid.UUID) -> None:
    seen = operator.get("/console/people/")
    assert seen.status_code == 200
    assert f"/console/people/{person}/" in seen.text
    assert OPENID not in seen.text
    assert "1 人" in seen.text


def test_an_empty_list_says_what_to_do_next(operator: FlaskClient) -> None:
    assert "还没有用户" in operator.get("/console/people/").text
    assert "清除筛选" in operator.get("/console/people/?stage=decided").text


def test_filters_and_pages_go_together(deps: Deps, operator: FlaskClient) -> None:
    a_crowd(deps, 60, first_channel="poster")
    first = operator.get("/console/people/?first_channel=poster").text
    assert 'rel="next"' in first
    assert "first_channel=poster&amp;after=" in first
    assert "没有符合条件" in operator.get("/console/people/?first_channel=nowhere").text


def test_a_place_that_is_none_shows_the_first_page(deps: Deps, operator: FlaskClient) -> None:
    a_crowd(deps, 2)
    assert "这一页已经不在了" in operator.get("/console/people/?after=junk").text


def test_search_goes_to_the_person_and_keeps_the_openid_out_of_addresses(
    operator: FlaskClient, person: uuid.UUID
) -> None:
    found = post(operator, "/console/people/find", "/console/people/", wanted=OPENID)
    assert (found.status_code, found.location) == (303, page(person))
    lost = post(operator, "/console/people/find", "/console/people/", wanted="oNobody")
    assert lost.status_code == 404
    assert "没有找到" in lost.text
    empty = post(operator, "/console/people/find", "/console/people/", wanted="")
    assert empty.status_code == 422


def test_columns_are_kept_for_the_operator_who_chose_them(
    deps: Deps, operator: FlaskClient, person: uuid.UUID
) -> None:
    chosen = {"columns": ["first_seen", "marketing", "password_hash"]}
    answer = post(operator, "/console/people/columns", "/console/people/", **chosen)
    # A column that is none is refused, not kept.
    assert answer.status_code == 422
    chosen = {"columns": ["first_seen", "marketing"]}
    assert (
        post(operator, "/console/people/columns", "/console/people/", **chosen).status_code == 303
    )
    assert '<th scope="col">营销同意</th>' in operator.get("/console/people/").text
    other = signed_in(deps, Role.OPERATOR).get("/console/people/").text
    assert '<th scope="col">营销同意</th>' not in other


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("role", [Role.OPERATOR, Role.REVIEWER, Role.APPROVER, Role.AUDITOR])
def test_every_tab_opens_for_whoever_may_look(
    deps: Deps, role: Role, tab: str, clock: FixedClock
) -> None:
    finish(deps)
    seen = signed_in(deps, role).get(page(the_person(deps).id, tab))
    assert seen.status_code == 200
    assert OPENID not in seen.text
    # The question itself lists every choice; the tab of the conversation shows it.
    if role in (Role.OPERATOR, Role.APPROVER) and tab:
        assert "8千–1.2万" not in seen.text


@pytest.mark.parametrize("tab", TABS)
def test_an_administrator_and_a_stranger_see_no_person(
    deps: Deps, client: FlaskClient, person: uuid.UUID, tab: str
) -> None:
    assert signed_in(deps, Role.ADMINISTRATOR).get(page(person, tab)).status_code == 403
    assert client.get(page(person, tab)).status_code == 303


@pytest.mark.parametrize("tab", TABS)
def test_nobody_of_that_id_is_not_found(operator: FlaskClient, tab: str) -> None:
    assert operator.get(page(uuid.uuid4(), tab)).status_code == 404


def test_a_script_in_a_persons_words_is_only_words(
    deps: Deps, operator: FlaskClient, person: uuid.UUID
) -> None:
    say(deps, HOSTILE)
    post(operator, page(person, "note"), words=HOSTILE)
    for tab in TABS:
        seen = operator.get(page(person, tab)).text
        assert HOSTILE not in seen
    assert "&lt;script&gt;" in operator.get(page(person)).text
    assert "&lt;script&gt;" in operator.get(page(person, "notes")).text


def test_a_live_page_hears_204_until_something_was_said(
    deps: Deps, operator: FlaskClient, person: uuid.UUID, clock: FixedClock
) -> None:
    seen = operator.get(page(person)).text
    poll = next(one.split('"')[0] for one in seen.split('hx-get="') if "mark=" in one)
    quiet = operator.get(poll, headers={"HX-Request": "true"})
    assert (quiet.status_code, quiet.data) == (204, b"")
    clock.advance(seconds=1)
    say(deps, "额度多少")
    news = operator.get(poll, headers={"HX-Request": "true"})
    assert news.status_code == 200
    assert "额度多少" in news.text
    assert "<html" not in news.text


def test_words_by_hand_go_out_from_the_page(
    deps: Deps, operator: FlaskClient, person: uuid.UUID, gateway: RecordingGateway
) -> None:
    answer = post(operator, page(person, "write"), page(person), words="您好，请补一张收入说明。")
    assert (answer.status_code, answer.location) == (303, page(person))
    delivery.deliver_due(deps)
    assert gateway.sent[0][1].startswith("您好，请补一张收入说明。")


def test_a_closed_window_is_told_kindly_and_nothing_goes_out(
    deps: Deps, person: uuid.UUID, clock: FixedClock
) -> None:
    clock.advance(hours=49)
    operator = signed_in(deps, Role.OPERATOR)
    assert "现在不能写" in operator.get(page(person)).text
    answer = post(operator, page(person, "write"), words="您好")
    assert answer.status_code == 422
    assert "窗口会再开48小时" in answer.text


def test_forbidden_words_are_named_and_nothing_goes_out(
    operator: FlaskClient, person: uuid.UUID, gateway: RecordingGateway
) -> None:
    answer = post(operator, page(person, "write"), words="您放心，必下款")
    assert answer.status_code == 422
    assert "必下款" in answer.text.split("</textarea>")[0].split('role="alert"')[1][:200]
    assert gateway.sent == []


def test_hold_and_release_ask_for_a_reason(
    deps: Deps, operator: FlaskClient, person: uuid.UUID
) -> None:
    without = post(operator, page(person, "hold"), why="complaint", reason="")
    assert without.status_code == 422
    made_up = post(operator, page(person, "hold"), why="whim", reason="理由")
    assert made_up.status_code == 422
    held = post(operator, page(person, "hold"), why="pause", reason="本人要求")
    assert held.status_code == 303
    assert the_person(deps).on_hold == "pause"
    assert "暂缓联系" in operator.get(page(person)).text
    assert post(operator, page(person, "release"), reason="到期了").status_code == 303
    assert the_person(deps).on_hold is None


def test_only_listed_fields_are_read(deps: Deps, operator: FlaskClient, person: uuid.UUID) -> None:
    post(
        operator,
        page(person, "hold"),
        why="pause",
        reason="本人要求",
        marketing_stopped="1",
        state="erased",
        person_id=str(uuid.uuid4()),
    )
    row = the_person(deps)
    assert (row.on_hold, row.marketing_stopped, row.state) == ("pause", False, "active")


def test_a_note_is_written_and_read(deps: Deps, operator: FlaskClient, person: uuid.UUID) -> None:
    assert post(operator, page(person, "note"), words="下周三回电").status_code == 303
    assert "下周三回电" in operator.get(page(person, "notes")).text
    with deps.sessions() as session:
        assert session.scalars(select(PersonNote)).one()


def test_a_review_is_started_from_the_page(deps: Deps, operator: FlaskClient) -> None:
    finish(deps)
    person = the_person(deps).id
    assert post(operator, page(person, "review"), reason="电话里提出").status_code == 303
    with deps.sessions() as session:
        assert session.scalars(select(Review)).one().kind == "asked"


def test_a_copy_is_a_file_that_no_cache_keeps(
    deps: Deps, operator: FlaskClient, reviewer: FlaskClient, person: uuid.UUID
) -> None:
    copy = post(reviewer, page(person, "copy"), reason="本人来电要求")
    assert copy.status_code == 200
    assert copy.headers["Cache-Control"] == "no-store"
    assert copy.headers["Content-Disposition"].startswith("attachment")
    assert "你好" in copy.text
    assert operator.get(page(person, "copy")).status_code == 403


def test_erasing_needs_the_typed_words_and_a_reviewer(
    deps: Deps, operator: FlaskClient, reviewer: FlaskClient, person: uuid.UUID
) -> None:
    assert operator.get(page(person, "erase")).status_code == 403
    almost = post(reviewer, page(person, "erase"), reason="本人要求", typed="删除")
    assert almost.status_code == 422
    done = post(reviewer, page(person, "erase"), reason="本人要求", typed="删除全部")
    assert done.status_code == 303
    assert the_person(deps).state == "erased"
    seen = reviewer.get(page(person))
    assert seen.status_code == 200
    assert "已删除" in seen.text


def test_showing_a_field_is_for_a_minute_for_reviewers_with_a_reason(
    deps: Deps, operator: FlaskClient, reviewer: FlaskClient, person: uuid.UUID
) -> None:
    what = f"openid:{person}"
    shown = post(reviewer, "/console/reveal", page(person), what=what, reason=WHY)
    assert shown.status_code == 200
    assert OPENID in shown.text
    assert 'data-hide-after="60"' in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert OPENID not in reviewer.get(page(person)).text
    assert reviewer.get("/console/reveal").status_code == 405
    without = post(reviewer, "/console/reveal", page(person), what=what, reason="")
    assert without.status_code == 422
    assert OPENID not in without.text
    refused = post(operator, "/console/reveal", page(person), what=what, reason=WHY)
    assert refused.status_code == 403
    gone = post(reviewer, "/console/reveal", page(person), what="openid:none", reason=WHY)
    assert gone.status_code == 404
    with deps.sessions() as session:
        acts = session.scalars(select(AuditRow.act)).all()
    assert acts == ["revealed"]


def test_a_hostile_value_that_is_shown_is_only_words(
    deps: Deps, reviewer: FlaskClient, person: uuid.UUID
) -> None:
    say(deps, f"{HOSTILE}13812345678")
    seen = reviewer.get(page(person)).text
    what = seen.split('value="delivery:')[1].split('"')[0]
    shown = post(reviewer, "/console/reveal", page(person), what=f"delivery:{what}", reason=WHY)
    assert "13812345678" in shown.text
    assert HOSTILE not in shown.text


def test_a_post_without_its_token_changes_nothing(
    deps: Deps, operator: FlaskClient, person: uuid.UUID
) -> None:
    answer = operator.post(page(person, "hold"), data={"why": "pause", "reason": "理由"})
    assert answer.status_code == 400
    assert the_person(deps).on_hold is None


def test_a_dossier_opens_and_is_computed_again(deps: Deps, reviewer: FlaskClient) -> None:
    finish(deps)
    with deps.sessions() as session:
        decision = session.scalars(select(Decision.id)).one()
    url = f"/console/decisions/{decision}"
    seen = reviewer.get(url)
    assert seen.status_code == 200
    assert "额度怎样被压到这里" in seen.text
    assert "8千–1.2万" in seen.text
    assert "逐字节一致" in post(reviewer, f"{url}/replay", url).text
    covered = signed_in(deps, Role.OPERATOR).get(url)
    assert "8千–1.2万" not in covered.text
    assert "额度怎样被压到这里" not in covered.text
    assert reviewer.get(f"/console/decisions/{uuid.uuid4()}").status_code == 404
    assert signed_in(deps, Role.ADMINISTRATOR).get(url).status_code == 403
