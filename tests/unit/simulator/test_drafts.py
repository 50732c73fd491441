"""The draft box of the pretend platform, and what a mass send does to it."""

import pytest

ARTICLE = {"title": "知识", "digest": "摘要", "content": "<p>正文</p>", "thumb_media_id": "cover"}


def add(rehearsal, **changes):
    return rehearsal.api("draft/add", {"articles": [{**ARTICLE, **changes}]})


def read(rehearsal, media_id):
    return rehearsal.api("draft/get", {"media_id": media_id})


def send(rehearsal, media_id, key):
    phones = [rehearsal.phone, rehearsal.account.add_phone()]
    for phone in phones:
        rehearsal.act("follow", phone=phone.id)
    body = {
        "touser": [phone.openid for phone in phones],
        "msgtype": "mpnews",
        "mpnews": {"media_id": media_id},
        "clientmsgid": key,
    }
    return rehearsal.api("message/mass/send", body)


def test_a_draft_is_kept_changed_and_dropped(rehearsal):
    media_id = add(rehearsal)["media_id"]
    assert read(rehearsal, media_id)["news_item"][0]["content"] == "<p>正文</p>"
    changed = {"media_id": media_id, "index": 0, "articles": {**ARTICLE, "title": "新"}}
    assert rehearsal.api("draft/update", changed)["errcode"] == 0
    assert read(rehearsal, media_id)["news_item"][0]["title"] == "新"
    assert rehearsal.api("draft/update", {**changed, "index": 1})["errcode"] == 47001
    assert rehearsal.api("draft/delete", {"media_id": media_id})["errcode"] == 0
    assert read(rehearsal, media_id)["errcode"] == 40007


def test_the_box_is_listed_by_pages(rehearsal):
    media_id = add(rehearsal)["media_id"]
    told = rehearsal.api("draft/batchget", {"offset": 0, "count": 1, "no_content": 1})
    assert (told["total_count"], told["item_count"]) == (2, 1)
    (item,) = told["item"]
    assert item["media_id"] == media_id
    assert "content" not in item["content"]["news_item"][0]
    assert rehearsal.api("draft/batchget", {"offset": 0, "count": 21})["errcode"] == 47001


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": ""}, 44004),
        ({"content": " "}, 44004),
        ({"title": "长" * 33}, 45002),
        ({"content": "长" * 20_001}, 45002),
        ({"thumb_media_id": ""}, 40007),
    ],
)
def test_what_is_no_article_is_refused(rehearsal, changes, code):
    assert add(rehearsal, **changes)["errcode"] == code


def test_eight_articles_at_most(rehearsal):
    for count in (0, 9):
        told = rehearsal.api("draft/add", {"articles": [ARTICLE] * count})
        assert told["errcode"] == 45008


def test_a_sent_draft_arrives_as_a_card_and_leaves_the_box(rehearsal):
    media_id = add(rehearsal)["media_id"]
    assert send(rehearsal, media_id, "c1")["errcode"] == 0
    side, kind, _ = rehearsal.screen()[-1]
    assert (side, kind) == ("them", "news")
    assert read(rehearsal, media_id)["errcode"] == 40007
    assert send(rehearsal, media_id, "c2")["errcode"] == 40007


def test_a_draft_that_nobody_made_is_not_sent(rehearsal):
    assert send(rehearsal, "nobody", "c1")["errcode"] == 40007
