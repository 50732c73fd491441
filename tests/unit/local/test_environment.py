import pytest

from local import environment
from local.settings import Settings

KEYS = {"SECRET_KEY": "made", "WECHAT_TOKEN": "made", "WECHAT_ENCODING_AES_KEY": "made"}
SERVERS = {"DATABASE_URL": "postgresql+psycopg://here"}


@pytest.fixture(autouse=True)
def an_empty_environment(monkeypatch, tmp_path):
    for name in (*KEYS, *SERVERS, "PUBLIC_BASE_URL", "WECHAT_API_BASE_URL", "WEBHOOK_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def settings_with(**values) -> Settings:
    return Settings(_env_file=None, **values)


def test_what_nobody_said_is_made():
    computed = environment.compute(settings_with(port=8100), KEYS, SERVERS)
    assert computed["SECRET_KEY"] == "made"
    assert computed["DATABASE_URL"] == SERVERS["DATABASE_URL"]
    assert computed["PUBLIC_BASE_URL"] == "http://127.0.0.1:8100"
    assert computed["PORT"] == "8100"


def test_what_somebody_said_is_kept(monkeypatch, tmp_path):
    monkeypatch.setenv("PUBLIC_BASE_URL", "https://example.com")
    (tmp_path / ".env").write_text("WECHAT_TOKEN=theirs\nLENDER_FILE=lender.json\n")
    computed = environment.compute(settings_with(), KEYS, SERVERS)
    assert "PUBLIC_BASE_URL" not in computed
    assert computed["WECHAT_TOKEN"] == "theirs"
    assert computed["LENDER_FILE"] == "lender.json"


def test_an_empty_aes_key_asks_for_plaintext_mode(monkeypatch):
    monkeypatch.setenv("WECHAT_ENCODING_AES_KEY", "")
    monkeypatch.setenv("WECHAT_TOKEN", "")
    computed = environment.compute(settings_with(), KEYS, SERVERS)
    assert "WECHAT_ENCODING_AES_KEY" not in computed
    assert computed["WECHAT_TOKEN"] == "made"


def test_the_simulator_and_the_webhook_are_told_of_each_other():
    computed = environment.compute(settings_with(host="0.0.0.0"), KEYS, SERVERS)  # noqa: S104
    assert computed["HOST"] == "0.0.0.0"  # noqa: S104
    assert computed["WECHAT_API_BASE_URL"] == "http://127.0.0.1:8001"
    assert computed["WEBHOOK_URL"] == "http://127.0.0.1:8000/wechat"


def test_without_the_simulator_calls_go_where_the_programs_think_best():
    computed = environment.compute(settings_with(simulator="off"), KEYS, SERVERS)
    assert "WECHAT_API_BASE_URL" not in computed
    assert "WEBHOOK_URL" not in computed


def test_production_is_given_no_keys():
    settings = settings_with(environment="production", simulator="off")
    computed = environment.compute(settings, KEYS, SERVERS)
    assert not set(KEYS) & set(computed)


def test_what_is_written_is_read_back_by_its_owner_only(tmp_path):
    settings = settings_with(data_dir=tmp_path)
    settings.run_dir.mkdir()
    environment.write(settings, {"SECRET_KEY": "made"})
    path = settings.run_dir / "environment.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert environment.read(settings) == {"SECRET_KEY": "made"}
    environment.forget(settings)
    assert not path.exists()
