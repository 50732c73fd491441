from collections.abc import Iterator
from pathlib import Path

import pytest

from local.terminal import Follower


@pytest.fixture
def path(tmp_path) -> Path:
    log = tmp_path / "web.log"
    log.write_text("from an earlier start\n")
    return log


@pytest.fixture
def follower(path) -> Iterator[Follower]:
    one = Follower(path, "web")
    yield one
    one.close()


def test_only_whole_lines_are_shown_each_with_the_name_of_its_program(follower, path, capsys):
    with path.open("a") as log:
        log.write("one\ntw")
        log.flush()
        follower.show()
        assert capsys.readouterr().out == "web         | one\n"
        log.write("o\n")
    follower.show()
    assert capsys.readouterr().out == "web         | two\n"


def test_a_rotation_loses_no_line(follower, path, capsys):
    with path.open("a") as log:
        log.write("before\n")
    path.rename(path.with_suffix(".log.1"))
    follower.show()
    path.write_text("after\n")
    follower.show()
    shown = capsys.readouterr().out
    assert [line.split()[-1] for line in shown.splitlines()] == ["before", "after"]


def test_bytes_that_are_no_text_do_not_stop_it(follower, path, capsys):
    with path.open("ab") as log:
        log.write(b"\xff\xfe\n")
    follower.show()
    assert "\ufffd" in capsys.readouterr().out
