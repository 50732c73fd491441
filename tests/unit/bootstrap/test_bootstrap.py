"""A process is built once, from settings alone: who lends, what time it is, what is refused."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from app.bootstrap import build_deps, connect_redis, make_clock, read_lender
from app.bootstrap.workers import build_worker_deps
from app.core.clock import SystemClock
from app.core.config import ROOT, Settings
from app.core.errors import BadSettings, LenderUnset
from app.dialogue.types import Say
from app.queue import RqBell
from app.state.bell import MuteBell
from handlers.factory import create_app
from tests.builders import some_settings

DEMONSTRATION = ROOT / "local" / "demo_lender.json"
FIT = {
    "environment": "production",
    "rules_folder": "rules",
    "public_base_url": "https://quota.example.com",
    "wechat_api_base_url": "https://api.weixin.qq.com",
}


@pytest.fixture
def lender_file(tmp_path):
    """A file of somebody who really lends, with these changes."""

    def write(**changes):
        plain = json.loads(DEMONSTRATION.read_text(encoding="utf-8"))
        path = tmp_path / "lender.json"
        path.write_text(json.dumps({**plain, **changes}), encoding="utf-8")
        return path

    return write


def test_on_this_machine_a_demonstration_lends():
    assert read_lender(some_settings()).is_demonstration


def test_a_lender_of_ones_own_is_read(lender_file):
    path = lender_file(full_name="某某小额贷款有限公司", is_demonstration=False)
    assert read_lender(some_settings(lender_file=path)).full_name == "某某小额贷款有限公司"


@pytest.mark.parametrize("written", ["", "[]", "{}", '{"full_name": 1}'])
def test_a_lender_that_cannot_be_read_is_a_mistake_that_names_the_file(tmp_path, written):
    path = tmp_path / "lender.json"
    path.write_text(written)
    with pytest.raises(BadSettings, match=r"LENDER_FILE .*lender\.json"):
        read_lender(some_settings(lender_file=path))


def test_a_lender_that_is_not_there_is_a_mistake_that_names_the_file():
    with pytest.raises(BadSettings, match=r"nowhere\.json"):
        read_lender(some_settings(lender_file=Path("nowhere.json")))


def test_production_is_not_for_the_demonstration():
    with pytest.raises(BadSettings, match="demonstration"):
        read_lender(some_settings(**FIT, lender_file=DEMONSTRATION))


def test_without_a_lender_people_are_answered_and_nothing_is_decided():
    # No settings that pass their checks come without a lender; were there any, nothing is decided.
    unset = some_settings(**FIT, lender_file=DEMONSTRATION).model_copy(update={"lender_file": None})
    assert read_lender(unset) is None
    with pytest.raises(LenderUnset):
        build_deps(unset).rulebook()


def test_only_this_machine_travels_in_time(tmp_path):
    away = {"data_dir": tmp_path, "clock_offset": 3600.0}
    ahead = make_clock(some_settings(**away)).now() - SystemClock().now()
    assert ahead > timedelta(minutes=59)
    held = some_settings(**FIT, lender_file=DEMONSTRATION).model_copy(update=away)
    assert make_clock(held).now() - SystemClock().now() < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("page", "address"),
    [
        ("/complaint", "http://127.0.0.1:8000/complaint"),
        ("https://a.example/", "https://a.example/"),
    ],
)
def test_complaints_are_led_to_the_page_of_the_lender(lender_file, page, address):
    deps = build_deps(some_settings(lender_file=lender_file(complaint_page=page)))
    assert address in deps.copybook.render(Say("command.complaint"))


def test_a_web_process_may_not_ring_and_a_worker_may():
    settings = some_settings()
    assert isinstance(build_deps(settings).bell, MuteBell)
    assert isinstance(build_worker_deps(settings).bell, RqBell)


@pytest.mark.parametrize(("blocks", "seconds"), [(True, None), (False, 2.0)])
def test_only_a_worker_waits_for_redis_without_end(blocks, seconds):
    client = connect_redis(some_settings(), blocks=blocks)
    assert client.connection_pool.connection_kwargs["socket_timeout"] == seconds


def test_a_web_process_without_settings_tells_what_is_missing_and_ends(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    with pytest.raises(SystemExit, match="DATABASE_URL is needed"):
        create_app()
