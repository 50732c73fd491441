import pytest


def tag(rehearsal, name="新客"):
    return rehearsal.api("tags/create", {"tag": {"name": name}})["tag"]["id"]


def test_a_follower_is_described_without_name_or_picture(rehearsal):
    rehearsal.act("follow", scene="store-7")
    told = rehearsal.api("user/info", openid=rehearsal.phone.openid)
    assert told["subscribe"] == 1
    assert told["subscribe_scene"] == "ADD_SCENE_QR_CODE"
    assert (told["qr_scene"], told["qr_scene_str"]) == (0, "store-7")
    assert not {"nickname", "headimgurl", "sex", "city"} & set(told)


def test_of_a_stranger_only_the_openid_is_told(rehearsal):
    openid = rehearsal.phone.openid
    answer = rehearsal.api("user/info/batchget", {"user_list": [{"openid": openid}]})
    assert answer == {"user_info_list": [{"subscribe": 0, "openid": openid}]}
    assert rehearsal.api("user/info", openid="o-nobody")["errcode"] == 40003


def test_a_number_as_scene_is_told_as_a_number(rehearsal):
    rehearsal.act("follow", scene="42")
    assert rehearsal.api("user/info", openid=rehearsal.phone.openid)["qr_scene"] == 42


def test_followers_are_listed_and_the_page_after_the_last_has_no_data(rehearsal):
    rehearsal.follower()
    other = rehearsal.sim("phones", {"name": "第二部"})
    rehearsal.act("follow", phone=other["id"])
    page = rehearsal.api("user/get")
    openids = [rehearsal.phone.openid, other["openid"]]
    assert page == {
        "total": 2, "count": 2, "next_openid": openids[1], "data": {"openid": openids},
    }  # fmt: skip
    after = rehearsal.api("user/get", next_openid=openids[1])
    assert after == {"total": 2, "count": 0, "next_openid": ""}


def test_a_page_holds_ten_thousand(rehearsal):
    for _ in range(10_001):
        rehearsal.account.add_phone().is_following = True
    first = rehearsal.api("user/get")
    second = rehearsal.api("user/get", next_openid=first["next_openid"])
    assert (first["count"], second["count"]) == (10_000, 1)


def test_openids_look_like_openids(rehearsal):
    openid = rehearsal.phone.openid
    assert openid.startswith("o")
    assert len(openid) == 28


def test_a_remark_must_be_short(rehearsal):
    body = {"openid": rehearsal.phone.openid, "remark": "字" * 29}
    assert rehearsal.api("user/info/updateremark", body)["errcode"] == 0
    body["remark"] += "字"
    assert rehearsal.api("user/info/updateremark", body)["errcode"] == 45002


def test_tags_are_created_given_counted_taken_and_deleted(rehearsal):
    number = tag(rehearsal)
    openids = {"openid_list": [rehearsal.phone.openid], "tagid": number}
    assert rehearsal.api("tags/members/batchtagging", openids)["errcode"] == 0
    assert rehearsal.api("tags/get")["tags"] == [{"id": number, "name": "新客", "count": 1}]
    assert rehearsal.api("user/tag/get", {"tagid": number})["count"] == 1
    mine = {"openid": rehearsal.phone.openid}
    assert rehearsal.api("tags/getidlist", mine) == {"tagid_list": [number]}
    rehearsal.api("tags/members/batchuntagging", openids)
    assert rehearsal.api("tags/getidlist", mine) == {"tagid_list": []}
    rehearsal.api("tags/members/batchtagging", openids)
    rehearsal.api("tags/update", {"tag": {"id": number, "name": "老客"}})
    assert rehearsal.api("tags/get")["tags"][0]["name"] == "老客"
    assert rehearsal.api("tags/delete", {"tag": {"id": number}})["errcode"] == 0
    assert rehearsal.api("tags/getidlist", mine) == {"tagid_list": []}


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("tags/create", {"tag": {"name": "新客"}}, 45157),
        ("tags/create", {"tag": {"name": "字" * 31}}, 45158),
        ("tags/create", {"tag": {}}, 47001),
        ("tags/delete", {"tag": {"id": 2}}, 45058),
        ("tags/delete", {"tag": {"id": 999}}, 45159),
        ("tags/delete", {"tag": {"id": [1]}}, 47001),
        ("tags/members/batchtagging", {"tagid": 100, "openid_list": ["o"] * 51}, 40032),
        ("tags/members/batchtagging", {"tagid": 100, "openid_list": ["o"]}, 40003),
        ("user/info/batchget", {"user_list": []}, 40032),
        ("user/info/batchget", {"user_list": ["o"]}, 47001),
    ],
)
def test_what_the_limits_forbid_is_refused(rehearsal, path, body, code):
    tag(rehearsal)
    assert rehearsal.api(path, body)["errcode"] == code


def test_a_person_carries_at_most_twenty_tags_and_an_account_a_hundred(rehearsal):
    numbers = [tag(rehearsal, f"标签{n}") for n in range(100)]
    openids = [rehearsal.phone.openid]
    codes = [
        rehearsal.api("tags/members/batchtagging", {"tagid": n, "openid_list": openids})["errcode"]
        for n in numbers[:21]
    ]
    assert codes == [0] * 20 + [45059]
    assert rehearsal.api("tags/create", {"tag": {"name": "多一个"}})["errcode"] == 45056
