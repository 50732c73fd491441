"""Every documented message and event becomes one word of our vocabulary."""

import pytest

from app.core.types import (
    Attachment,
    ErasureOrdered,
    Followed,
    JobFinished,
    MenuClicked,
    OtherEvent,
    Place,
    Scanned,
    Text,
    Unfollowed,
)
from app.wechat.inbound import open_envelope
from tests.unit.wechat.deliveries import OPENID, PLAIN_KEYS, event_xml, message_xml, plain, text_xml


def opened(xml):
    delivery = plain(xml)
    return open_envelope(delivery.query, delivery.body, PLAIN_KEYS)


def test_a_tapped_option_carries_its_id():
    tapped = opened(text_xml("1 同意并开始", "<bizmsgmenuid>consent:yes</bizmsgmenuid>"))
    assert isinstance(tapped, Text)
    assert tapped.option_id == "consent:yes"


def test_typed_words_carry_no_option():
    typed = opened(text_xml("同意"))
    assert isinstance(typed, Text)
    assert typed.option_id is None


def test_a_message_without_words_is_still_a_message():
    empty = opened(text_xml("  "))
    assert isinstance(empty, Text)
    assert empty.words.value == ""


@pytest.mark.parametrize(
    ("msg_type", "inside", "kind"),
    [
        ("image", "<PicUrl>http://a/b</PicUrl><MediaId>m</MediaId>", "image"),
        ("voice", "<MediaId>m</MediaId><Format>amr</Format>", "voice"),
        ("voice", "<MediaId>m</MediaId><Recognition>五万</Recognition>", "voice"),
        ("video", "<MediaId>m</MediaId><ThumbMediaId>t</ThumbMediaId>", "video"),
        ("shortvideo", "<MediaId>m</MediaId><ThumbMediaId>t</ThumbMediaId>", "video"),
        ("link", "<Title>t</Title><Description>d</Description><Url>http://a</Url>", "link"),
        ("miniprogrampage", "<Title>t</Title>", "other"),
        ("IMAGE", "<MediaId>m</MediaId>", "image"),
    ],
)
def test_what_is_not_words_is_an_attachment(msg_type, inside, kind):
    inbound = opened(message_xml(f"<MsgType>{msg_type}</MsgType><MsgId>7</MsgId>{inside}"))
    assert isinstance(inbound, Attachment)
    assert (inbound.kind, inbound.delivery_id) == (kind, "m:7")


def test_of_a_place_only_the_label_is_kept():
    place = opened(
        message_xml(
            "<MsgType>location</MsgType><MsgId>8</MsgId><Location_X>30.2</Location_X>"
            "<Location_Y>120.1</Location_Y><Scale>20</Scale><Label>浙江省杭州市西湖区</Label>"
        )
    )
    assert isinstance(place, Place)
    assert place.label.value == "浙江省杭州市西湖区"


@pytest.mark.parametrize(
    ("key", "scene"),
    [
        ("", None),
        ("<EventKey></EventKey>", None),
        ("<EventKey>qrscene_poster-7</EventKey><Ticket>t</Ticket>", "poster-7"),
        ("<EventKey>qrscene_qrscene_1</EventKey>", "qrscene_1"),
        ("<EventKey>qrscene_</EventKey>", None),
        ("<EventKey>last_trade_no_4200000</EventKey>", None),
        ("<EventKey>scanbarcode|EAN13|692</EventKey>", None),
        ("<EventKey>scanimage|ITEM|1</EventKey>", None),
    ],
)
def test_a_follow_keeps_the_scene_of_the_code_and_nothing_else(key, scene):
    followed = opened(event_xml("subscribe", key))
    assert isinstance(followed, Followed)
    assert followed.scene == scene


def test_an_unfollow_is_told():
    assert isinstance(opened(event_xml("unsubscribe", "<EventKey></EventKey>")), Unfollowed)


def test_a_scan_by_a_follower_has_the_raw_scene():
    scanned = opened(event_xml("SCAN", "<EventKey>qrscene_x</EventKey><Ticket>t</Ticket>"))
    assert isinstance(scanned, Scanned)
    assert scanned.scene == "qrscene_x"


@pytest.mark.parametrize(
    ("event", "inside", "opens_window"),
    [
        ("CLICK", "", True),
        ("click", "", True),
        ("scancode_push", "<ScanCodeInfo><ScanResult>1</ScanResult></ScanCodeInfo>", True),
        ("scancode_waitmsg", "<ScanCodeInfo><ScanType>qrcode</ScanType></ScanCodeInfo>", True),
        ("VIEW", "<MenuId>5</MenuId>", False),
        ("view_miniprogram", "<MenuId>5</MenuId>", False),
        ("pic_sysphoto", "<SendPicsInfo><Count>0</Count><PicList/></SendPicsInfo>", False),
        (
            "pic_photo_or_album",
            (
                "<SendPicsInfo><Count>2</Count><PicList><item><PicMd5Sum>a</PicMd5Sum></item>"
                "<item><PicMd5Sum>b</PicMd5Sum></item></PicList></SendPicsInfo>"
            ),
            False,
        ),
        ("pic_weixin", "<SendPicsInfo><Count>1</Count></SendPicsInfo>", False),
        ("location_select", "<SendLocationInfo><Label>x</Label></SendLocationInfo>", False),
    ],
)
def test_a_menu_press_says_whether_it_opens_a_window(event, inside, opens_window):
    clicked = opened(event_xml(event, f"<EventKey>quota</EventKey>{inside}"))
    assert isinstance(clicked, MenuClicked)
    assert (clicked.key, clicked.opens_window) == ("quota", opens_window)


@pytest.mark.parametrize("spelling", ["OpenID", "openid", "OpenId"])
@pytest.mark.parametrize(
    ("event", "cause"),
    [("user_authorization_revoke", "revoked"), ("user_authorization_cancellation", "cancelled")],
)
def test_an_order_to_erase_names_the_person_and_not_the_platforms_sender(event, cause, spelling):
    ordered = opened(
        event_xml(
            event,
            f"<{spelling}>oPerson</{spelling}><AppID>wx1</AppID><RevokeInfo>201</RevokeInfo>",
            sender="oPlatform",
        )
    )
    assert isinstance(ordered, ErasureOrdered)
    assert (ordered.openid.value, ordered.cause) == ("oPerson", cause)


def test_of_two_spellings_the_documented_one_counts():
    ordered = opened(
        event_xml("user_authorization_revoke", "<openid>oOther</openid><OpenID>oPerson</OpenID>")
    )
    assert ordered.openid.value == "oPerson"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("success", "success"),
        ("failed:user block", "failed:user block"),
        ("failed: user block", "failed:user block"),
        ("failed: system failed", "failed:system failed"),
        ("failed:freq limit", "failed:freq limit"),
    ],
)
def test_a_finished_template_message_is_told_in_one_spelling(status, expected):
    finished = opened(
        event_xml(
            "TEMPLATESENDJOBFINISH",
            f"<MsgID>9223372036854775807</MsgID><Status>{status}</Status>",
        )
    )
    assert isinstance(finished, JobFinished)
    assert (finished.job, finished.message_id, finished.status) == (
        "template",
        "9223372036854775807",
        expected,
    )


def test_a_finished_mass_message_brings_its_counts():
    finished = opened(
        event_xml(
            "MASSSENDJOBFINISH",
            "<MsgID>3147483656</MsgID><Status>err(30003)</Status><TotalCount>100</TotalCount>"
            "<FilterCount>80</FilterCount><SentCount>75</SentCount><ErrorCount>5</ErrorCount>"
            "<CopyrightCheckResult><Count>1</Count><ResultList><item><ArticleIdx>1</ArticleIdx>"
            "</item></ResultList><CheckState>2</CheckState></CopyrightCheckResult>"
            "<ArticleUrlResult><Count>1</Count><ResultList><item><ArticleIdx>1</ArticleIdx>"
            "<ArticleUrl>http://a</ArticleUrl></item></ResultList></ArticleUrlResult>",
        )
    )
    assert isinstance(finished, JobFinished)
    assert (finished.job, finished.status) == ("mass", "err(30003)")
    assert finished.counts == {
        "TotalCount": 100,
        "FilterCount": 80,
        "SentCount": 75,
        "ErrorCount": 5,
    }


def test_two_jobs_of_one_person_in_one_second_are_two_deliveries():
    ids = {
        opened(
            event_xml("TEMPLATESENDJOBFINISH", f"<MsgID>{n}</MsgID><Status>success</Status>")
        ).delivery_id
        for n in (1, 2)
    }
    assert ids == {
        "e:1774000000:TEMPLATESENDJOBFINISH::1",
        "e:1774000000:TEMPLATESENDJOBFINISH::2",
    }


def test_a_delivery_id_stays_short_enough_for_an_index():
    long_key = "https://example.com/" + "a" * 20_000
    clicked = opened(event_xml("VIEW", f"<EventKey>{long_key}</EventKey>"))
    assert len(clicked.delivery_id) < 512


@pytest.mark.parametrize(
    "event",
    [
        "LOCATION",
        "subscribe_msg_popup_event",
        "subscribe_msg_change_event",
        "subscribe_msg_sent_event",
        "kf_create_session",
        "kf_close_session",
        "kf_switch_session",
        "user_info_modified",
        "PUBLISHJOBFINISH",
        "FREEPUBLISHJOBFINISH",
        "qualification_verify_success",
        "qualification_verify_fail",
        "naming_verify_success",
        "naming_verify_fail",
        "annual_renew",
        "verify_expired",
        "debug_demo",
        "card_pass_check",
        "user_get_card",
        "poi_check_notify",
        "ShakearoundUserShake",
        "WifiConnected",
        "merchant_order",
    ],
)
def test_an_event_without_meaning_for_us_is_known(event):
    nested = "<List><TemplateId>t</TemplateId></List><List/>"
    other = opened(event_xml(event, f"<SubscribeMsgPopupEvent>{nested}</SubscribeMsgPopupEvent>"))
    assert isinstance(other, OtherEvent)
    assert (other.event, other.is_known, other.openid.value) == (event, True, OPENID)


def test_an_event_that_nobody_documented_is_unknown_and_keeps_its_name():
    other = opened(event_xml("Brand_New_Event"))
    assert isinstance(other, OtherEvent)
    assert (other.event, other.is_known) == ("Brand_New_Event", False)


def test_a_device_push_without_a_message_id_is_an_unknown_event():
    other = opened(message_xml("<MsgType>device_event</MsgType><Event>bind</Event>"))
    assert isinstance(other, OtherEvent)
    assert (other.event, other.is_known) == ("device_event", False)
