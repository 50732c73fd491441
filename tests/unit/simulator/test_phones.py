import pytest

from simulator.pushes import EVENTS, FROM_PLATFORM, MESSAGES, PLATFORM_SENDER


def test_a_plain_follow_has_no_scene_and_one_by_qr_code_has(rehearsal):
    rehearsal.act("follow")
    assert rehearsal.pushed[-1]["EventKey"] == ""
    rehearsal.act("unfollow")
    assert rehearsal.pushed[-1]["Event"] == "unsubscribe"
    rehearsal.act("follow", scene="store-7")
    assert rehearsal.pushed[-1]["EventKey"] == "qrscene_store-7"
    assert rehearsal.pushed[-1]["Ticket"]


def test_a_follower_who_scans_sends_the_bare_scene(rehearsal):
    rehearsal.follower()
    rehearsal.act("follow", scene="store-7")
    assert (rehearsal.pushed[-1]["Event"], rehearsal.pushed[-1]["EventKey"]) == ("SCAN", "store-7")
    assert {window.trigger for window in rehearsal.phone.windows} == {"follow", "scan"}


def test_who_does_not_follow_can_do_nothing_else(rehearsal):
    for verb, body in (
        ("text", {"content": "在吗"}),
        ("tap", {"content": "a", "id": "b"}),
        ("message", {"kind": "image"}),
        ("event", {"event": "LOCATION"}),
        ("unfollow", {}),
    ):
        assert rehearsal.act(verb, **body) == {"error": "还没有关注"}
    assert rehearsal.pushed == []


def test_following_twice_and_empty_texts_are_impossible(rehearsal):
    rehearsal.follower()
    assert "error" in rehearsal.act("follow")
    assert "error" in rehearsal.act("text", content="  ")
    assert "error" in rehearsal.act("message", kind="smell")
    assert "error" in rehearsal.act("event", event="SNEEZE")


@pytest.mark.parametrize("kind", sorted(MESSAGES))
def test_every_kind_of_message_is_pushed_with_an_id_and_opens_the_long_window(rehearsal, kind):
    rehearsal.follower()
    rehearsal.act("message", kind=kind)
    assert rehearsal.pushed[-1]["MsgType"] == kind
    assert rehearsal.pushed[-1]["MsgId"].isdigit()
    assert "message" in {window.trigger for window in rehearsal.phone.windows}


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_every_event_is_pushed_by_the_person_or_by_the_platform(rehearsal, event):
    rehearsal.follower()
    rehearsal.act("event", event=event)
    pushed = rehearsal.pushed[-1]
    by_platform = event in FROM_PLATFORM
    sender = PLATFORM_SENDER if by_platform else rehearsal.phone.openid
    assert (pushed["MsgType"], pushed["Event"], pushed["FromUserName"]) == ("event", event, sender)
    assert pushed["MsgId"] == ""


def test_a_revoked_authorisation_names_the_person_in_openid(rehearsal):
    rehearsal.act("event", event="user_authorization_revoke", fields={"info": "301"})
    pushed = rehearsal.pushed[-1]
    assert (pushed["OpenID"], pushed["RevokeInfo"]) == (rehearsal.phone.openid, "301")


def test_a_location_is_sent_as_given(rehearsal):
    rehearsal.follower()
    place = {"latitude": "39.9", "longitude": "116.4", "label": "北京市朝阳区"}
    rehearsal.act("message", kind="location", fields=place)
    assert rehearsal.pushed[-1]["Label"] == "北京市朝阳区"
    assert rehearsal.screen()[-1] == ("me", "location", "[位置] 北京市朝阳区")


def test_raw_xml_is_pushed_as_typed(rehearsal):
    rehearsal.follower()
    xml = "<xml><FromUserName>x</FromUserName><MsgType>odd</MsgType></xml>"
    rehearsal.act("raw", xml=xml)
    assert rehearsal.pushed[-1].plain == xml


def test_several_phones_keep_their_own_screens(rehearsal):
    other = rehearsal.sim("phones", {"name": "第二部"})
    rehearsal.act("follow", phone=other["id"])
    rehearsal.webhook.says("您好")
    rehearsal.act("text", phone=other["id"], content="在吗")
    assert rehearsal.screen() == []
    assert len(rehearsal.account.phones[other["id"]].bubbles) == 3
    rehearsal.http.delete(f"/sim/phones/{other['id']}")
    assert rehearsal.http.get(f"/sim/phones/{other['id']}").status_code == 404
