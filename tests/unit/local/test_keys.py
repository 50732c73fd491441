import base64
import re

from local import keys


def test_keys_have_the_shapes_that_their_readers_want():
    made = keys.make_keys(with_account=True)
    assert re.fullmatch(r"[\w-]{43,}", made["SECRET_KEY"])
    key_id, _, key = made["DATA_KEYS"].partition(":")
    assert key_id
    assert len(base64.urlsafe_b64decode(key)) == 32
    # The platform's rules: token 3-32 letters and digits, AES key 43 of them.
    assert re.fullmatch(r"[A-Za-z0-9]{3,32}", made["WECHAT_TOKEN"])
    assert re.fullmatch(r"[A-Za-z0-9]{43}", made["WECHAT_ENCODING_AES_KEY"])
    assert len(base64.b64decode(made["WECHAT_ENCODING_AES_KEY"] + "=", validate=True)) == 32


def test_keys_stay_the_same_from_start_to_start(tmp_path):
    first = keys.keep_keys(tmp_path / "keys", with_account=True)
    assert keys.keep_keys(tmp_path / "keys", with_account=True) == first
    password = keys.keep_postgres_password(tmp_path / "keys")
    assert keys.keep_postgres_password(tmp_path / "keys") == password


def test_two_installations_share_no_key(tmp_path):
    one, other = (keys.keep_keys(tmp_path / name, with_account=True) for name in ("a", "b"))
    assert not set(one.values()) & set(other.values())


def test_a_real_account_is_not_made_up():
    assert set(keys.make_keys(with_account=False)) == {"SECRET_KEY", "DATA_KEYS"}


def test_nobody_else_can_read_them(tmp_path):
    keys.keep_keys(tmp_path / "keys", with_account=True)
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()}
    assert modes == {0o600}
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700


def test_a_kill_while_a_key_is_written_leaves_no_half_key(tmp_path):
    (tmp_path / "secret_key.draft").write_text("half")
    assert len(keys.keep_keys(tmp_path, with_account=False)["SECRET_KEY"]) >= 43
