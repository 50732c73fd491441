"""Which deliveries are believed, and what is said about those that are not."""

import pytest

from app.core.errors import BadEnvelope, ForgedEnvelope
from app.core.types import Text
from app.wechat.inbound import MAX_BODY_BYTES, open_envelope, verify_echo
from tests.unit.wechat.deliveries import (
    ACCOUNT,
    ENVELOPE,
    NONCE,
    OPENID,
    PLAIN_KEYS,
    SAFE_KEYS,
    event_xml,
    message_xml,
    plain,
    safe,
    signed_cipher,
    text_xml,
)


def kind_of(delivery, keys=PLAIN_KEYS):
    with pytest.raises(BadEnvelope) as failure:
        open_envelope(delivery.query, delivery.body, keys)
    return failure.value.kind


def test_a_plaintext_message_is_read():
    delivery = plain(text_xml("五万"))
    inbound = open_envelope(delivery.query, delivery.body, PLAIN_KEYS)
    assert isinstance(inbound, Text)
    assert inbound.words.value == "五万"
    assert (inbound.account, inbound.openid.value) == (ACCOUNT, OPENID)
    assert (inbound.created_at, inbound.delivery_id) == (1774000000, "m:25262524242423222")


def test_a_message_in_safe_mode_is_read():
    delivery = safe(text_xml("五万"))
    inbound = open_envelope(delivery.query, delivery.body, SAFE_KEYS)
    assert isinstance(inbound, Text)
    assert inbound.words.value == "五万"


def test_in_compatible_mode_the_plain_fields_beside_the_cipher_do_not_count():
    beside = "<FromUserName>oMallory</FromUserName><MsgType>text</MsgType><Content>坏</Content>"
    delivery = signed_cipher(ENVELOPE.seal(text_xml("好")), beside)
    inbound = open_envelope(delivery.query, delivery.body, SAFE_KEYS)
    assert isinstance(inbound, Text)
    assert (inbound.words.value, inbound.openid.value) == ("好", OPENID)


def test_stripping_the_encryption_from_a_signed_address_is_forgery():
    delivery = plain(text_xml("删除我的数据"))
    with pytest.raises(ForgedEnvelope):
        open_envelope(delivery.query, delivery.body, SAFE_KEYS)


@pytest.mark.parametrize("name", ["signature", "timestamp", "nonce"])
def test_a_plaintext_delivery_with_a_changed_or_missing_part_is_forged(name):
    delivery = plain(text_xml("x"))
    absent = {key: value for key, value in delivery.query.items() if key != name}
    for query in (absent, {**delivery.query, name: "1"}):
        with pytest.raises(ForgedEnvelope):
            open_envelope(query, delivery.body, PLAIN_KEYS)


@pytest.mark.parametrize("name", ["msg_signature", "timestamp", "nonce"])
def test_a_sealed_delivery_with_a_changed_or_missing_part_is_forged(name):
    delivery = safe(text_xml("x"))
    absent = {key: value for key, value in delivery.query.items() if key != name}
    for query in (absent, {**delivery.query, name: "1"}):
        with pytest.raises(ForgedEnvelope):
            open_envelope(query, delivery.body, SAFE_KEYS)


def test_a_sealed_delivery_whose_cipher_was_changed_is_forged():
    delivery = safe(text_xml("x"))
    other = signed_cipher(ENVELOPE.seal(text_xml("x")))
    with pytest.raises(ForgedEnvelope):
        open_envelope(delivery.query, other.body, SAFE_KEYS)


def test_a_sealed_delivery_cannot_be_read_without_a_key():
    assert kind_of(safe(text_xml("x")), PLAIN_KEYS) == "cipher"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "not_xml"),
        (b"hello", "not_xml"),
        (b"\x00\x01\x02", "not_xml"),
        (b"<xml><a></xml>", "not_xml"),
        (b"<xml><Content>\x08</Content></xml>", "not_xml"),
        (b'{"MsgType": "text"}', "json"),
        (b" [1]", "json"),
        ("<xml>五万</xml>".encode("gbk"), "encoding"),
        (b"\xff\xfe<\x00x\x00", "encoding"),
        (b"x" * (MAX_BODY_BYTES + 1), "huge"),
        (b"<xml>" + b"<a>" * 9000 + b"</a>" * 9000 + b"</xml>", "nested"),
        (b"<xml/>", "missing_field"),
        (b"<xml>words</xml>", "missing_field"),
        (b"<html><MsgType>text</MsgType></html>", "missing_field"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><xml><Content>&a;</Content></xml>', "entities"),
        (b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml>&a;</xml>', "entities"),
        (b"<xml><MsgType>text</MsgType><MsgType>event</MsgType></xml>", "nested"),
        (b"<xml><MsgType><a>text</a></MsgType></xml>", "nested"),
        (text_xml("x").replace("<MsgId>25262524242423222</MsgId>", ""), "missing_field"),
        (text_xml("x").replace("1774000000", "soon"), "missing_field"),
        (text_xml("x").replace("1774000000", "²"), "missing_field"),
        (text_xml("x").replace("1774000000", "-1"), "missing_field"),
        (text_xml("x").replace("1774000000", "9" * 40), "missing_field"),
        (text_xml("x").replace(OPENID, ""), "missing_field"),
        (text_xml("x").replace(OPENID, "o" * 200), "missing_field"),
        (text_xml("x").replace(ACCOUNT, ""), "missing_field"),
        (event_xml(""), "missing_field"),
        (event_xml("SCAN"), "missing_field"),
        (event_xml("user_authorization_revoke"), "missing_field"),
        (event_xml("TEMPLATESENDJOBFINISH"), "missing_field"),
        (message_xml(""), "missing_field"),
    ],
)
def test_what_cannot_be_understood_is_named_by_kind(body, kind):
    assert kind_of(plain(body)) == kind


def test_an_entity_bomb_is_refused_before_it_grows():
    levels = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(12))
    bomb = f'<!DOCTYPE x [<!ENTITY e0 "ha">{levels}]><xml><Content>&e12;</Content></xml>'
    assert kind_of(plain(bomb)) == "entities"


def test_a_document_cannot_talk_us_into_another_encoding():
    xml = '<?xml version="1.0" encoding="gbk"?>' + text_xml("五万")
    delivery = plain(xml)
    inbound = open_envelope(delivery.query, delivery.body, PLAIN_KEYS)
    assert isinstance(inbound, Text)
    assert inbound.words.value == "五万"


def test_markup_that_a_person_typed_stays_words():
    delivery = plain(text_xml("<!DOCTYPE html> &lt; {'a': 1}"))
    inbound = open_envelope(delivery.query, delivery.body, PLAIN_KEYS)
    assert isinstance(inbound, Text)
    assert inbound.words.value == "<!DOCTYPE html> &lt; {'a': 1}"


def test_the_echo_is_returned_to_whoever_signs():
    query = {**plain(b"").query, "echostr": "4375120948345356249"}
    assert verify_echo(query, SAFE_KEYS) == "4375120948345356249"


def test_the_echo_is_refused_to_everybody_else():
    query = {**plain(b"").query, "echostr": "1"}
    with pytest.raises(ForgedEnvelope):
        verify_echo({**query, "nonce": NONCE + "1"}, SAFE_KEYS)
    with pytest.raises(ForgedEnvelope):
        verify_echo({}, SAFE_KEYS)


def test_a_signed_question_without_an_echo_is_a_bad_one():
    with pytest.raises(BadEnvelope):
        verify_echo(plain(b"").query, SAFE_KEYS)
