"""The environment is read strictly: all mistakes at once, no secret told, production held safe."""

import pytest
from pydantic import ValidationError

from app.core.config import RIGHTS, DatabaseSettings, Settings, read_settings
from app.core.errors import BadSettings
from tests.builders import some_settings

NEEDED = (
    *("DATABASE_URL", "REDIS_URL", "WECHAT_APP_ID", "WECHAT_APP_SECRET", "WECHAT_TOKEN"),
    *("SECRET_KEY", "DATA_KEYS"),
)
FIT = {
    "environment": "production",
    "lender_file": "lender.json",
    "rules_folder": "rules",
    "public_base_url": "https://quota.example.com",
    "wechat_api_base_url": "https://api.weixin.qq.com",
}


@pytest.fixture(autouse=True)
def nowhere(monkeypatch, tmp_path):
    """A folder without `.env` and an environment without settings."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(name, raising=False)


def mistakes_of(**given):
    with pytest.raises(ValidationError) as refused:
        some_settings(**given)
    (error,) = refused.value.errors()
    return error["msg"].removeprefix("Value error, ").splitlines()


def test_an_empty_environment_is_told_everything_that_is_needed():
    with pytest.raises(BadSettings) as refused:
        read_settings()
    assert refused.value.mistakes == [f"{name} is needed (`make run` makes it)" for name in NEEDED]


def test_every_mistake_is_in_one_list(monkeypatch):
    wrong = {
        "PORT": "0",
        "LOG_LEVEL": "loud",
        "WEB_THREADS": "many",
        "TURN_WAIT_SECONDS": "5",
        "DATA_KEYS": "k1:short",
        "WECHAT_ENCODING_AES_KEY": "short",
        "ACCOUNT_RIGHTS": "everything",
        "ENVIRONMENT": "production",
        "SIMULATOR": "on",
        "CLOCK_OFFSET": "an hour",
        "PUBLIC_BASE_URL": "http://quota.example.com",
    }
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings) as refused:
        read_settings()
    told = refused.value.mistakes
    for name in {*wrong, "LENDER_FILE", "DATABASE_URL"} - {"ENVIRONMENT"}:
        assert any(one.startswith(name) for one in told), name


def test_a_mistake_about_a_secret_does_not_tell_it(monkeypatch):
    for name in NEEDED:
        monkeypatch.setenv(name, "hunter2")
    monkeypatch.setenv("WECHAT_ENCODING_AES_KEY", "hunter2")
    with pytest.raises(BadSettings) as refused:
        read_settings()
    assert "WECHAT_ENCODING_AES_KEY has 43 characters, or is empty" in str(refused.value)
    assert "DATA_KEYS entry 1" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_no_secret_shows_in_the_settings_themselves():
    secret = {
        "database_url": "postgresql+psycopg://us:hunter2@db/",
        "redis_url": "redis://:hunter2@redis/0",
        "wechat_app_secret": "hunter2",
        "wechat_token": "hunter2",
        "secret_key": "hunter2",
    }
    settings = some_settings(**secret)
    assert settings.database_url.startswith("postgresql")
    assert "hunter2" not in repr(settings) + str(settings)


def test_the_defaults_fit_one_machine():
    settings = some_settings()
    assert (settings.environment, settings.simulator, settings.port) == ("local", "off", 8000)
    assert settings.account_rights == frozenset(RIGHTS)
    assert settings.base_url == "http://127.0.0.1:8000"


def test_the_address_of_links_has_no_slash_at_its_end():
    assert some_settings(public_base_url="https://a.example/").base_url == "https://a.example"


@pytest.mark.parametrize(
    ("written", "rights"),
    [
        ("all", set(RIGHTS)),
        ("none", set()),
        ("customer_service, templates", {"customer_service", "templates"}),
        (frozenset({"templates"}), {"templates"}),
    ],
)
def test_rights_are_written_as_words(written, rights):
    assert some_settings(account_rights=written).account_rights == rights


def test_settings_are_read_from_the_environment_and_empty_means_unset(monkeypatch):
    for name in NEEDED[:-1]:
        monkeypatch.setenv(name, name.lower())
    monkeypatch.setenv("DATA_KEYS", some_settings().data_keys.get_secret_value())
    monkeypatch.setenv("PORT", "")
    monkeypatch.setenv("TAP_OPENS", "message")
    settings = read_settings()
    assert (settings.database_url, settings.port) == ("database_url", 8000)
    assert settings.tap_opens == "message"
    assert DatabaseSettings().database_url == "database_url"


def test_a_fit_production_is_accepted():
    assert some_settings(**FIT).environment == "production"


@pytest.mark.parametrize(
    ("wrong", "mistake"),
    [
        ({"simulator": "on"}, "SIMULATOR must be off in production"),
        ({"clock_offset": 60}, "CLOCK_OFFSET is for local rehearsals only"),
        ({"lender_file": None}, "LENDER_FILE is needed in production: who lends?"),
        (
            {"rules_folder": None},
            "RULES_FOLDER is needed in production: ours hold a demonstration policy",
        ),
        ({"public_base_url": ""}, "PUBLIC_BASE_URL must be an https:// address in production"),
        (
            {"wechat_api_base_url": "http://127.0.0.1:9"},
            "WECHAT_API_BASE_URL must be an https:// address in production",
        ),
    ],
)
def test_production_refuses_what_is_for_rehearsals(wrong, mistake):
    assert mistakes_of(**{**FIT, **wrong}) == [mistake]


@pytest.mark.parametrize("zero", ["0", "0.0", 0], ids=repr)
def test_no_offset_however_written_is_fit_for_production(zero):
    assert some_settings(**FIT, clock_offset=zero).clock_offset == 0


def test_settings_do_not_change():
    with pytest.raises(ValidationError):
        some_settings().port = 9
