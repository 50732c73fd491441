import pytest

from simulator.wire import build


def problem_of(rehearsal, fields, **changes):
    rehearsal.follower()
    rehearsal.webhook.script.append(
        lambda pushed: rehearsal.webhook.sealed_fields(pushed, fields, **changes)
    )
    return rehearsal.act("text", content="在吗")["record"]["problem"]


TEXT = {"MsgType": "text", "Content": "您好"}


def article(title):
    return {"Title": title, "Description": "", "PicUrl": "", "Url": "https://example.com"}


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        (TEXT, ""),
        ({**TEXT, "Content": ""}, "empty Content"),
        ({**TEXT, "Content": " \n"}, "empty Content"),
        ({**TEXT, "Content": "字" * 682 + "ab"}, ""),
        ({**TEXT, "Content": "字" * 683}, "longer than 2048"),
        ({**TEXT, "ToUserName": "o-else"}, "not addressed to the sender"),
        ({**TEXT, "FromUserName": "gh_else"}, "does not come from this account"),
        ({**TEXT, "CreateTime": "today"}, "no CreateTime"),
        ({"MsgType": "gif"}, "unknown MsgType"),
        ({"MsgType": "image", "Image": {"MediaId": "m"}}, ""),
        ({"MsgType": "image"}, "no MediaId"),
        ({"MsgType": "music"}, "no Music"),
        ({"MsgType": "music", "Music": {"Title": "曲"}}, ""),
        ({"MsgType": "transfer_customer_service"}, ""),
        ({"MsgType": "news", "ArticleCount": 2, "Articles": [article("a")]}, "ArticleCount"),
        ({"MsgType": "news", "ArticleCount": 1, "Articles": [article("a")]}, ""),
    ],
)
def test_a_reply_is_judged_as_the_platform_judges_it(rehearsal, fields, complaint):
    problem = problem_of(rehearsal, fields)
    assert complaint in problem
    assert bool(problem) == bool(complaint)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"Nonce": "1"}, "nonce of this delivery"),
        ({"MsgSignature": "0" * 40}, "wrong MsgSignature"),
        ({"Encrypt": ""}, "not encrypted"),
        ({"TimeStamp": "2"}, "wrong MsgSignature"),
    ],
)
def test_a_reply_that_is_sealed_wrongly_is_an_error_in_safe_mode(rehearsal, changes, complaint):
    assert complaint in problem_of(rehearsal, TEXT, **changes)


def test_a_plain_reply_is_an_error_in_safe_mode(rehearsal):
    rehearsal.follower()
    rehearsal.webhook.answers(build(TEXT).encode())
    assert "not encrypted" in rehearsal.act("text", content="在吗")["record"]["problem"]


def test_one_article_is_shown_after_a_message_and_several_after_an_event(rehearsal):
    news = {"MsgType": "news", "ArticleCount": 2, "Articles": [article("a"), article("b")]}
    reply = [lambda pushed: rehearsal.webhook.sealed_fields(pushed, news)]
    rehearsal.webhook.script += reply * 2
    rehearsal.follower()
    rehearsal.act("text", content="在吗")
    shown = [len(b.content["articles"]) for b in rehearsal.phone.bubbles if b.kind == "news"]
    assert shown == [2, 1]
