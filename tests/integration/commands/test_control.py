"""`flask stops` and `flask audit`: what the person on call types."""

import json
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from app.core.access import Role
from app.deps import Deps
from app.queries import stops as pages
from handlers.factory import create_app
from tests.console import an_operator
from tests.integration.audit.tampering import tamper, written
from tests.integration.commands.test_commands import refused, run


@pytest.fixture
def flask(deps: Deps) -> FlaskCliRunner:
    an_operator(deps, Role.OPERATOR, name="王")
    an_operator(deps, Role.APPROVER, name="李")
    an_operator(deps, Role.AUDITOR, name="赵")
    return create_app(deps).test_cli_runner()


def test_the_switch_from_the_command_line(flask: FlaskCliRunner, deps: Deps) -> None:
    stop = ("stops", "set", "all", "--by", "王", "--reason", "价格写错了")
    assert run(flask, *stop) == "Stopped.\n"
    assert run(flask, *stop) == "It was stopped already.\n"
    assert run(flask, "stops", "list") == "all  since 2026-11-23 10:00  by 王  价格写错了\n"
    lift = ("stops", "lift", "all", "--reason", "已改正", "--by")
    assert "may not approve" in refused(flask, *lift, "王")
    assert run(flask, *lift, "李") == "Lifted.\n"
    assert pages.standing(deps) == ()


def test_nobody_unknown_stops_anything(flask: FlaskCliRunner) -> None:
    told = refused(flask, "stops", "set", "all", "--by", "nobody", "--reason", "x")
    assert "No open account" in told


def test_a_sound_log_prints_its_anchor_and_the_anchor_holds(
    flask: FlaskCliRunner, deps: Deps
) -> None:
    written(deps, 3)
    told = run(flask, "audit", "verify")
    assert told.startswith("Sound: 4 rows. Anchor 4:")
    anchor = told.strip().rpartition(" ")[2]
    assert run(flask, "audit", "verify", "--anchor", anchor).startswith("Sound: 5 rows.")


def test_a_changed_log_names_the_row_and_fails(flask: FlaskCliRunner, deps: Deps) -> None:
    written(deps, 3)
    tamper(deps, "UPDATE audit_log SET actor = '波' WHERE seq = 2")
    result = flask.invoke(args=["audit", "verify"])
    assert result.exit_code == 1
    assert "row 2 was changed" in result.stdout
    wrong = flask.invoke(args=["audit", "verify", "--anchor", f"1:{'00' * 32}"])
    assert "row 1 is not the one that was noted down" in wrong.stdout
    assert "anchor" in refused(flask, "audit", "verify", "--anchor", "x")


def test_an_export_is_written_once_signed_and_checked(
    flask: FlaskCliRunner, deps: Deps, tmp_path: Path
) -> None:
    written(deps, 3)
    file = tmp_path / "audit.jsonl"
    taken = ("audit", "export", "--out", str(file), "--reason", "年度审计", "--by")
    assert "may not audit" in refused(flask, *taken, "李")
    assert not file.exists()
    run(flask, *taken, "赵")
    assert file.stat().st_mode & 0o777 == 0o600
    assert "exists already" in refused(flask, *taken, "赵")
    told = run(flask, "audit", "check-export", str(file))
    assert "Signature: ours" in told
    key = json.loads((tmp_path / "audit.jsonl.sig").read_text())["public_key"]
    assert run(flask, "audit", "public-key").strip() == key
    file.write_bytes(file.read_bytes().replace("第 2 次".encode(), "第 9 次".encode()))
    result = flask.invoke(args=["audit", "check-export", str(file)])
    assert result.exit_code == 1
    assert "NOT ours" in result.stdout
    assert "Row 2 does not follow" in result.stdout


def test_an_export_of_some_days_holds_their_rows_only(
    flask: FlaskCliRunner, deps: Deps, tmp_path: Path
) -> None:
    written(deps, 3)
    file = tmp_path / "audit.jsonl"
    run(
        flask, "audit", "export", "--out", str(file), "--reason", "抽查", "--by", "赵",
        "--since", "2026-11-24",
    )  # fmt: skip
    assert "Rows: 0" in run(flask, "audit", "check-export", str(file))


def test_a_signature_that_is_not_there_is_said(
    flask: FlaskCliRunner, deps: Deps, tmp_path: Path
) -> None:
    file = tmp_path / "audit.jsonl"
    file.write_text("{}\n")
    assert "cannot be read" in refused(flask, "audit", "check-export", str(file))
    assert "cannot be written" in refused(
        flask, "audit", "export", "--out", "/nowhere/x", "--by", "赵", "--reason", "x"
    )


@pytest.mark.parametrize("words", ["not json", "[1]", '{"seq": "x"}', "null"])
def test_a_file_that_is_no_export_is_not_ours(
    flask: FlaskCliRunner, tmp_path: Path, words: str
) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text(f"{words}\n{words}\n")
    (tmp_path / "x.jsonl.sig").write_text("{}")
    result = flask.invoke(args=["audit", "check-export", str(file)])
    assert result.exit_code == 1
    assert "NOT ours" in result.stdout
