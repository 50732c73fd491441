import pytest

from local.announcement import announce, notes_in
from local.settings import Settings


def test_the_addresses_and_the_notes_are_told(capsys):
    announce(Settings(_env_file=None, port=8100), {"one time password": "sesame"})
    said = capsys.readouterr().out
    assert "http://127.0.0.1:8001/\n" in said
    assert "http://127.0.0.1:8100/wechat\n" in said
    assert "sesame" in said


def test_no_phone_is_told_without_the_simulator(capsys):
    announce(Settings(_env_file=None, simulator="off"), {})
    assert "phone" not in capsys.readouterr().out


def test_what_a_step_says_once_only_becomes_a_note():
    said = '{"one_time_password": "sesame", "rows": 3, "seeded": true, "more": {"not": "shown"}}'
    assert notes_in(said) == {"one time password": "sesame"}


@pytest.mark.parametrize("output", ["", "done.\n", "[1, 2]", "null"])
def test_what_a_step_says_otherwise_is_no_note(output):
    assert notes_in(output) == {}
