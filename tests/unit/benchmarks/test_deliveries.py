from pathlib import Path

import pytest
from werkzeug.urls import iri_to_uri
from werkzeug.wrappers import Request as Parsed

from app.core.types import Followed, Secret, Text
from app.wechat.envelope import AccountKeys
from app.wechat.inbound import open_envelope
from benchmarks import deliveries
from benchmarks.deliveries import Request, Wire
from tests.builders import AES_KEY

APP_ID, TOKEN, OPENID = "wx0123456789abcdef", "token", "oPrequalBenchPerson000000001"


def opened(request: Request, aes_key: str):
    query = Parsed({"QUERY_STRING": iri_to_uri(request.query)}).args
    keys = AccountKeys(APP_ID, Secret(TOKEN), Secret(aes_key) if aes_key else None)
    return open_envelope(query, request.body, keys)


@pytest.mark.parametrize("aes_key", ["", AES_KEY])
def test_what_is_sent_is_a_message_to_the_webhook(aes_key: str):
    inbound = opened(Wire(TOKEN, APP_ID, aes_key).text(OPENID, "3万"), aes_key)
    assert isinstance(inbound, Text)
    assert (inbound.openid.value, inbound.words.value) == (OPENID, "3万")


def test_a_follower_is_an_event_to_the_webhook():
    assert isinstance(opened(Wire(TOKEN, APP_ID).follow(OPENID), ""), Followed)


def test_no_two_messages_share_an_id():
    wire = Wire(TOKEN, APP_ID)
    ids = {opened(wire.text(OPENID, "1"), "").delivery_id for _ in range(5)}
    assert len(ids) == 5


def test_everybody_speaks_once_before_anybody_speaks_again():
    spoken = [
        opened(one, "") for one in deliveries.in_turns(Wire(TOKEN, APP_ID), ["a", "b"], ["1", "2"])
    ]
    heard = [(one.openid.value, one.words.value) for one in spoken]
    assert heard == [("a", "1"), ("b", "1"), ("a", "2"), ("b", "2")]


def test_requests_come_back_from_their_file_as_they_went_in(tmp_path: Path):
    requests = list(deliveries.in_turns(Wire(TOKEN, APP_ID), ["a", "b"], ["杭州\n上海"]))
    assert deliveries.write(tmp_path / "requests", requests) == 2
    assert list(deliveries.read(tmp_path / "requests")) == [one.raw for one in requests]


def test_a_request_says_how_long_its_body_is():
    request = Wire(TOKEN, APP_ID).text(OPENID, "杭州")
    heading, _, body = request.raw.partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in heading
    assert body == request.body
