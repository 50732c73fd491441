"""The platform's signatures and its AES layout, against vectors that the platform published."""

import pytest

from app.core.errors import BadEnvelope
from app.core.types import Secret
from app.wechat.envelope import AccountKeys, is_signed, open_sealed, seal, signature_of
from tests.unit.wechat.deliveries import ENVELOPE, PLAIN_KEYS, SAFE_KEYS

# The test vector that comes with the platform's own sample code (random "aaaabbbbccccdddd").
PUBLISHED_CIPHER = (
    "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="
)


# developers.weixin.qq.com/doc/oplatform/developers/dev/push/encryption
@pytest.mark.parametrize(
    ("timestamp", "nonce", "expected"),
    [
        ("1714036504", "1514711492", "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        ("1714037059", "486452656", "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
    ],
)
def test_the_published_signatures_are_ours(timestamp, nonce, expected):
    assert signature_of("AAAAA", timestamp, nonce) == expected


def test_the_published_cipher_opens():
    assert open_sealed(PUBLISHED_CIPHER, SAFE_KEYS) == "我是中文abcd123"


def test_what_we_seal_opens_with_code_written_from_the_documentation():
    assert ENVELOPE.open(seal("您好，额度", SAFE_KEYS)) == "您好，额度"


def test_what_that_code_seals_opens_here():
    assert open_sealed(ENVELOPE.seal("<xml>五万</xml>"), SAFE_KEYS) == "<xml>五万</xml>"


def test_the_same_words_are_never_sealed_the_same_way_twice():
    assert seal("额度", SAFE_KEYS) != seal("额度", SAFE_KEYS)


def test_another_accounts_message_is_told_apart():
    other = AccountKeys("wx0000000000000000", SAFE_KEYS.token, SAFE_KEYS.aes_key)
    with pytest.raises(BadEnvelope) as failure:
        open_sealed(ENVELOPE.seal("x"), other)
    assert failure.value.kind == "wrong_account"


def test_without_a_key_nothing_can_be_opened():
    with pytest.raises(BadEnvelope) as failure:
        open_sealed(ENVELOPE.seal("x"), PLAIN_KEYS)
    assert failure.value.kind == "cipher"


@pytest.mark.parametrize("signature", ["", "签名", "\udcff", "0" * 40, "F464B24F" * 5])
def test_a_strange_signature_is_refused_and_never_raises(signature):
    assert not is_signed(signature, "AAAAA", "1714036504", "\ud800")


def test_keys_never_show_themselves():
    keys = AccountKeys("wx1", Secret("sesame"), Secret("open" * 11))
    assert "sesame" not in repr(keys)
    assert "open" not in repr(keys)
