"""Every address that answers is on this list, or is the console's, whose guards are its own."""

import pytest

from app.bootstrap import build_deps
from handlers.console.frame import PREFIX, Guard, guard_of
from handlers.factory import create_app
from tests.builders import some_settings

GUARDS = {
    ("GET", "/wechat"): "the platform's signature",
    ("POST", "/wechat"): "the platform's signature, and its cipher where a key is set",
    ("GET", "/healthz"): "public: says that the process is alive, nothing else",
    ("GET", "/readyz"): "public: three yes or no",
    ("GET", "/metrics"): "public: counts without people; keep it inside your network",
    ("GET", "/static/<path:filename>"): "public: the stylesheet",
    ("GET", "/bootstrap/static/<path:filename>"): "public: files of an installed package",
    ("GET", "/console/assets/<path:filename>"): "public: files of an installed package",
    ("GET", "/"): "public: says whose service this is",
    ("GET", "/privacy"): "public: a notice must be readable by everybody",
    ("GET", "/complaint"): "public: so must the way to complain",
    ("GET", "/export/<token>"): "the link: 32 random bytes, sent to the person, for 30 minutes",
    ("GET", "/export/<token>.json"): "the same link",
}


@pytest.fixture
def routes():
    app = create_app(build_deps(some_settings()))
    with app.app_context():
        return {
            (method, rule.rule)
            for rule in app.url_map.iter_rules()
            for method in rule.methods - {"HEAD", "OPTIONS"}
            if not is_guarded(rule)
        }


def is_guarded(rule):
    """Say whether the console's own guard stands before it; raise where it was forgotten."""
    is_page = rule.rule.startswith(PREFIX) and rule.endpoint != "assets.static"
    return is_page and isinstance(guard_of(rule.endpoint), Guard)


def test_every_address_has_a_guard_or_a_reason_to_be_public(routes):
    assert routes - set(GUARDS) == set()


def test_every_address_on_the_list_answers(routes):
    assert set(GUARDS) - routes == set()
