"""What the staff do from the command line, and what the person hears of it."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from flask.testing import FlaskCliRunner
from sqlalchemy import select, text

from app.core.access import Role
from app.core.clock import SHANGHAI
from app.core.crypto import KeyRing
from app.core.errors import PlatformUnreachable
from app.deps import Deps
from app.services import decisions, delivery, handovers
from app.store.conversations import Notice
from app.store.enquiries import Decision, Handover
from app.store.messages import Message, Note
from app.store.people import Person
from app.store.session import make_engine, make_sessions
from handlers.factory import create_app
from tests.builders import OPENID, follows, hear, say
from tests.console import an_operator
from tests.fakes import FixedClock, RecordingGateway

SALARIED = (
    *("同意", "2", "上班", "浙江杭州", "1", "3万 一年", "3年以上"),
    *("单独同意", "4", "2", "没有逾期", "1"),
)


@pytest.fixture
def flask(deps: Deps) -> FlaskCliRunner:
    return create_app(deps).test_cli_runner()


def run(flask: FlaskCliRunner, *words: str) -> str:
    """Run a command that must succeed; return what it printed."""
    result = flask.invoke(args=list(words))
    assert result.exit_code == 0, result.output
    return str(result.stdout)


def refused(flask: FlaskCliRunner, *words: str) -> str:
    """Run a command that must fail; return its one sentence."""
    result: Result = flask.invoke(args=list(words))
    assert result.exit_code == 1, result.output
    assert len(result.stderr.strip().splitlines()) == 1
    return result.stderr.strip()


def finish(deps: Deps) -> None:
    hear(deps, follows(deps))
    say(deps, *SALARIED)
    decisions.score_due(deps)
    delivery.deliver_due(deps)


def leave(deps: Deps, words: str = "想问问提前还款") -> int:
    an_operator(deps, Role.OPERATOR, name="王")
    hear(deps, follows(deps))
    say(deps, "人工", words)
    with deps.sessions() as session:
        return session.scalars(select(Note.id)).one()


def the_message(deps: Deps) -> Message:
    with deps.sessions() as session:
        return session.scalars(select(Message).where(Message.copy_key == "inbox.answer")).one()


def test_installing_stores_the_notice_and_publishes_the_menu(
    flask: FlaskCliRunner, deps: Deps, gateway: RecordingGateway
) -> None:
    for _ in range(2):
        told = json.loads(run(flask, "install"))
        assert (told["notice"], told["menu"]) == (deps.notice.hash, True)
    with deps.sessions() as session:
        (notice,) = session.scalars(select(Notice)).all()
    assert notice.body == deps.notice.body
    assert gateway.menu_kept


def test_installing_does_not_need_the_platform(
    flask: FlaskCliRunner, deps: Deps, gateway: RecordingGateway
) -> None:
    gateway.fail_next(PlatformUnreachable())
    assert json.loads(run(flask, "install"))["menu"] is False


def test_a_menu_refused_is_not_asked_for_again(
    flask: FlaskCliRunner, gateway: RecordingGateway
) -> None:
    gateway.refuse_next(40018)
    assert json.loads(run(flask, "install"))["menu"] is False


def test_the_inbox_shows_the_words_and_hides_who_wrote_them(
    flask: FlaskCliRunner, deps: Deps
) -> None:
    leave(deps)
    told = run(flask, "inbox", "list")
    assert "想问问提前还款" in told
    assert OPENID not in told
    assert OPENID[-4:] in told


def test_no_words_of_a_person_steer_a_terminal(flask: FlaskCliRunner, deps: Deps) -> None:
    leave(deps, "红色\x1b[31m和\x1b]0;标题\x07铃")
    told = run(flask, "inbox", "list")
    assert "红色" in told
    assert not set(told) & {"\x1b", "\x07"}


def test_an_answer_reaches_the_person_and_closes_the_note(
    flask: FlaskCliRunner, deps: Deps, gateway: RecordingGateway
) -> None:
    note = leave(deps)
    assert "now" in run(flask, "inbox", "answer", str(note), "--by", "王", "可以", "提前还")
    delivery.deliver_due(deps)
    assert gateway.sent[-1][0] == OPENID
    assert "可以 提前还" in gateway.sent[-1][1]
    assert run(flask, "inbox", "list") == ""
    assert "No open note" in refused(flask, "inbox", "answer", str(note), "--by", "王", "再答")


def test_an_answer_at_night_waits_for_hours(
    flask: FlaskCliRunner, deps: Deps, clock: FixedClock
) -> None:
    clock.moment = clock.now().astimezone(SHANGHAI).replace(hour=20)
    note = leave(deps)
    clock.advance(hours=3)
    told = run(flask, "inbox", "answer", str(note), "--by", "王", "可以")
    assert "when hours allow" in told


def test_an_answer_that_nothing_carries_opens_the_next_reply(
    flask: FlaskCliRunner, deps: Deps, clock: FixedClock, gateway: RecordingGateway
) -> None:
    note = leave(deps)
    clock.advance(days=3)
    told = run(flask, "inbox", "answer", str(note), "--by", "王", "可以提前还")
    assert "next message" in told
    delivery.deliver_due(deps)
    assert gateway.sent == []
    assert "可以提前还" in say(deps, "帮助")
    assert the_message(deps).state == "repeated"


def test_an_answer_is_kept_sealed(flask: FlaskCliRunner, deps: Deps) -> None:
    note = leave(deps)
    run(flask, "inbox", "answer", str(note), "--by", "王", "可以提前还")
    with deps.sessions() as session:
        rows = session.scalars(text("SELECT n::text FROM notes n")).all()
        rows += session.scalars(text("SELECT m::text FROM messages m")).all()
    assert "可以提前还".encode().hex() not in "".join(rows)
    assert "可以提前还" not in "".join(rows)


def test_an_answer_without_words_is_refused(flask: FlaskCliRunner, deps: Deps) -> None:
    note = leave(deps)
    assert "needs words" in refused(flask, "inbox", "answer", str(note), "--by", "王", "  ")


def test_a_review_is_listed_decided_and_told(
    flask: FlaskCliRunner, deps: Deps, gateway: RecordingGateway
) -> None:
    finish(deps)
    say(deps, "人工复核")
    an_operator(deps, Role.REVIEWER, name="李")
    review = run(flask, "reviews", "list").split()[0]
    told = run(flask, "reviews", "decide", review, "--by", "李", "--approve", "15000")
    assert told.startswith("Decided: ")
    delivery.deliver_due(deps)
    assert "15,000" in gateway.sent[-1][1]
    assert run(flask, "reviews", "list") == ""


def test_a_review_beyond_what_law_or_product_allow_is_refused(
    flask: FlaskCliRunner, deps: Deps
) -> None:
    finish(deps)
    say(deps, "人工复核")
    an_operator(deps, Role.REVIEWER, name="李")
    review = run(flask, "reviews", "list").split()[0]
    sentence = refused(flask, "reviews", "decide", review, "--by", "李", "--approve", "99000000")
    assert "authority" in sentence
    assert run(flask, "reviews", "list").startswith(review)


@pytest.mark.parametrize("choice", [(), ("--approve", "15000", "--decline")])
def test_a_review_needs_one_verdict(
    flask: FlaskCliRunner, deps: Deps, choice: tuple[str, ...]
) -> None:
    sentence = refused(flask, "reviews", "decide", "1", "--by", "李", *choice)
    assert "either" in sentence


def test_a_review_that_is_not_there_is_said_to_be_so(flask: FlaskCliRunner, deps: Deps) -> None:
    an_operator(deps, Role.REVIEWER, name="李")
    assert "No open review 7" in refused(flask, "reviews", "decide", "7", "--by", "李", "--decline")


def hand_over(deps: Deps, good_time: str) -> None:
    finish(deps)
    say(deps, "我要办理", good_time)


def test_handovers_are_exported_once(flask: FlaskCliRunner, deps: Deps, tmp_path: Path) -> None:
    hand_over(deps, "周六上午")
    assert "周六上午" in run(flask, "handovers", "list")
    out = tmp_path / "people.csv"
    run(flask, "handovers", "export", "--out", str(out))
    (line,) = csv.DictReader(io.StringIO(out.read_text("utf-8-sig")))
    assert (line["low_yuan"], line["high_yuan"], line["term_months"]) == ("12000", "20000", "12")
    assert line["good_time"] == "周六上午"
    assert out.stat().st_mode & 0o077 == 0
    assert "周六上午" not in run(flask, "handovers", "export")


@pytest.mark.parametrize("formula", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "＝1"])
def test_no_spreadsheet_runs_what_a_person_typed(
    flask: FlaskCliRunner, deps: Deps, formula: str
) -> None:
    hand_over(deps, "周六")
    with deps.sessions.begin() as session:
        session.scalars(select(Handover)).one().good_time = formula
    (line,) = csv.DictReader(io.StringIO(run(flask, "handovers", "export")))
    assert line["good_time"] == f"'{formula}"


def test_what_could_not_be_written_still_waits(
    flask: FlaskCliRunner, deps: Deps, tmp_path: Path
) -> None:
    hand_over(deps, "周六上午")
    assert "cannot be written" in refused(
        flask, "handovers", "export", "--out", str(tmp_path / "nowhere" / "people.csv")
    )
    (tmp_path / "there.csv").touch()
    assert "exists already" in refused(
        flask, "handovers", "export", "--out", str(tmp_path / "there.csv")
    )
    assert len(handovers.list_handovers(deps)) == 1


def test_a_decision_can_be_shown_and_replayed(flask: FlaskCliRunner, deps: Deps) -> None:
    finish(deps)
    with deps.sessions() as session:
        decision = str(session.scalars(select(Decision.id)).one())
    assert json.loads(run(flask, "decisions", "show", decision))["decision"] == decision
    assert run(flask, "decisions", "replay", decision) == "identical\n"
    with deps.sessions.begin() as session:
        row = session.scalars(select(Decision)).one()
        row.assessment = {**row.assessment, "outcome": "decline"}
    result = flask.invoke(args=["decisions", "replay", decision])
    assert (result.exit_code, result.stdout) == (1, "different\n")


def test_the_latest_decisions_are_listed_with_the_card_that_made_them(
    flask: FlaskCliRunner, deps: Deps
) -> None:
    finish(deps)
    (one,) = json.loads(run(flask, "decisions", "list", "--json"))
    assert (one["outcome"], one["card"]) == ("approve", "person-expert-2")
    line = run(flask, "decisions", "list", "--limit", "1")
    assert line.split() == [one["decision"], one["decided_at"], "approve", one["tier"], one["card"]]
    assert run(flask, "decisions", "replay", line.split()[0]) == "identical\n"


def test_keys_are_wrapped_by_the_new_master_key_and_everything_still_opens(deps: Deps) -> None:
    finish(deps)
    old = deps.settings.data_keys.get_secret_value()
    ring = KeyRing.parse(f"k2:{'A' * 43},{old}")
    rotated = replace(deps, keyring=ring)
    flask = create_app(rotated).test_cli_runner()
    assert run(flask, "keys", "rotate") == "Wrapped anew: 1\n"
    assert run(flask, "keys", "rotate") == "Wrapped anew: 0\n"
    with deps.sessions() as session:
        assert session.scalars(select(Person.master_id)).all() == ["k2"]
    assert "12,000" in say(rotated, "我的额度")


def test_a_person_is_erased_from_the_command_line(flask: FlaskCliRunner, deps: Deps) -> None:
    finish(deps)
    with deps.sessions() as session:
        person = str(session.scalars(select(Person.id)).one())
    assert run(flask, "people", "erase", person) == "Erased.\n"
    assert "No person" in refused(flask, "people", "erase", person)


def test_followers_are_imported_from_the_command_line(flask: FlaskCliRunner, deps: Deps) -> None:
    assert "first delivery" in run(flask, "people", "import")
    hear(deps, follows(deps))
    assert "Everybody is known" in run(flask, "people", "import")


def test_without_the_database_a_command_says_so_in_a_sentence(deps: Deps) -> None:
    nowhere = make_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing", connections=2)
    flask = create_app(replace(deps, sessions=make_sessions(nowhere))).test_cli_runner()
    assert "database did not answer" in refused(flask, "inbox", "list")
    nowhere.dispose()


def test_what_nothing_could_carry_is_listed_without_anything_personal(
    deps: Deps, flask: FlaskCliRunner, gateway: RecordingGateway
) -> None:
    assert run(flask, "messages", "owed") == ""
    hear(deps, follows(deps))
    say(deps, *SALARIED)
    decisions.score_due(deps)
    gateway.refuse_next(45015)
    delivery.deliver_due(deps)
    (line,) = run(flask, "messages", "owed").splitlines()
    with deps.sessions() as session:
        person = session.scalars(select(Person.id)).one()
    assert line.split() == [
        *("2026-11-23", "10:00", "untold", "close_window", "quota.approved"),
        *("person", str(person)),
    ]


def test_open_complaints_and_requests_are_listed_with_their_clocks(
    flask: FlaskCliRunner, deps: Deps
) -> None:
    assert (run(flask, "complaints", "list"), run(flask, "rights", "list")) == ("", "")
    hear(deps, follows(deps))
    say(deps, "投诉", "三天没人回我", "信息有误", "地区应该是宁波")
    told = run(flask, "complaints", "list")
    assert "TS20261123-" in told
    assert "first answer due 2026-11-24 18:00  due 2026-12-14 18:00" in told
    asked = run(flask, "rights", "list")
    assert "correct  by chat" in asked
    assert OPENID not in told + asked
    assert "宁波" not in asked
