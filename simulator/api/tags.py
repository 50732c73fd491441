"""Keep the account's tags and who carries them.

developers.weixin.qq.com/doc/service/api/usermanage/tag/api_batchtagging
"""

from __future__ import annotations

from simulator.api.endpoint import Call, Endpoint, Json, done, known_phone
from simulator.errors import Refused
from simulator.stage import Platform
from simulator.state import Phone

_TAGS, _TAGS_A_PERSON, _BATCH, _NAME_LENGTH, _PAGE = 100, 20, 50, 30, 10_000
_FIRST_ID = 100  # 0 to 2 are the platform's own
_RESERVED = {0, 1, 2}
_LIMIT = 500_000  # not in the published table


def _create(platform: Platform, call: Call) -> Json:
    tags, name = platform.world.account.tags, _name(call)
    if len(tags) >= _TAGS:
        raise Refused(45056)
    if name in tags.values():
        raise Refused(45157)
    number = max(tags, default=_FIRST_ID - 1) + 1
    tags[number] = name
    return {"tag": {"id": number, "name": name}}


def _get(platform: Platform, _: Call) -> Json:
    account = platform.world.account
    return {
        "tags": [
            {"id": number, "name": name, "count": len(_carriers(platform, number))}
            for number, name in account.tags.items()
        ]
    }


def _update(platform: Platform, call: Call) -> Json:
    number, name = _known(platform, call.mapping("tag").get("id")), _name(call)
    platform.world.account.tags[number] = name
    return done()


def _delete(platform: Platform, call: Call) -> Json:
    number = _known(platform, call.mapping("tag").get("id"))
    for phone in _carriers(platform, number):
        phone.tag_ids.remove(number)
    del platform.world.account.tags[number]
    return done()


def _batch_tag(platform: Platform, call: Call) -> Json:
    number, phones = _known(platform, call.body.get("tagid")), _batch(platform, call)
    newly = [phone for phone in phones if number not in phone.tag_ids]
    if any(len(phone.tag_ids) >= _TAGS_A_PERSON for phone in newly):
        raise Refused(45059)
    for phone in newly:
        phone.tag_ids.append(number)
    return done()


def _batch_untag(platform: Platform, call: Call) -> Json:
    number = _known(platform, call.body.get("tagid"))
    for phone in _batch(platform, call):
        if number in phone.tag_ids:
            phone.tag_ids.remove(number)
    return done()


def _of_person(platform: Platform, call: Call) -> Json:
    return {"tagid_list": known_phone(platform, call.body.get("openid")).tag_ids}


def _people(platform: Platform, call: Call) -> Json:
    number = _known(platform, call.body.get("tagid"))
    openids, after = [one.openid for one in _carriers(platform, number)], call.text("next_openid")
    start = openids.index(after) + 1 if after in openids else 0
    page = openids[start : start + _PAGE]
    if not page:
        return {"count": 0}
    return {"count": len(page), "data": {"openid": page}, "next_openid": page[-1]}


def _carriers(platform: Platform, number: int) -> list[Phone]:
    phones = platform.world.account.phones.values()
    return [phone for phone in phones if number in phone.tag_ids]


def _batch(platform: Platform, call: Call) -> list[Phone]:
    openids = call.sequence("openid_list")
    if not 0 < len(openids) <= _BATCH:
        raise Refused(40032)
    return [known_phone(platform, openid) for openid in openids]


def _known(platform: Platform, number: object) -> int:
    if not isinstance(number, int):
        raise Refused(47001, "hint: tag id")
    if number in _RESERVED:
        raise Refused(45058)
    if number not in platform.world.account.tags:
        raise Refused(45159)
    return number


def _name(call: Call) -> str:
    name = call.mapping("tag").get("name")
    if not isinstance(name, str) or not name:
        raise Refused(47001, "hint: tag.name")
    if len(name) > _NAME_LENGTH:
        raise Refused(45158)
    return name


ENDPOINTS = {
    "/cgi-bin/tags/create": Endpoint("POST", _create, _LIMIT),
    "/cgi-bin/tags/get": Endpoint("GET", _get, _LIMIT),
    "/cgi-bin/tags/update": Endpoint("POST", _update, _LIMIT),
    "/cgi-bin/tags/delete": Endpoint("POST", _delete, _LIMIT),
    "/cgi-bin/tags/members/batchtagging": Endpoint("POST", _batch_tag, _LIMIT),
    "/cgi-bin/tags/members/batchuntagging": Endpoint("POST", _batch_untag, _LIMIT),
    "/cgi-bin/tags/getidlist": Endpoint("POST", _of_person, _LIMIT),
    "/cgi-bin/user/tag/get": Endpoint("POST", _people, _LIMIT),
}
