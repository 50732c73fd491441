"""Tell who follows the account, without any nickname or picture.

developers.weixin.qq.com/doc/service/api/usermanage/userinfo/api_userinfo
"""

from __future__ import annotations

from simulator.api.endpoint import Call, Endpoint, Json, done, known_phone, objects
from simulator.errors import Refused
from simulator.stage import Platform
from simulator.state import Phone

PAGE = 10_000
_BATCH = 100
_REMARK_LENGTH = 30


def _info(platform: Platform, call: Call) -> Json:
    return _described(known_phone(platform, call.query.get("openid")))


def _batch(platform: Platform, call: Call) -> Json:
    asked = objects(call.body.get("user_list"))
    if not 0 < len(asked) <= _BATCH:
        raise Refused(40032)
    phones = [known_phone(platform, item.get("openid")) for item in asked]
    return {"user_info_list": [_described(phone) for phone in phones]}


def _list(platform: Platform, call: Call) -> Json:
    followers = [p.openid for p in platform.world.account.phones.values() if p.is_following]
    cursor = call.query.get("next_openid") or ""
    if cursor and cursor not in followers:
        raise Refused(40003)
    start = followers.index(cursor) + 1 if cursor else 0
    page = followers[start : start + PAGE]
    answer: Json = {"total": len(followers), "count": len(page), "next_openid": ""}
    if page:
        # The last page names its last person, too; only the page after it has no data.
        answer |= {"data": {"openid": page}, "next_openid": page[-1]}
    return answer


def _remark(platform: Platform, call: Call) -> Json:
    phone, remark = known_phone(platform, call.body.get("openid")), call.text("remark")
    if len(remark) >= _REMARK_LENGTH:
        raise Refused(45002)
    phone.remark = remark
    return done()


def _described(phone: Phone) -> Json:
    if not phone.is_following:
        return {"subscribe": 0, "openid": phone.openid}
    is_number = phone.qr_scene.isdigit()
    return {
        "subscribe": 1,
        "openid": phone.openid,
        "subscribe_time": phone.followed_at,
        "remark": phone.remark,
        "groupid": phone.tag_ids[0] if phone.tag_ids else 0,
        "tagid_list": phone.tag_ids,
        "subscribe_scene": phone.subscribe_scene,
        "qr_scene": int(phone.qr_scene) if is_number else 0,
        "qr_scene_str": "" if is_number else phone.qr_scene,
    }


ENDPOINTS = {
    "/cgi-bin/user/info": Endpoint("GET", _info, 5_000_000),
    "/cgi-bin/user/info/batchget": Endpoint("POST", _batch, 5_000_000),
    "/cgi-bin/user/get": Endpoint("GET", _list, 500),
    "/cgi-bin/user/info/updateremark": Endpoint("POST", _remark, 10_000),
}
