"""No bytes whatever make opening an envelope fail in an unexpected way."""

import base64

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import BadEnvelope, ForgedEnvelope
from app.core.types import Inbound
from app.wechat.inbound import open_envelope
from tests.unit.wechat.deliveries import (
    AES_KEY,
    ENVELOPE,
    PLAIN_KEYS,
    SAFE_KEYS,
    event_xml,
    plain,
    safe,
    signed_cipher,
    text_xml,
)

VALID = [
    text_xml("五万 一年", "<bizmsgmenuid>1</bizmsgmenuid>").encode(),
    event_xml("subscribe", "<EventKey>qrscene_7</EventKey>").encode(),
    event_xml("user_authorization_revoke", "<OpenID>o1</OpenID>").encode(),
    event_xml("MASSSENDJOBFINISH", "<MsgID>1</MsgID><Status>a</Status>").encode(),
    safe(text_xml("五万")).body,
]
edits = st.lists(
    st.tuples(st.integers(0, 2_000), st.integers(0, 40), st.binary(max_size=12)), max_size=4
)


def answer(query, body, keys):
    """Return what came of it; anything but a delivery and the two failures escapes."""
    try:
        return open_envelope(query, body, keys)
    except (ForgedEnvelope, BadEnvelope) as failure:
        return failure


def mutated(body, changes):
    for position, drop, insert in changes:
        at = position % (len(body) + 1)
        body = body[:at] + insert + body[at + drop :]
    return body


@given(st.binary(max_size=400))
def test_signed_noise(body):
    answer(plain(body).query, body, PLAIN_KEYS)


@given(st.sampled_from(VALID), edits)
def test_valid_deliveries_with_bytes_changed(valid, changes):
    body = mutated(valid, changes)
    answer(plain(body).query, body, PLAIN_KEYS)


@given(st.sampled_from(VALID), edits)
def test_sealed_documents_with_bytes_changed(valid, changes):
    text = mutated(valid, changes).decode("utf-8", errors="replace")
    delivery = signed_cipher(ENVELOPE.seal(text))
    answer(delivery.query, delivery.body, SAFE_KEYS)


@given(st.text(alphabet=st.characters(exclude_characters="<>&]", exclude_categories=["Cs", "Cc"])))
def test_a_signed_cipher_that_is_no_cipher(encrypted):
    delivery = signed_cipher(encrypted)
    assert not isinstance(answer(delivery.query, delivery.body, SAFE_KEYS), Inbound)


@given(st.binary(min_size=16, max_size=160).map(lambda noise: noise[: len(noise) // 16 * 16]))
def test_a_signed_cipher_over_noise(noise):
    key = base64.b64decode(AES_KEY + "=")
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    sealed = base64.b64encode(encryptor.update(noise) + encryptor.finalize()).decode()
    delivery = signed_cipher(sealed)
    assert not isinstance(answer(delivery.query, delivery.body, SAFE_KEYS), Inbound)


@given(st.dictionaries(st.sampled_from(sorted(safe("").query)), st.text()), st.binary(max_size=64))
def test_any_query(query, body):
    assert not isinstance(answer(query, body, SAFE_KEYS), Inbound)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc"])))
def test_any_words_that_xml_can_carry_arrive(words):
    safe_words = words.replace("]]>", "").replace("\ufffe", "").replace("\uffff", "")
    inbound = answer(plain(b"").query, text_xml(safe_words).encode(), PLAIN_KEYS)
    assert isinstance(inbound, Inbound)
