"""What is sealed opens with its own key and unchanged, or not at all; rotation loses nothing."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.crypto import CannotOpen, KeyRing, Sealer, WrappedKey, content_hash

KEY, OTHER = b"k" * 32, b"o" * 32


def encoded(key):
    return base64.urlsafe_b64encode(key).decode()


def rotated():
    """The ring `k1` after a rotation: a new key in front, the old one last."""
    return KeyRing({"k2": OTHER, "k1": KEY})


@given(st.binary(max_size=200), st.binary(max_size=20))
def test_what_is_sealed_opens_again(plain, context):
    assert Sealer(KEY).open(Sealer(KEY).seal(plain, context), context) == plain


@given(st.text(max_size=100))
def test_text_of_any_kind_opens_again(text):
    assert Sealer(KEY).open_text(Sealer(KEY).seal_text(text)) == text


def test_the_same_words_are_sealed_differently_every_time():
    assert Sealer(KEY).seal_text("三万") != Sealer(KEY).seal_text("三万")


def test_nothing_of_the_words_shows():
    assert "三万".encode() not in Sealer(KEY).seal_text("借三万元")


def test_another_key_opens_nothing():
    with pytest.raises(CannotOpen):
        Sealer(OTHER).open(Sealer(KEY).seal(b"words"))


def test_another_context_opens_nothing():
    with pytest.raises(CannotOpen):
        Sealer(KEY).open(Sealer(KEY).seal(b"words", b"here"), b"there")


def test_one_changed_byte_anywhere_is_noticed():
    sealed = Sealer(KEY).seal(b"words")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(CannotOpen):
            Sealer(KEY).open(bytes(changed))


@given(st.binary(max_size=60))
def test_bytes_that_nobody_sealed_are_refused_and_never_a_surprise(noise):
    with pytest.raises(CannotOpen):
        Sealer(KEY).open(noise)
    with pytest.raises(CannotOpen):
        rotated().open(noise)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", 1),
        ("no-colon", 1),
        (f":{encoded(KEY)}", 1),
        ("k1:c2hvcnQ=", 1),
        ("k1:ä", 1),
        (f"k1:{encoded(KEY)[:9]}!{encoded(KEY)[9:]}", 1),
        (f"k1:{encoded(KEY)},k1:{encoded(OTHER)}", 2),
        (f"k1:{encoded(KEY)},", 2),
        (f"{'k' * 65}:{encoded(KEY)}", 1),
    ],
)
def test_a_bad_entry_is_named_by_its_place(text, place):
    with pytest.raises(ValueError, match=f"^entry {place} "):
        KeyRing.parse(text)


def test_the_complaint_about_a_key_does_not_show_it():
    with pytest.raises(ValueError, match="entry 1") as refused:
        KeyRing.parse(f"k1:{encoded(KEY)}extra")
    assert encoded(KEY) not in str(refused.value)


def test_a_ring_without_keys_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        KeyRing({})


def test_padding_and_spaces_around_an_entry_do_not_matter():
    loose = KeyRing.parse(f" k2:{encoded(OTHER).rstrip('=')} , k1:{encoded(KEY)} ")
    assert loose.open(rotated().seal(b"words")) == b"words"
    assert loose.active_id == "k2"


def test_a_persons_key_comes_back_from_its_wrapping():
    sealer, wrapped = KeyRing({"k1": KEY}).new_person_key()
    assert rotated().unwrap(wrapped).open(sealer.seal(b"words")) == b"words"


def test_two_people_share_no_key():
    ring = rotated()
    (one, _), (_, other) = ring.new_person_key(), ring.new_person_key()
    with pytest.raises(CannotOpen):
        ring.unwrap(other).open(one.seal(b"words"))


def test_wrapping_anew_keeps_the_key_and_names_the_active_master():
    sealer, wrapped = KeyRing({"k1": KEY}).new_person_key()
    again = rotated().rewrap(wrapped)
    assert (wrapped.master_id, again.master_id) == ("k1", "k2")
    assert KeyRing({"k2": OTHER}).unwrap(again).open(sealer.seal(b"words")) == b"words"


def test_a_key_wrapped_by_a_master_that_is_gone_cannot_be_opened():
    _, wrapped = KeyRing({"k1": KEY}).new_person_key()
    with pytest.raises(CannotOpen):
        KeyRing({"k2": OTHER}).unwrap(wrapped)


def test_a_wrapping_under_a_false_name_cannot_be_opened():
    _, wrapped = KeyRing({"k1": KEY}).new_person_key()
    with pytest.raises(CannotOpen):
        rotated().rewrap(WrappedKey("k2", wrapped.sealed))


def test_what_a_master_sealed_stays_readable_after_a_rotation_and_not_without_it():
    sealed = KeyRing({"k1": KEY}).seal(b"words")
    assert rotated().open(sealed) == b"words"
    with pytest.raises(CannotOpen):
        KeyRing({"k2": OTHER}).open(sealed)


def test_look_ups_stay_the_same_through_rotations():
    before = KeyRing({"k1": KEY}).index("openid", "o1")
    assert rotated().index("openid", "o1") == before
    assert KeyRing({"k2": OTHER}).index("openid", "o1") != before


def test_look_ups_of_two_purposes_or_two_values_never_meet():
    ring = KeyRing({"k1": KEY})
    found = [ring.index(*pair) for pair in (("a", "b"), ("a", "c"), ("ab", ""), ("", "ab"))]
    assert len(set(found)) == len(found)


def test_the_hash_of_words_is_plain_sha_256():
    assert content_hash("abc").startswith("ba7816bf8f01cfea")
