"""The pretend platform as a process: it keeps its phones when it is told to stop."""

import http.client
import json
import signal
import subprocess
import sys
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.journey


@pytest.fixture(autouse=True)
def _environment(monkeypatch, tmp_path):
    monkeypatch.setenv("SIMULATOR_PORT", "0")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("WEBHOOK_URL", "http://127.0.0.1:1/wechat")


@contextmanager
def running():
    command = [sys.executable, "-m", "simulator"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(10)


def address_of(process):
    for line in process.stderr:
        if "phones on" in line:
            return urlsplit(line.split()[-1]).netloc
    raise AssertionError("it did not start")


def sim(address, path, body=None):
    connection = http.client.HTTPConnection(address, timeout=5)
    connection.request("POST" if body else "GET", f"/sim/{path}", json.dumps(body or {}))
    told = json.load(connection.getresponse())
    connection.close()
    return told


def test_phones_that_followed_before_a_stop_still_follow_after_it():
    with running() as process:
        address = address_of(process)
        number = sim(address, "phones", {"name": "老朋友"})["id"]
        sim(address, f"phones/{number}/follow", {"scene": "store-7"})
    assert process.returncode == 0
    with running() as process:
        phone = sim(address_of(process), f"phones/{number}")
    assert (phone["name"], phone["is_following"], phone["qr_scene"]) == ("老朋友", True, "store-7")


def test_a_wrong_setting_is_a_sentence_and_no_traceback(monkeypatch):
    monkeypatch.setenv("SIMULATOR_MODE", "loud")
    with running() as process:
        told = process.stderr.read()
    assert "SIMULATOR_MODE must be one of" in told
    assert "Traceback" not in told
    assert process.returncode == 2
