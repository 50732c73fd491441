import pytest

from local.refusal import CannotRun
from local.settings import LONGEST_SOCKET_NAME, LONGEST_SOCKET_PATH, read_settings


@pytest.fixture(autouse=True)
def an_empty_environment(monkeypatch, tmp_path):
    for name in ("HOST", "PORT", "SIMULATOR", "SIMULATOR_PORT", "DATA_DIR", "ENVIRONMENT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_nothing_needs_to_be_said():
    settings = read_settings()
    assert (settings.host, settings.port, settings.simulator_port) == ("127.0.0.1", 8000, 8001)
    assert settings.simulator == "on"
    assert settings.folder.is_absolute()


def test_all_mistakes_come_in_one_list_with_those_that_the_programs_would_find(monkeypatch):
    monkeypatch.setenv("PORT", "eighty")
    monkeypatch.setenv("SIMULATOR_PORT", "70000")
    monkeypatch.setenv("SIMULATOR", "maybe")
    monkeypatch.setenv("TAP_OPENS", "doors")
    with pytest.raises(CannotRun) as refusal:
        read_settings()
    lines = str(refusal.value).splitlines()
    assert "wrong" in lines[0]
    named = [line.split()[0] for line in lines[1:]]
    assert sorted(named) == ["PORT", "SIMULATOR", "SIMULATOR_PORT", "TAP_OPENS"]


def test_a_mistake_does_not_repeat_what_was_typed(monkeypatch):
    monkeypatch.setenv("DATA_KEYS", "a-secret-typed-wrongly")
    with pytest.raises(CannotRun) as refusal:
        read_settings()
    assert "DATA_KEYS" in str(refusal.value)
    assert "a-secret-typed-wrongly" not in str(refusal.value)


def test_a_file_in_the_folder_is_read_and_the_environment_wins(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("PORT=8100\nSIMULATOR_PORT=8101\n")
    monkeypatch.setenv("PORT", "8200")
    settings = read_settings()
    assert (settings.port, settings.simulator_port) == (8200, 8101)


def test_an_empty_setting_is_one_that_was_not_set(monkeypatch):
    monkeypatch.setenv("PORT", "")
    assert read_settings().port == 8000


def test_both_cannot_listen_on_one_port(monkeypatch):
    monkeypatch.setenv("SIMULATOR_PORT", "8000")
    with pytest.raises(CannotRun, match="SIMULATOR_PORT must differ from PORT"):
        read_settings()


def test_without_the_simulator_an_account_is_needed(monkeypatch):
    monkeypatch.setenv("SIMULATOR", "off")
    with pytest.raises(CannotRun, match="WECHAT_APP_ID"):
        read_settings()


def test_production_makes_no_keys_of_its_own(monkeypatch):
    monkeypatch.setenv("ENVIRONMENT", "production")
    with pytest.raises(CannotRun) as refusal:
        read_settings()
    for name in ("SECRET_KEY", "DATA_KEYS", "SIMULATOR"):
        assert name in str(refusal.value)


def test_sockets_stay_beside_the_data_while_their_paths_are_short(monkeypatch):
    monkeypatch.setenv("DATA_DIR", "/srv/prequal")
    settings = read_settings()
    assert settings.socket_dir.is_relative_to(settings.folder)


def test_a_deep_folder_gets_a_short_place_for_its_sockets(monkeypatch):
    monkeypatch.setenv("DATA_DIR", "/srv/" + "deep/" * 20)
    first = read_settings().socket_dir
    monkeypatch.setenv("DATA_DIR", "/srv/" + "deep/" * 21)
    second = read_settings().socket_dir
    assert len(bytes(first / LONGEST_SOCKET_NAME)) <= LONGEST_SOCKET_PATH
    assert first != second


def test_localhost_is_an_address_and_other_names_are_none(monkeypatch):
    monkeypatch.setenv("HOST", "localhost")
    assert read_settings().host == "127.0.0.1"
    monkeypatch.setenv("HOST", "example.com")
    with pytest.raises(CannotRun, match="HOST must be an address"):
        read_settings()


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:80"),  # noqa: S104
        ("192.0.2.7", "http://192.0.2.7:80"),
        ("::", "http://[::1]:80"),
    ],
)
def test_an_address_for_everybody_is_reached_here_by_our_own(monkeypatch, host, url):
    monkeypatch.setenv("HOST", host)
    assert read_settings().url(80) == url
