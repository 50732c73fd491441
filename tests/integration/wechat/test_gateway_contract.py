"""What every gateway promises, played before the recording one and the live one."""

import pytest

from app.core.errors import OutcomeUnknown, PlatformRefused
from app.core.types import Secret
from app.wechat.menus import menu_json
from app.wechat.news import read_news
from app.wechat.ports import NewsRef
from tests.integration.wechat.stages import TEMPLATE_ID, RecordingStage, a_simulator_stage


@pytest.fixture(params=["recording", "live"])
def stage(request):
    if request.param == "recording":
        yield RecordingStage()
        return
    with a_simulator_stage(request.getfixturevalue("redis_url")) as live:
        yield live


class TestGateway:
    def test_words_arrive_as_they_were_sent(self, stage):
        openid = stage.follower()
        words = '额度 <a href="weixin://bizmsgmenu?msgmenuid=1">1 我要办理</a>\n“引号” & \\'
        stage.gateway.send_text(openid, words)
        assert stage.texts(openid) == [words]

    def test_words_reach_one_person_only(self, stage):
        openid, other = stage.follower(), stage.follower()
        stage.gateway.send_text(openid, "额度")
        assert stage.texts(other) == []

    @pytest.mark.parametrize(
        ("code", "action"),
        [
            (-1, "retry"),
            (40003, "drop_person"),
            (45009, "retry_later"),
            (45015, "close_window"),
            (45047, "close_window"),
            (48002, "mute"),
            (48001, "config"),
            (48004, "stop_channel"),
            (45002, "content"),
            (47001, "bug"),
            (99999, "bug"),
        ],
    )
    def test_a_refusal_says_what_to_do_and_the_next_message_goes(self, stage, code, action):
        openid = stage.follower()
        stage.gateway.send_text(openid, "一")
        stage.refuse_next(code)
        with pytest.raises(PlatformRefused) as refused:
            stage.gateway.send_text(openid, "二")
        assert (refused.value.code, refused.value.action) == (code, action)
        stage.gateway.send_text(openid, "三")
        assert stage.texts(openid) == ["一", "三"]

    def test_a_message_whose_answer_was_lost_is_unknown(self, stage):
        openid = stage.follower()
        stage.gateway.send_text(openid, "一")
        stage.lose_next()
        with pytest.raises(OutcomeUnknown):
            stage.gateway.send_text(openid, "二")

    def test_a_notice_arrives_with_its_values(self, stage):
        openid = stage.follower()
        data = {"thing1": "评估完成", "time2": "2026年11月23日"}
        sent = stage.gateway.send_template(openid, TEMPLATE_ID, data, "", "notice-1")
        assert int(sent.message_id) > 2**53
        assert stage.notices(openid) == [["评估完成", "2026年11月23日"]]

    def test_a_notice_sent_twice_under_one_id_arrives_once(self, stage):
        openid = stage.follower()
        data = {"thing1": "评估完成", "time2": "今天"}
        first, again = (
            stage.gateway.send_template(openid, TEMPLATE_ID, data, "https://example.com", "n-1")
            for _ in range(2)
        )
        assert first == again
        assert len(stage.notices(openid)) == 1

    def test_a_mass_send_reaches_its_list_and_nobody_else(self, stage):
        one, two, other = stage.follower(), stage.follower(), stage.follower()
        sent = stage.gateway.send_mass([one, two], "反诈提醒", "c1")
        assert sent.message_id.isdigit()
        assert (stage.masses(one), stage.masses(two)) == (["反诈提醒"], ["反诈提醒"])
        assert stage.masses(other) == []

    def test_a_tags_people_come_in_pages_and_get_what_is_sent_to_it(self, stage):
        one, two, other = stage.follower(), stage.follower(), stage.follower()
        tag_id = stage.tag(one, two)
        page = stage.gateway.tagged(tag_id)
        assert set(page.openids) == {one, two}
        assert stage.gateway.tagged(tag_id, page.after).openids == ()
        stage.gateway.send_mass_to_tag(tag_id, "反诈提醒", "c1")
        assert stage.tagged_masses(tag_id, one) == ["反诈提醒"]
        assert stage.masses(other) == []
        with pytest.raises(PlatformRefused) as refused:
            stage.gateway.tagged(tag_id + 1)
        assert refused.value.code == 45159

    def test_a_preview_reaches_one_person_and_is_no_job(self, stage):
        one, other = stage.follower(), stage.follower()
        sent = stage.gateway.preview_mass(one, "反诈提醒")
        assert sent.message_id.isdigit()
        assert (stage.previews(one), stage.previews(other)) == (["反诈提醒"], [])
        with pytest.raises(PlatformRefused) as refused:
            stage.gateway.mass_state(sent.message_id)
        assert refused.value.code == 40059

    def test_news_go_once_and_then_their_draft_is_gone(self, stage):
        listed = [stage.follower(), stage.follower()]
        news = read_news([{"title": "反诈", "content": "<p>别转账</p>", "thumb_media_id": "c"}])
        media_id = stage.gateway.add_news(news)
        assert stage.gateway.news(media_id) == news
        assert stage.gateway.send_mass(listed, NewsRef(media_id), "c1").message_id
        assert [len(stage.news(one)) for one in listed] == [1, 1]
        assert stage.gateway.news(media_id) is None
        with pytest.raises(PlatformRefused) as refused:
            stage.gateway.send_mass(listed, NewsRef(media_id), "c2")
        assert refused.value.code == 40007

    def test_a_mass_send_that_was_accepted_before_is_the_same_success(self, stage):
        listed = [stage.follower(), stage.follower()]
        first = stage.gateway.send_mass(listed, "反诈提醒", "c1")
        assert stage.gateway.send_mass(listed, "反诈提醒", "c1") == first
        assert stage.gateway.send_mass(listed, "反诈提醒", "c2") != first
        assert len(stage.masses(listed[0])) == 2

    def test_a_mass_send_whose_answer_was_lost_is_found_by_its_client_id(self, stage):
        listed = [stage.follower(), stage.follower()]
        stage.gateway.mass_state(stage.gateway.send_mass(listed, "一", "c1").message_id)
        stage.lose_next()
        with pytest.raises(OutcomeUnknown):
            stage.gateway.send_mass(listed, "二", "c2")
        assert stage.gateway.send_mass(listed, "二", "c2").message_id
        assert stage.masses(listed[0]) == ["一", "二"]

    def test_the_platform_tells_what_became_of_a_mass_send(self, stage):
        sent = stage.gateway.send_mass([stage.follower(), stage.follower()], "一", "c1")
        stage.mass_finishes(sent.message_id)
        assert stage.gateway.mass_state(sent.message_id) == "success"
        with pytest.raises(PlatformRefused) as refused:
            stage.gateway.mass_state("1")
        assert refused.value.action == "retry_later"

    def test_followers_come_in_pages_that_end(self, stage):
        everybody = {stage.follower() for _ in range(3)}
        stage.stranger()
        page = stage.gateway.followers()
        assert everybody <= set(page.openids)
        assert page.after is not None
        last = stage.gateway.followers(page.after)
        assert (last.openids, last.after) == ((), None)

    def test_people_are_described_in_the_order_they_were_asked(self, stage):
        plain, scanned, stranger = stage.follower(), stage.follower("poster-7"), stage.stranger()
        one, two, three = stage.gateway.people([plain, scanned, stranger])
        assert (one.openid, one.is_following, one.qr_scene) == (plain, True, "")
        assert (two.openid, two.qr_scene) == (scanned, "poster-7")
        assert two.subscribe_scene == "ADD_SCENE_QR_CODE"
        assert (three.openid, three.is_following) == (stranger, False)

    def test_the_menu_is_nothing_until_it_is_put(self, stage):
        assert stage.gateway.menu() is None
        stage.gateway.put_menu(menu_json())
        assert stage.gateway.menu() == menu_json()

    @pytest.mark.parametrize("lasting", [None, 3600])
    def test_a_code_can_be_shown(self, stage, lasting):
        code = stage.gateway.create_qr("poster-7", lasting)
        assert code.ticket
        assert code.url.startswith("http")
        assert code.image_url.startswith("https://")

    def test_the_account_knows_where_deliveries_come_from(self, stage):
        assert stage.gateway.callback_addresses() == ("127.0.0.1",)

    def test_a_quota_is_used_up_by_calls(self, stage):
        openid, path = stage.follower(), "/cgi-bin/message/custom/send"
        before = stage.gateway.quota(path)
        stage.gateway.send_text(openid, "额度")
        after = stage.gateway.quota(path)
        assert (after.used, after.remain) == (before.used + 1, before.remain - 1)
        assert after.daily_limit == before.daily_limit == 500_000


def test_nobody_and_too_many_are_refused_before_any_call(redis_url):
    with a_simulator_stage(redis_url) as live:
        for count in (0, 101):
            with pytest.raises(ValueError, match="between one and"):
                live.gateway.people([Secret("o")] * count)
        assert live.calls("/cgi-bin/user/info/batchget") == []


@pytest.mark.parametrize(
    ("count", "client_msg_id"), [(1, "c1"), (10_001, "c1"), (2, ""), (2, "c" * 33)]
)
def test_a_list_or_an_id_that_the_platform_forbids_is_refused_before_any_call(
    redis_url, count, client_msg_id
):
    with a_simulator_stage(redis_url) as live:
        with pytest.raises(ValueError, match=r"people at a time|client message id"):
            live.gateway.send_mass([Secret("o")] * count, "一", client_msg_id)
        assert live.calls("/cgi-bin/message/mass/send") == []


def test_a_tag_and_everybody_are_reached_by_one_call(redis_url):
    with a_simulator_stage(redis_url) as live:
        one, two = live.follower(), live.follower()
        with live.platform.world.changing() as account:
            account.tags[100] = "新客"
        live.phones[one.value].tag_ids.append(100)
        live.gateway.send_mass_to_tag(100, "一", "c1")
        live.gateway.send_mass_to_tag(None, "二", "c2")
        assert (live.texts(one), live.texts(two)) == (["一", "二"], ["二"])
