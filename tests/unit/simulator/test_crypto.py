import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.crypto import Envelope, Tampered, is_signed, sign
from simulator.settings import DEMO_AES_KEY

# The key, id and random prefix of the sample published with the platform's encryption page.
SAMPLE = Envelope("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wxb11529c136998cb6")
SAMPLE_PLAIN = "我是中文abcd123"
SAMPLE_SEALED = (
    "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="
)


@pytest.mark.parametrize(
    ("timestamp", "nonce", "signature"),
    [
        ("1714036504", "1514711492", "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        ("1714037059", "486452656", "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
    ],
)
def test_the_official_examples_are_signed_as_the_documentation_prints_them(
    timestamp, nonce, signature
):
    assert sign("AAAAA", timestamp, nonce) == signature
    assert is_signed(signature, timestamp, nonce, "AAAAA")
    assert not is_signed(signature, timestamp, nonce, "AAAAB")


def test_the_published_sample_is_sealed_and_opened_to_the_letter():
    assert SAMPLE.seal(SAMPLE_PLAIN, b"aaaabbbbccccdddd") == SAMPLE_SEALED
    assert SAMPLE.open(SAMPLE_SEALED) == SAMPLE_PLAIN


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_whatever_is_sealed_can_be_opened(message):
    envelope = Envelope(DEMO_AES_KEY, "wx1")
    assert envelope.open(envelope.seal(message)) == message


def test_a_message_for_another_account_is_refused():
    sealed = Envelope(DEMO_AES_KEY, "wx-other").seal("hello")
    with pytest.raises(Tampered, match="another app id"):
        Envelope(DEMO_AES_KEY, "wx-ours").open(sealed)


@given(st.binary(max_size=100))
def test_no_bytes_make_opening_fail_in_another_way(noise):
    with pytest.raises(Tampered):
        SAMPLE.open(noise.decode("latin-1"))
