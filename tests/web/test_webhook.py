"""The webhook as the platform meets it: verification, three modes, and bytes from strangers."""

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from sqlalchemy import func, select

from app.core.errors import DatabaseAway
from app.deps import Deps
from app.store.conversations import Delivery as DeliveryRow
from app.store.people import Person
from app.store.session import make_engine, make_sessions
from app.store.turns import Turns
from handlers.factory import create_app
from simulator.crypto import Envelope, sign
from tests.builders import AES_KEY
from tests.fakes import FixedClock
from tests.unit.wechat.deliveries import NONCE, TIMESTAMP, Delivery, event_xml, text_xml

TOKEN, APP_ID = "token", "wx0123456789abcdef"
ENVELOPE = Envelope(AES_KEY, APP_ID)


def safe(xml: str, nonce: str = NONCE) -> Delivery:
    encrypted = ENVELOPE.seal(xml)
    query = {
        "timestamp": TIMESTAMP,
        "nonce": nonce,
        "signature": sign(TOKEN, TIMESTAMP, nonce),
        "encrypt_type": "aes",
        "msg_signature": sign(TOKEN, TIMESTAMP, nonce, encrypted),
    }
    return Delivery(query, f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode())


def plain(body: bytes) -> Delivery:
    query = {"timestamp": TIMESTAMP, "nonce": NONCE, "signature": sign(TOKEN, TIMESTAMP, NONCE)}
    return Delivery(query, body)


def post(client: FlaskClient, delivery: Delivery):
    return client.post("/wechat", query_string=delivery.query, data=delivery.body)


def opened(body: str) -> str:
    encrypted = re.search(r"<Encrypt><!\[CDATA\[(.*?)\]\]></Encrypt>", body, re.DOTALL)
    assert encrypted
    return ENVELOPE.open(encrypted.group(1))


@pytest.fixture
def plain_client(deps: Deps) -> FlaskClient:
    unsealed = deps.settings.model_copy(
        update={"wechat_encoding_aes_key": type(deps.settings.wechat_encoding_aes_key)("")}
    )
    return create_app(replace(deps, settings=unsealed)).test_client()


def test_the_platforms_check_is_echoed(client: FlaskClient) -> None:
    query = {"timestamp": TIMESTAMP, "nonce": NONCE, "echostr": "5577"}
    right = {**query, "signature": sign(TOKEN, TIMESTAMP, NONCE)}
    assert client.get("/wechat", query_string=right).get_data() == b"5577"
    assert client.get("/wechat", query_string={**query, "signature": "0"}).status_code == 403


def test_a_second_delivery_is_sealed_anew_with_the_same_words_inside(client: FlaskClient) -> None:
    xml = event_xml("subscribe")
    first = post(client, safe(xml, "1")).get_data(as_text=True)
    second = post(client, safe(xml, "2")).get_data(as_text=True)
    assert first != second
    assert opened(first) == opened(second)
    assert "<CreateTime>" in opened(first)


def test_in_plaintext_mode_the_answer_is_plain(plain_client: FlaskClient) -> None:
    answer = post(plain_client, plain(event_xml("subscribe").encode())).get_data(as_text=True)
    assert "<Content><![CDATA[" in answer


def test_words_of_a_person_cannot_break_out_of_the_answer(plain_client: FlaskClient) -> None:
    post(plain_client, plain(event_xml("subscribe").encode()))
    # As the platform writes it: the end of CDATA split over two sections.
    evil = text_xml("]]]]><![CDATA[></Content><evil/>")
    answer = post(plain_client, plain(evil.encode())).get_data(as_text=True)
    assert "<evil/>" not in re.sub(r"<!\[CDATA\[.*?\]\]>", "", answer, flags=re.DOTALL)


@pytest.mark.parametrize(
    "event",
    [
        *("VIEW", "TEMPLATESENDJOBFINISH", "MASSSENDJOBFINISH", "unsubscribe", "LOCATION"),
        *("subscribe_msg_popup_event", "PUBLISHJOBFINISH", "debug_demo", "never_heard_of_it"),
        *("user_authorization_revoke", "user_authorization_cancellation", "kf_create_session"),
    ],
)
def test_an_event_without_an_answer_is_answered_success(client: FlaskClient, event: str) -> None:
    inside = "<EventKey><![CDATA[https://example.com/]]></EventKey><OpenID><![CDATA[oX]]></OpenID>"
    answer = post(client, safe(event_xml(event, inside)))
    assert (answer.status_code, answer.get_data()) == (200, b"success")


def test_the_scene_of_a_scanned_code_is_kept_for_good(client: FlaskClient, deps: Deps) -> None:
    post(client, safe(event_xml("subscribe", "<EventKey>qrscene_poster-7</EventKey>")))
    with deps.sessions() as session:
        person = session.scalars(select(Person)).one()
    assert (person.first_channel, person.latest_channel) == ("poster-7", "poster-7")


def test_forged_is_refused_and_counted(client: FlaskClient) -> None:
    before = REGISTRY.get_sample_value("prequal_deliveries_refused_total", {"kind": "forged"}) or 0
    delivery = safe(text_xml("你好"))
    forged = Delivery({**delivery.query, "msg_signature": "0" * 40}, delivery.body)
    assert post(client, forged).status_code == 403
    after = REGISTRY.get_sample_value("prequal_deliveries_refused_total", {"kind": "forged"})
    assert after == before + 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{}", 400),
        (b"<xml>", 400),
        ("<xml><a>你".encode("gbk"), 400),
        (b"<xml>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</xml>", 400),
        (b"x" * 70_000, 413),
        (b'<!DOCTYPE x [<!ENTITY a "aaaa">]><xml>&a;</xml>', 400),
        (b"<xml><ToUserName>gh</ToUserName></xml>", 200),
    ],
)
def test_what_cannot_be_understood_gets_a_quiet_answer(
    plain_client: FlaskClient, body: bytes, status: int
) -> None:
    answer = post(plain_client, plain(body))
    assert answer.status_code == status
    assert answer.get_data() in (b"", b"success")


def test_a_body_that_is_too_large_is_counted(plain_client: FlaskClient) -> None:
    def counted() -> float:
        name, kind = "prequal_deliveries_refused_total", {"kind": "huge"}
        return REGISTRY.get_sample_value(name, kind) or 0

    before = counted()
    assert post(plain_client, plain(b"x" * 70_000)).status_code == 413
    assert counted() == before + 1


def test_no_bytes_whatever_make_a_server_error(plain_client: FlaskClient) -> None:
    whole = text_xml("五万").encode()

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        body=st.one_of(
            st.binary(max_size=400),
            st.tuples(st.integers(0, len(whole)), st.binary(max_size=12)).map(
                lambda cut: whole[: cut[0]] + cut[1] + whole[cut[0] :]
            ),
            st.integers(0, len(whole)).map(lambda end: whole[:end]),
        )
    )
    def deliver(body: bytes) -> None:
        assert post(plain_client, plain(body)).status_code < 500

    deliver()


class _Away(Turns):
    """A database that is away, for the first so many turns."""

    def __init__(self, engine, times: int) -> None:
        super().__init__(engine)
        self.times = times

    def begin(self):
        if self.times:
            self.times -= 1
            raise DatabaseAway
        return super().begin()


def impatient(deps: Deps, times: int) -> FlaskClient:
    quick = deps.settings.model_copy(update={"database_wait_seconds": 0.25})
    turns = _Away(deps.turns.engine, times)
    return create_app(replace(deps, settings=quick, turns=turns)).test_client()


def test_a_turn_is_run_again_when_the_connection_was_lost(deps: Deps) -> None:
    assert post(impatient(deps, 1), safe(event_xml("subscribe"))).status_code == 200
    with deps.sessions() as session:
        assert session.scalar(select(func.count()).select_from(DeliveryRow)) == 1


def test_with_the_database_away_the_platform_is_asked_to_deliver_again(
    deps: Deps, clock: FixedClock
) -> None:
    clock.moment = clock.moment.fromtimestamp(int(TIMESTAMP) + 1, tz=clock.moment.tzinfo)
    answer = post(impatient(deps, 99), safe(event_xml("subscribe")))
    assert (answer.status_code, answer.get_data()) == (503, b"")


def test_at_the_last_delivery_the_person_is_asked_to_try_later(
    deps: Deps, clock: FixedClock
) -> None:
    clock.moment = clock.moment.fromtimestamp(int(TIMESTAMP) + 10, tz=clock.moment.tzinfo)
    answer = post(impatient(deps, 99), safe(event_xml("subscribe")))
    assert answer.status_code == 200
    assert "再" in opened(answer.get_data(as_text=True))


def test_a_refused_connection_is_no_traceback_and_healthz_answers(deps: Deps) -> None:
    nowhere = make_engine("postgresql+psycopg://x@/x?host=/nowhere", connections=2)
    quick = deps.settings.model_copy(update={"database_wait_seconds": 0.15})
    app = create_app(
        replace(deps, settings=quick, turns=Turns(nowhere), sessions=make_sessions(nowhere))
    )
    client = app.test_client()
    assert post(client, safe(event_xml("subscribe"))).status_code in (200, 503)
    assert client.get("/healthz").get_data() == b"ok"
    assert client.get("/readyz").status_code == 503
    assert b"prequal_turn_seconds" in client.get("/metrics").get_data()


@pytest.mark.parametrize(
    "xml",
    [
        event_xml("SCAN", f"<EventKey>{'s' * 300}</EventKey>"),
        event_xml("subscribe", f"<EventKey>qrscene_{'s' * 300}</EventKey>"),
        text_xml("你好").replace("gh_7f083739789a", "g" * 100),
        text_xml("你好").replace("<CreateTime>1774000000", "<CreateTime>999999999999"),
        text_xml("你好").replace("<CreateTime>1774000000", "<CreateTime>0"),
        text_xml("你好", f"<bizmsgmenuid>{'c' * 3000}</bizmsgmenuid>"),
        text_xml("五" * 15_000),
        text_xml("同意" + "\u2028" * 3),
        event_xml("CLICK", f"<EventKey>{'k' * 3000}</EventKey>"),
        event_xml(
            "TEMPLATESENDJOBFINISH",
            f"<MsgID>{'9' * 128}</MsgID><Status>{'f' * 128}</Status>",
        ),
    ],
)
def test_no_value_is_too_long_or_too_odd_to_be_answered_quietly(
    plain_client: FlaskClient, xml: str
) -> None:
    assert post(plain_client, plain(event_xml("subscribe").encode())).status_code == 200
    assert post(plain_client, plain(xml.encode())).status_code < 500
