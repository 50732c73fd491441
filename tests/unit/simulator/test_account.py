import pytest

CLICK = {"name": "测额度", "type": "click", "key": "start"}
VIEW = {"name": "说明", "type": "view", "url": "https://example.com/privacy"}


def create(rehearsal, *buttons):
    return rehearsal.api("menu/create", {"button": list(buttons)})["errcode"]


def test_a_menu_is_kept_and_told_in_both_shapes(rehearsal):
    assert rehearsal.api("menu/get")["errcode"] == 46003
    assert rehearsal.api("get_current_selfmenu_info") == {"is_menu_open": 0}
    folder = {"name": "我的", "sub_button": [CLICK, VIEW]}
    assert create(rehearsal, CLICK, folder) == 0
    assert rehearsal.api("menu/get") == {"menu": {"button": [CLICK, folder]}}
    effective = rehearsal.api("get_current_selfmenu_info")["selfmenu_info"]["button"]
    assert effective[1]["sub_button"] == {"list": [CLICK, VIEW]}
    assert rehearsal.api("menu/delete")["errcode"] == 0
    assert rehearsal.api("menu/get")["errcode"] == 46003


@pytest.mark.parametrize(
    ("buttons", "code"),
    [
        ([], 40016),
        ([CLICK] * 4, 40016),
        ([{"name": "我的", "sub_button": [CLICK] * 6}], 40023),
        ([CLICK | {"name": "字" * 6}], 40018),
        ([CLICK | {"name": ""}], 40018),
        (["text"], 40018),
        ([CLICK | {"type": "dance"}], 40017),
        ([CLICK | {"key": ""}], 40019),
        ([CLICK | {"key": "k" * 129}], 40019),
        ([VIEW | {"url": "https://example.com/" + "a" * 1024}], 40020),
        ([VIEW | {"url": "javascript:alert(1)"}], 40066),
    ],
)
def test_a_menu_outside_the_limits_is_refused(rehearsal, buttons, code):
    assert create(rehearsal, *buttons) == code


def test_pressing_a_button_clicks_or_opens_a_page(rehearsal):
    rehearsal.follower()
    create(rehearsal, CLICK, {"name": "我的", "sub_button": [VIEW]})
    assert rehearsal.act("menu", path=[0])["url"] == ""
    assert (rehearsal.pushed[-1]["Event"], rehearsal.pushed[-1]["EventKey"]) == ("CLICK", "start")
    assert rehearsal.act("menu", path=[1, 0])["url"] == VIEW["url"]
    assert rehearsal.pushed[-1]["EventKey"] == VIEW["url"]
    assert "error" in rehearsal.act("menu", path=[1])
    assert "error" in rehearsal.act("menu", path=[7])


def test_a_qr_code_carries_its_scene_to_the_picture(rehearsal):
    info = {"scene": {"scene_str": "store-7"}}
    made = rehearsal.api(
        "qrcode/create",
        {"action_name": "QR_STR_SCENE", "expire_seconds": 600, "action_info": info},
    )
    assert made["expire_seconds"] == 600
    query = {"ticket": made["ticket"]}
    card = rehearsal.http.get("/cgi-bin/showqrcode", query_string=query)
    assert "store-7" in card.get_data(as_text=True)
    assert rehearsal.http.get("/cgi-bin/showqrcode?ticket=none").status_code == 404


@pytest.mark.parametrize(
    ("action", "scene", "seconds", "is_taken"),
    [
        ("QR_SCENE", {"scene_id": 1}, 2_592_000, True),
        ("QR_SCENE", {"scene_id": 1}, 2_592_001, False),
        ("QR_SCENE", {"scene_id": 0}, 60, False),
        ("QR_LIMIT_SCENE", {"scene_id": 100_000}, 0, True),
        ("QR_LIMIT_SCENE", {"scene_id": 100_001}, 0, False),
        ("QR_LIMIT_STR_SCENE", {"scene_str": "s" * 64}, 0, True),
        ("QR_LIMIT_STR_SCENE", {"scene_str": "s" * 65}, 0, False),
        ("QR_OTHER", {"scene_id": 1}, 60, False),
        ("QR_SCENE", None, 60, False),
    ],
)
def test_scenes_have_limits(rehearsal, action, scene, seconds, is_taken):
    body = {"action_name": action, "expire_seconds": seconds, "action_info": {"scene": scene}}
    assert ("ticket" in rehearsal.api("qrcode/create", body)) is is_taken


def test_quotas_are_counted_told_and_cleared_ten_times_a_month(rehearsal):
    def quota():
        body = {"cgi_path": "/cgi-bin/user/get"}
        return rehearsal.api("openapi/quota/get", body)["quota"]

    rehearsal.api("user/get")
    assert quota() == {"daily_limit": 500, "used": 1, "remain": 499}
    rehearsal.account.calls_today["/cgi-bin/user/get"] = 500
    assert rehearsal.api("user/get")["errcode"] == 45009
    appid = {"appid": rehearsal.settings.app_id}
    assert [rehearsal.api("clear_quota", appid)["errcode"] for _ in range(11)] == [0] * 10 + [48006]
    assert quota()["used"] == 0
    assert rehearsal.api("clear_quota", {"appid": "wx0"})["errcode"] == 40013
    assert rehearsal.api("openapi/quota/get", {"cgi_path": "user/get"})["errcode"] == 76003


def test_a_new_day_in_beijing_brings_a_new_quota(rehearsal):
    rehearsal.api("user/get")
    rehearsal.account.calls_today["/cgi-bin/user/get"] = 500
    rehearsal.sim("clock", {"advance_seconds": 86_400})
    rehearsal.bearer = ""
    assert "total" in rehearsal.api("user/get")


def test_addresses_are_told(rehearsal):
    assert rehearsal.api("getcallbackip") == rehearsal.api("get_api_domain_ip")
