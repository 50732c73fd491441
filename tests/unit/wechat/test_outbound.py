"""Replies that no words can break, sealed anew for each delivery."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.types import Inbound, Secret
from app.wechat.outbound import SUCCESS, seal_reply, text_reply
from simulator import wire
from simulator.crypto import is_signed
from tests.unit.wechat.deliveries import (
    ACCOUNT,
    ENVELOPE,
    NONCE,
    OPENID,
    PLAIN_KEYS,
    SAFE_KEYS,
    TOKEN,
)

INBOUND = Inbound(account=ACCOUNT, openid=Secret(OPENID), created_at=1, delivery_id="m:1")


def read(xml):
    return {child.tag: child.text for child in wire.parse(xml)}


def test_a_reply_goes_back_to_whoever_wrote():
    assert read(text_reply(INBOUND, "您好", 1764000001)) == {
        "ToUserName": OPENID,
        "FromUserName": ACCOUNT,
        "CreateTime": "1764000001",
        "MsgType": "text",
        "Content": "您好",
    }


@pytest.mark.parametrize("words", ["", "  \n", "\x00\x08", "\ufffe"])
def test_no_words_are_success_and_never_empty_xml(words):
    assert text_reply(INBOUND, words, 1) == SUCCESS


def test_words_cannot_leave_their_section():
    words = "a]]></Content><MsgType>x</MsgType><Content><![CDATA[b]]>]]>"
    assert read(text_reply(INBOUND, words, 1))["Content"] == words


@given(st.text(min_size=1))
def test_any_words_make_a_document_with_five_fields(words):
    reply = text_reply(INBOUND, words, 1)
    assert reply == SUCCESS or list(read(reply)) == [
        "ToUserName",
        "FromUserName",
        "CreateTime",
        "MsgType",
        "Content",
    ]


def test_links_survive():
    link = '<a href="weixin://bizmsgmenu?msgmenucontent=1&msgmenuid=yes">1 同意</a>'
    assert read(text_reply(INBOUND, link, 1))["Content"] == link


def test_a_sealed_reply_opens_to_the_same_plain_reply():
    plain = text_reply(INBOUND, "额度", 1764000001)
    sealed = read(seal_reply(plain, NONCE, 1764000002, SAFE_KEYS))
    assert (sealed["Nonce"], sealed["TimeStamp"]) == (NONCE, "1764000002")
    assert is_signed(sealed["MsgSignature"], TOKEN, "1764000002", NONCE, sealed["Encrypt"])
    assert ENVELOPE.open(sealed["Encrypt"]) == plain


def test_the_same_reply_is_sealed_anew_for_each_delivery():
    plain = text_reply(INBOUND, "额度", 1)
    first, second = (read(seal_reply(plain, nonce, 2, SAFE_KEYS)) for nonce in ("1", "2"))
    assert first["Encrypt"] != second["Encrypt"]
    assert ENVELOPE.open(first["Encrypt"]) == ENVELOPE.open(second["Encrypt"]) == plain


def test_success_is_never_sealed():
    assert seal_reply(SUCCESS, NONCE, 1, SAFE_KEYS) == SUCCESS


def test_without_a_key_a_reply_stays_plain():
    plain = text_reply(INBOUND, "额度", 1)
    assert seal_reply(plain, NONCE, 1, PLAIN_KEYS) == plain


def test_a_nonce_cannot_break_the_envelope():
    nonce = "]]></Nonce><Encrypt>x</Encrypt>\x00"
    sealed = read(seal_reply(text_reply(INBOUND, "a", 1), nonce, 1, SAFE_KEYS))
    assert sealed["Nonce"] == nonce.removesuffix("\x00")
    assert is_signed(sealed["MsgSignature"], TOKEN, "1", sealed["Nonce"], sealed["Encrypt"])
