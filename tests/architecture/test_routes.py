"""Every address that answers is on this list, with what guards it; a new one is added by hand."""

import pytest

from app.bootstrap import build_deps
from handlers.factory import create_app
from tests.builders import some_settings

GUARDS = {
    ("GET", "/wechat"): "the platform's signature",
    ("POST", "/wechat"): "the platform's signature, and its cipher where a key is set",
    ("GET", "/healthz"): "public: says that the process is alive, nothing else",
    ("GET", "/readyz"): "public: three yes or no",
    ("GET", "/metrics"): "public: counts without people; keep it inside your network",
    ("GET", "/static/<path:filename>"): "public: the stylesheet",
    ("GET", "/"): "public: says whose service this is",
    ("GET", "/privacy"): "public: a notice must be readable by everybody",
    ("GET", "/complaint"): "public: so must the way to complain",
    ("GET", "/export/<token>"): "the link: 32 random bytes, sent to the person, for 30 minutes",
    ("GET", "/export/<token>.json"): "the same link",
}


@pytest.fixture
def routes():
    rules = create_app(build_deps(some_settings())).url_map.iter_rules()
    return {(method, rule.rule) for rule in rules for method in rule.methods - {"HEAD", "OPTIONS"}}


def test_every_address_has_a_guard_or_a_reason_to_be_public(routes):
    assert routes - set(GUARDS) == set()


def test_every_address_on_the_list_answers(routes):
    assert set(GUARDS) - routes == set()
