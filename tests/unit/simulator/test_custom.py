import pytest


def menu(count=1, content="选项", **changes):
    items = [{"id": str(n), "content": content} for n in range(count)]
    return {"head_content": "请选", "list": items, "tail_content": "", **changes}


def send(rehearsal, kind, part):
    body = {"touser": rehearsal.phone.openid, "msgtype": kind, kind: part}
    return rehearsal.api("message/custom/send", body)["errcode"]


def test_a_text_within_the_window_appears_on_the_phone(rehearsal):
    rehearsal.follower()
    assert rehearsal.text("结果出来了") == {"errcode": 0, "errmsg": "ok"}
    assert rehearsal.screen()[-1] == ("them", "text", "结果出来了")


def test_a_follow_carries_three_messages_and_then_the_count_is_used_up(rehearsal):
    rehearsal.follower()
    codes = [rehearsal.text()["errcode"] for _ in range(4)]
    assert codes == [0, 0, 0, 45047]


def test_the_windows_move_with_the_clock(rehearsal):
    rehearsal.follower()
    rehearsal.sim("clock", {"advance_seconds": 61})
    assert rehearsal.text()["errcode"] == 45015
    rehearsal.act("text", content="在吗")
    rehearsal.sim("clock", {"advance_seconds": 47 * 3600})
    rehearsal.bearer = ""
    assert rehearsal.text()["errcode"] == 0


@pytest.mark.parametrize(("tap_opens", "allowed"), [("menu", 3), ("message", 5)])
def test_a_tapped_option_opens_what_the_switch_says(rehearsal, tap_opens, allowed):
    rehearsal.follower()
    rehearsal.sim("clock", {"advance_seconds": 61})
    rehearsal.sim("switches", {"tap_opens": tap_opens})
    rehearsal.act("tap", content="同意", id="ok")
    assert [rehearsal.text()["errcode"] for _ in range(allowed + 1)] == [0] * allowed + [45047]
    assert rehearsal.pushed[-1]["bizmsgmenuid"] == "ok"
    assert rehearsal.pushed[-1]["MsgType"] == "text"


def test_a_view_button_opens_no_window(rehearsal):
    rehearsal.follower()
    rehearsal.sim("clock", {"advance_seconds": 61})
    rehearsal.act("event", event="VIEW")
    assert rehearsal.text()["errcode"] == 45015


def test_who_left_who_is_unknown_and_who_refuses_are_told_apart(rehearsal):
    rehearsal.follower()
    rehearsal.act("block", on=True)
    assert rehearsal.text()["errcode"] == 48002
    rehearsal.act("unfollow")
    assert rehearsal.text()["errcode"] == 45015
    body = {"touser": "o" * 28, "msgtype": "text", "text": {"content": "a"}}
    assert rehearsal.api("message/custom/send", body)["errcode"] == 40003


@pytest.mark.parametrize(
    ("kind", "part", "code"),
    [
        ("text", {"content": ""}, 44004),
        ("text", {"content": "字" * 683}, 45002),
        ("text", "words", 47001),
        ("gif", {}, 40008),
        ("image", {"media_id": "m"}, 40007),
        ("msgmenu", menu(10), 0),
        ("msgmenu", menu(11), 45098),
        ("msgmenu", menu(0), 47001),
        ("msgmenu", menu(content="字" * 43), 45099),
        ("msgmenu", menu(content=""), 47001),
        ("msgmenu", menu(head_content="字" * 342), 45099),
        ("msgmenu", {"list": ["a"]}, 47001),
        ("news", {"articles": [{"title": "a"}]}, 0),
        ("news", {"articles": [{"title": "a"}, {"title": "b"}]}, 45008),
        ("news", {"articles": []}, 44004),
    ],
)
def test_contents_are_refused_with_their_codes(rehearsal, kind, part, code):
    rehearsal.follower()
    assert send(rehearsal, kind, part) == code


def test_a_refused_content_costs_nothing(rehearsal):
    rehearsal.follower()
    send(rehearsal, "text", {"content": ""})
    assert [rehearsal.text()["errcode"] for _ in range(3)] == [0, 0, 0]


def test_the_options_of_a_menu_can_be_tapped(rehearsal):
    rehearsal.follower()
    send(rehearsal, "msgmenu", menu(2))
    told = rehearsal.http.get(f"/sim/phones/{rehearsal.phone.id}").get_json()
    assert told["bubbles"][-1]["options"][1] == {"id": "1", "content": "选项"}


def test_typing_needs_a_person_who_just_spoke(rehearsal):
    def typing(command):
        body = {"touser": rehearsal.phone.openid, "command": command}
        return rehearsal.api("message/custom/typing", body)["errcode"]

    rehearsal.follower()
    assert (typing("Typing"), typing("Dance")) == (0, 45072)
    rehearsal.clock.base += 31
    assert typing("Typing") == 45080
