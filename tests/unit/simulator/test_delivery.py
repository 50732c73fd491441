import threading

import pytest

from simulator.crypto import Envelope, sign
from simulator.delivery import ERROR_LINE, run_in_thread
from simulator.transport import Answer, NoAnswer, TimedOut
from simulator.wire import field, parse

ERROR = ("note", "error", ERROR_LINE)


def test_a_safe_delivery_shows_only_the_account_and_the_sealed_message(rehearsal):
    rehearsal.follower()
    pushed = rehearsal.pushed[0]
    assert [child.tag for child in parse(pushed.body)] == ["ToUserName", "Encrypt"]
    assert pushed.query["encrypt_type"] == "aes"
    sealed = field(parse(pushed.body), "Encrypt")
    parts = (rehearsal.settings.token, pushed.query["timestamp"], pushed.query["nonce"])
    assert pushed.query["msg_signature"] == sign(*parts, sealed)
    assert pushed.query["signature"] == sign(*parts)
    assert pushed["Event"] == "subscribe"


def test_a_compatible_delivery_carries_both_forms(rehearse):
    rehearsal = rehearse(mode="compatible")
    rehearsal.follower()
    root = parse(rehearsal.pushed[0].body)
    assert field(root, "Event") == "subscribe"
    assert field(root, "Encrypt")


def test_a_plain_delivery_is_signed_and_not_sealed(rehearse):
    rehearsal = rehearse(mode="plain", aes_key="")
    rehearsal.follower()
    assert "encrypt_type" not in rehearsal.pushed[0].query
    assert field(parse(rehearsal.pushed[0].body), "FromUserName") == rehearsal.phone.openid


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
def test_a_reply_appears_on_the_phone_in_every_mode(rehearse, mode):
    rehearsal = rehearse(mode=mode)
    rehearsal.webhook.says("您好")
    rehearsal.follower()
    assert rehearsal.screen()[-1] == ("them", "text", "您好")


def test_after_three_timeouts_the_person_sees_the_error_line(rehearsal):
    rehearsal.follower()
    rehearsal.webhook.answers(*[TimedOut("no answer")] * 3)
    rehearsal.act("text", content="在吗")
    assert len(rehearsal.pushed) == 1 + 3
    assert rehearsal.screen()[-1] == ERROR
    # The five seconds of the timeout are the pause.
    assert rehearsal.clock.slept == []


def test_a_refused_connection_and_a_5xx_are_tried_again_after_five_seconds(rehearsal):
    rehearsal.follower()
    rehearsal.webhook.answers(NoAnswer("refused"), Answer(503, b""))
    rehearsal.webhook.says("来了")
    rehearsal.act("text", content="在吗")
    assert rehearsal.clock.slept == [5.0, 5.0]
    assert rehearsal.screen()[-1] == ("them", "text", "来了")


def test_a_retry_is_the_same_message_sealed_anew(rehearsal):
    rehearsal.follower()
    rehearsal.webhook.answers(TimedOut("no answer"))
    rehearsal.act("text", content="在吗")
    first, second = rehearsal.pushed[1:]
    assert first.plain == second.plain
    assert first.query["nonce"] != second.query["nonce"]


@pytest.mark.parametrize("body", [b"", b"success"])
def test_an_empty_answer_shows_nothing_and_is_not_tried_again(rehearsal, body):
    rehearsal.follower()
    rehearsal.webhook.answers(body)
    rehearsal.act("text", content="在吗")
    assert rehearsal.screen()[-1] == ("me", "text", "在吗")
    assert len(rehearsal.pushed) == 2


@pytest.mark.parametrize("body", [b"{}", b"SUCCESS", b"<xml></xml>", b"\xff", b"<xml>"])
def test_a_malformed_answer_shows_the_error_line_at_once(rehearsal, body):
    rehearsal.follower()
    rehearsal.webhook.answers(body)
    rehearsal.act("text", content="在吗")
    assert rehearsal.screen()[-1] == ERROR
    assert len(rehearsal.pushed) == 2


def test_an_event_that_nobody_waits_for_shows_no_error_line(rehearsal):
    rehearsal.follower()
    rehearsal.webhook.answers(b"{}")
    rehearsal.act("event", event="LOCATION")
    assert rehearsal.screen()[-1] == ("note", "note", "事件 LOCATION")


def test_copies_are_the_same_message_and_only_one_answer_is_shown(rehearsal):
    rehearsal.follower()
    rehearsal.sim("switches", {"copies": 3})
    rehearsal.webhook.says("一", "一", "一")
    record = rehearsal.act("text", content="在吗")["record"]
    assert len({pushed["MsgId"] for pushed in rehearsal.pushed[1:]}) == 1
    assert len(rehearsal.pushed) == 4
    assert rehearsal.screen()[-2:] == [("me", "text", "在吗"), ("them", "text", "一")]
    assert record["same_answer"] is True


def test_copies_that_are_answered_differently_are_told_apart(rehearsal):
    rehearsal.follower()
    rehearsal.sim("switches", {"copies": 2})
    rehearsal.webhook.says("一", "二")
    assert rehearsal.act("text", content="在吗")["record"]["same_answer"] is False


def test_out_of_order_sends_the_second_message_first(rehearsal):
    rehearsal.follower()
    rehearsal.sim("switches", {"out_of_order": True})
    rehearsal.act("text", content="先")
    assert len(rehearsal.pushed) == 1
    rehearsal.act("text", content="后")
    assert [pushed["Content"] for pushed in rehearsal.pushed[1:]] == ["后", "先"]


def test_a_held_message_goes_when_no_second_one_comes(rehearsal):
    rehearsal.follower()
    rehearsal.sim("switches", {"out_of_order": True})
    rehearsal.act("text", content="先")
    [(seconds, release)] = rehearsal.clock.promised
    release()
    release()
    assert seconds == rehearsal.settings.hold_seconds
    assert [pushed["Content"] for pushed in rehearsal.pushed[1:]] == ["先"]


def test_the_echo_verifies_the_webhook(rehearsal):
    assert rehearsal.sim("verify") == {"state": "ok", "detail": ""}


@pytest.mark.parametrize(
    ("echo", "detail"),
    [
        (Answer(403, b""), "answered 403 and not the echo"),
        (Answer(200, b"something else"), "answered 200 and not the echo"),
        (NoAnswer("connection failed"), "connection failed"),
    ],
)
def test_a_webhook_that_does_not_echo_is_not_verified(rehearsal, echo, detail):
    rehearsal.webhook.echo = echo
    assert rehearsal.sim("verify") == {"state": "failed", "detail": detail}


def test_work_can_run_beside_the_caller():
    done = threading.Event()
    run_in_thread(done.set)
    assert done.wait(5)


def test_the_reply_of_a_person_who_left_meanwhile_is_not_shown(rehearsal):
    rehearsal.follower()
    rehearsal.webhook.says("再见")
    rehearsal.act("unfollow")
    assert rehearsal.screen()[-1] == ("note", "note", "你已取消关注")


def test_a_sealed_reply_opens_with_the_accounts_key_only(rehearsal):
    rehearsal.follower()
    other = Envelope(rehearsal.settings.aes_key, "wx-other")

    def answer(pushed):
        nonce, sealed = pushed.query["nonce"], other.seal("<xml></xml>")
        signature = sign(rehearsal.settings.token, "1", nonce, sealed)
        return (
            f"<xml><Encrypt>{sealed}</Encrypt><MsgSignature>{signature}</MsgSignature>"
            f"<TimeStamp>1</TimeStamp><Nonce>{nonce}</Nonce></xml>"
        ).encode()

    rehearsal.webhook.script.append(answer)
    assert "another app id" in rehearsal.act("text", content="在吗")["record"]["problem"]
