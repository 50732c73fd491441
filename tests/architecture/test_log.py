"""What is sealed at rest never reaches a log, whatever it is called on the way."""

import io
import json

import pytest
import structlog
from pydantic import SecretStr
from sqlalchemy import LargeBinary

from app.core import log, types
from app.core.config import Settings
from app.core.types import Secret
from app.store.tables import metadata

MARKER = "此人说的话13800000000"


def sealed_columns():
    return {
        column.name
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary) and column.name.endswith("_sealed")
    }


def look_ups():
    """Names under which bytes about one person are kept, beside what is sealed."""
    return {"openid_index", "wrapped_key", "token_index"}


def secret_fields():
    inbounds = [one for one in vars(types).values() if isinstance(one, type)]
    hints = [(name, hint) for one in inbounds for name, hint in _hints(one)]
    return {name for name, hint in hints if hint is Secret}


def _hints(one):
    return getattr(one, "__annotations__", {}).items()


def secret_settings():
    return {name for name, one in Settings.model_fields.items() if one.annotation is SecretStr}


def personal_names():
    opened = {name.removesuffix("_sealed") for name in sealed_columns()}
    return sorted(sealed_columns() | opened | look_ups() | secret_fields())


@pytest.fixture
def lines():
    stream = io.StringIO()
    processors = [log.redact, structlog.processors.JSONRenderer(ensure_ascii=False)]
    logger = structlog.wrap_logger(structlog.PrintLogger(stream), processors=processors)
    yield logger, stream
    assert MARKER not in stream.getvalue()


def test_the_walk_finds_what_we_know_to_be_there():
    assert {"openid_sealed", "reply_sealed", "dossier_sealed"} <= sealed_columns()
    assert {"openid", "words", "label"} <= secret_fields()
    assert {"wechat_app_secret", "data_keys"} <= secret_settings()


@pytest.mark.parametrize("name", personal_names())
def test_no_personal_field_reaches_a_log(lines, name):
    logger, stream = lines
    logger.info("happened", **{name: MARKER})
    logger.info("happened", row={name: MARKER}, rows=[{"inside": {name: MARKER}}])
    assert all(json.loads(line)["event"] == "happened" for line in stream.getvalue().splitlines())


def test_a_personal_value_shows_dots_wherever_it_is_put(lines):
    logger, stream = lines
    logger.info("happened", under_any_name=Secret(MARKER), several=[Secret(MARKER)])
    assert "under_any_name" in stream.getvalue()


def test_the_settings_never_show_their_secrets(lines):
    logger, stream = lines
    secrets = {name: SecretStr(MARKER) for name in secret_settings()}
    logger.info("happened", **secrets, settings=Settings.model_construct(**secrets))
    assert "settings" in stream.getvalue()
