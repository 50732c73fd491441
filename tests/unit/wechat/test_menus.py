"""The account's menu fits what the platform accepts."""

from app.wechat.menus import KEYS, menu_json

# developers.weixin.qq.com, custom menus: 3 and 5 buttons; 16 and 60 bytes a name, 128 a key.
TOP, SUB, TOP_BYTES, SUB_BYTES, KEY_BYTES = 3, 5, 16, 60, 128


def leaves():
    for button in menu_json()["button"]:
        yield from button.get("sub_button", [button])


def test_there_are_not_too_many_buttons():
    top = menu_json()["button"]
    assert 0 < len(top) <= TOP
    assert all(len(button.get("sub_button", [])) <= SUB for button in top)


def test_names_are_shown_whole():
    assert all(len(button["name"].encode()) <= TOP_BYTES for button in menu_json()["button"])
    assert all(len(leaf["name"].encode()) <= SUB_BYTES for leaf in leaves())


def test_every_press_says_one_of_our_keys_and_none_says_the_same():
    pressed = [leaf["key"] for leaf in leaves()]
    assert set(pressed) <= set(KEYS)
    assert len(set(pressed)) == len(pressed)
    assert all(len(leaf["key"]) <= KEY_BYTES for leaf in leaves())
