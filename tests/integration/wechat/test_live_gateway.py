"""What only the live gateway can get wrong: tokens, lost answers, secrets in failures."""

import threading
import traceback

import pytest
import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from werkzeug.wrappers import Request, Response

from app.core.errors import (
    OutcomeUnknown,
    PlatformRefused,
    PlatformUnreachable,
    StateUnavailable,
)
from app.core.types import Secret
from app.state.tokens import RedisTokenStore
from app.wechat.gateway import ApiAccount, LiveGateway
from simulator.state import ApiFault
from tests.integration.wechat.stages import SEND, a_simulator_stage, serving

TOKEN_CALL = "/cgi-bin/stable_token"
SECRET = "the-app-secret"
HELD_TOKEN = "a-token-of-the-account"
PERSON = "oPerson"
WORDS = "私密"


@pytest.fixture
def live(redis_url):
    with a_simulator_stage(redis_url) as stage:
        yield stage


class OneToken:
    """A token store that always has the same token, and a newer one when asked."""

    def __init__(self):
        self.replaced = 0

    def current(self, fetch):
        return Secret(HELD_TOKEN)

    def replace(self, refused, fetch):
        self.replaced += 1
        return Secret(f"{HELD_TOKEN}-{self.replaced}")


def gateway_at(address, tokens=None, timeout_seconds=(2.0, 5.0)):
    account = ApiAccount("wx1", Secret(SECRET), address, timeout_seconds)
    return LiveGateway(account, tokens or OneToken())


def answering(make_response):
    """Return an application that answers every call by this."""

    @Request.application
    def app(request):
        request.get_data()
        return make_response()

    return app


def test_the_token_is_fetched_once_for_many_calls(live):
    openid = live.follower()
    for number in range(3):
        live.gateway.send_text(openid, str(number))
    assert len(live.calls(TOKEN_CALL)) == 1


def test_an_expired_token_is_replaced_once_and_the_message_goes_once(live):
    openid = live.follower()
    live.gateway.send_text(openid, "一")
    live.expire_tokens()
    live.gateway.send_text(openid, "二")
    assert live.texts(openid) == ["一", "二"]
    assert len(live.calls(TOKEN_CALL)) == 2
    assert len(live.calls(SEND)) == 3


def test_two_gateways_share_the_replaced_token(live):
    openid, other = live.follower(), LiveGateway(live.account, live.tokens)
    live.gateway.send_text(openid, "一")
    other.send_text(openid, "二")
    live.expire_tokens()
    live.gateway.send_text(openid, "三")
    assert len(live.calls(TOKEN_CALL)) == 2
    live.gateway.menu()
    other.menu()
    assert len(live.calls(TOKEN_CALL)) == 2


@pytest.mark.parametrize("code", [40001, 40014, 42001])
def test_a_token_that_is_always_refused_costs_two_attempts_and_no_more(live, code):
    openid = live.follower()
    live.gateway.menu()
    live.fault(ApiFault("errcode", SEND, code, calls=99))
    with pytest.raises(PlatformRefused) as refused:
        live.gateway.send_text(openid, "一")
    assert (refused.value.code, refused.value.action) == (code, "config")
    assert len(live.calls(SEND)) == 2
    # The first, one that gives the same token again, and one by force.
    assert len(live.calls(TOKEN_CALL)) == 3


def test_what_the_second_attempt_is_refused_for_is_what_is_told(live):
    openid = live.follower()
    live.gateway.menu()
    live.fault(ApiFault("errcode", SEND, 42001))
    live.fault(ApiFault("errcode", SEND, 45015))
    with pytest.raises(PlatformRefused) as refused:
        live.gateway.send_text(openid, "一")
    assert refused.value.action == "close_window"


def test_a_wrong_secret_is_a_setting_to_mend(live, redis_url):
    account = ApiAccount(live.account.app_id, Secret("wrong"), live.account.base_url)
    with Redis.from_url(redis_url) as redis:
        stranger = LiveGateway(account, RedisTokenStore(redis, live.account.app_id))
        with pytest.raises(PlatformRefused) as refused:
            stranger.menu()
    assert (refused.value.code, refused.value.action) == (40125, "config")


def test_the_token_calls_40001_means_the_secret_and_not_the_token(live):
    live.fault(ApiFault("errcode", TOKEN_CALL, 40001))
    with pytest.raises(PlatformRefused) as refused:
        live.gateway.menu()
    assert refused.value.action == "config"
    assert len(live.calls(TOKEN_CALL)) == 1


def test_a_message_that_was_carried_out_before_the_drop_is_unknown_and_not_repeated(live):
    openid = live.follower()
    live.gateway.menu()
    live.fault(ApiFault("drop_after", SEND))
    with pytest.raises(OutcomeUnknown):
        live.gateway.send_text(openid, "一")
    assert live.texts(openid) == ["一"]
    assert len(live.calls(SEND)) == 1


def test_a_lost_token_call_sent_no_message(live):
    live.fault(ApiFault("drop_after", TOKEN_CALL))
    with pytest.raises(PlatformUnreachable):
        live.gateway.send_text(live.follower(), "一")
    assert live.calls(SEND) == []


def test_without_redis_nothing_is_sent(live):
    away = Redis.from_url("unix:///nowhere/redis.sock", retry=Retry(NoBackoff(), 0))
    gateway = LiveGateway(live.account, RedisTokenStore(away, live.account.app_id))
    with pytest.raises(StateUnavailable):
        gateway.send_text(live.follower(), "一")
    assert live.calls(TOKEN_CALL) == live.calls(SEND) == []


def test_a_platform_that_nobody_serves_is_unreachable_and_safe_to_try_again():
    with serving(answering(lambda: Response("{}"))) as address:
        pass
    gateway = gateway_at(address)
    with pytest.raises(PlatformUnreachable):
        gateway.send_text(Secret("o1"), "一")
    with pytest.raises(PlatformUnreachable):
        gateway.menu()


def test_a_platform_that_cannot_prove_who_it_is_is_told_nothing():
    heard = []
    app = answering(lambda: heard.append(1))
    with serving(app, ssl_context="adhoc") as address, pytest.raises(PlatformUnreachable):
        gateway_at(address).send_text(Secret("o1"), "一")
    assert heard == []


@pytest.mark.parametrize(
    "response",
    [
        Response("<html>bad gateway</html>", status=502),
        Response("<html>welcome</html>", status=200),
        Response("[1, 2]", status=200),
        Response("null", status=200),
        Response('{"errcode": "soon"}', status=200),
        Response(b"\xff\xfe", status=200),
        Response("", status=200),
    ],
)
def test_an_answer_that_cannot_be_read_leaves_a_message_unknown(response):
    with serving(answering(lambda: response)) as address:
        gateway = gateway_at(address)
        with pytest.raises(OutcomeUnknown):
            gateway.send_text(Secret("o1"), "一")
        for read in (
            gateway.menu,
            gateway.followers,
            gateway.callback_addresses,
            lambda: gateway.people([Secret("o1")]),
            lambda: gateway.create_qr("a"),
            lambda: gateway.quota(SEND),
            lambda: gateway.put_menu({}),
        ):
            with pytest.raises(PlatformUnreachable):
                read()


def test_an_answer_that_takes_too_long_leaves_a_message_unknown():
    released = threading.Event()

    def hold():
        released.wait(10)
        return Response("{}")

    with serving(answering(hold)) as address:
        gateway = gateway_at(address, timeout_seconds=(2.0, 0.05))
        with pytest.raises(OutcomeUnknown):
            gateway.send_text(Secret("o1"), "一")
        released.set()


def everything_in(error):
    """Return all that a log, a tracker or a queue could keep of a failure."""
    told, seen = "", error
    while seen is not None:
        told += f"{seen!r} {vars(seen)} {''.join(traceback.format_exception(seen))}"
        seen = seen.__cause__ or seen.__context__
    return told


@pytest.mark.parametrize("body", ['{"errcode": 40003, "errmsg": "x"}', "<html/>", None])
def test_no_failure_carries_a_secret_a_token_or_a_person(body):
    with serving(answering(lambda: Response(body))) as address:
        gateway = gateway_at(address if body else "http://127.0.0.1:1")
        for act in (lambda: gateway.send_text(Secret(PERSON), WORDS), gateway.menu):
            with pytest.raises((PlatformRefused, PlatformUnreachable, OutcomeUnknown)) as caught:
                act()
            told = everything_in(caught.value)
            for hidden in (SECRET, HELD_TOKEN, PERSON, WORDS, "access_token"):
                assert hidden not in told


def test_a_call_leaves_one_line_without_its_content(live):
    openid = live.follower()
    live.gateway.menu()
    with structlog.testing.capture_logs() as lines:
        live.gateway.send_text(openid, WORDS)
        live.refuse_next(45015)
        with pytest.raises(PlatformRefused):
            live.gateway.send_text(openid, WORDS)
    assert [(line["call"], line["outcome"], line["code"]) for line in lines] == [
        ("custom/send", "ok", 0),
        ("custom/send", "refused", 45015),
    ]
    assert all(line["seconds"] >= 0 for line in lines)
    assert WORDS not in str(lines)
    assert openid.value not in str(lines)
