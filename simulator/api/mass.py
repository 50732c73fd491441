"""Send one text, or the articles of a draft, to many, within what each person may get in a month.

developers.weixin.qq.com/doc/service/guide/product/message/Batch_Sends.html
"""

from __future__ import annotations

import hashlib

from simulator.api.drafts import known_draft
from simulator.api.endpoint import Call, Endpoint, Json
from simulator.delivery import Push
from simulator.errors import Refused
from simulator.pushes import PLATFORM_SENDER
from simulator.rules import (
    MASS_PER_MONTH,
    MASS_REPEAT_SECONDS,
    TEXT_LIMIT_BYTES,
    month_of,
)
from simulator.stage import Platform
from simulator.state import Bubble, MassJob, Phone
from simulator.wire import build

_LISTED_LEAST, _LISTED_MOST = 2, 10_000
_CLIENT_ID_BYTES = 32
_CALLS_A_MINUTE = 60
_FIRST_MSG_ID = 3_147_000_000
_TURNED_DOWN = "err(20008)"  # judged to be a fraud: the same guide


def _send(platform: Platform, call: Call) -> Json:
    openids = call.sequence("touser")
    if len(openids) < _LISTED_LEAST:
        raise Refused(40130)
    if len(openids) > _LISTED_MOST:
        raise Refused(40032)
    known = [platform.world.account.by_openid(openid) for openid in openids]
    return _launch(platform, call, [phone for phone in known if phone], len(openids))


def _send_all(platform: Platform, call: Call) -> Json:
    account, chosen = platform.world.account, call.mapping("filter")
    phones = [phone for phone in account.phones.values() if phone.is_following]
    if chosen.get("is_to_all") is not True:
        tag_id = chosen.get("tag_id")
        if not isinstance(tag_id, int) or tag_id not in account.tags:
            raise Refused(-1)  # a wrong tag is answered as if the system were busy
        phones = [phone for phone in phones if tag_id in phone.tag_ids]
    return _launch(platform, call, phones, len(phones))


def _launch(platform: Platform, call: Call, phones: list[Phone], total: int) -> Json:
    account, now = platform.world.account, platform.clock.now()
    kind, content = _content(platform, call)
    client_key = _client_key(call)
    alive = [job for job in account.mass_jobs if now - job.created_at < MASS_REPEAT_SECONDS]
    known = next((job for job in alive if job.client_key == client_key), None)
    if known:
        raise Refused(45065, msg_id=known.msg_id)
    if sum(now - job.created_at < 60 for job in alive) >= _CALLS_A_MINUTE:  # noqa: PLR2004
        raise Refused(45011)
    job = MassJob(_FIRST_MSG_ID + account.next_id(), client_key, now)
    account.mass_jobs = [*alive, job]
    month = month_of(now)
    job.has_failed = account.switches.mass_outcomes == "failed"
    reached = [phone for phone in phones if not job.has_failed and _may_get(phone, month)]
    for phone in reached:
        phone.mass_received[month] = phone.mass_received.get(month, 0) + 1
        account.show(phone, Bubble(account.next_id(), now, "them", kind, content, call.name))
    if kind == "news":
        # What was mass-sent leaves the draft box.
        del account.drafts[call.mapping("mpnews")["media_id"]]
    _tell_outcome(platform, job, total, len(reached))
    return {"errcode": 0, "errmsg": "send job submission success", "msg_id": job.msg_id}


def _may_get(phone: Phone, month: str) -> bool:
    has_room = phone.mass_received.get(month, 0) < MASS_PER_MONTH
    return phone.is_following and not phone.blocks_messages and has_room


def _content(platform: Platform, call: Call) -> tuple[str, Json]:
    kind = call.text("msgtype")
    if kind == "mpnews":
        draft = known_draft(platform, str(call.mapping("mpnews").get("media_id")))
        return "news", {"articles": [_card(one) for one in draft.articles]}
    if kind != "text":
        # No material can be made here, so no other kind has a valid media_id.
        raise Refused(40007)
    content = call.mapping("text").get("content")
    if not isinstance(content, str) or not content.strip():
        raise Refused(44004)
    if len(content.encode()) > TEXT_LIMIT_BYTES:
        raise Refused(45002)
    return "text", {"text": content}


def _card(article: dict[str, str]) -> dict[str, str]:
    return {
        "title": article["title"],
        "description": article["digest"],
        "picurl": "",
        "url": article["content_source_url"],
    }


def _client_key(call: Call) -> str:
    given = call.text("clientmsgid")
    if len(given.encode()) > _CLIENT_ID_BYTES:
        raise Refused(45067)
    # Without a key the platform takes a digest of range and content.
    digest = hashlib.sha256(repr(sorted(call.body.items())).encode()).hexdigest()
    return given or digest


def _tell_outcome(platform: Platform, job: MassJob, total: int, reached: int) -> None:
    """Push what became of the job, as the tester's switch has it."""
    switches = platform.world.account.switches
    told = switches.mass_outcomes
    push = _outcome(platform, job, total, reached)
    if told == "late":
        job.is_over = False
        platform.clock.later(switches.late_seconds, lambda: _end(platform, job.msg_id))
    platform.courier.tell("pushed" if told == "failed" else told, push)


def _end(platform: Platform, msg_id: int) -> None:
    with platform.world.changing() as account:
        for job in account.mass_jobs:
            job.is_over = job.is_over or job.msg_id == msg_id


def _outcome(platform: Platform, job: MassJob, total: int, reached: int) -> Push:
    xml = build(
        {
            "ToUserName": platform.settings.account_id,
            "FromUserName": PLATFORM_SENDER,
            "CreateTime": int(platform.clock.now()),
            "MsgType": "event",
            "Event": "MASSSENDJOBFINISH",
            "MsgID": job.msg_id,
            "Status": _TURNED_DOWN if job.has_failed else "send success",
            "TotalCount": total,
            "FilterCount": reached,
            "SentCount": reached,
            "ErrorCount": 0,
        }
    )
    return Push(0, PLATFORM_SENDER, xml, is_event=True, shows_errors=False)


def _get(platform: Platform, call: Call) -> Json:
    asked = str(call.body.get("msg_id", ""))
    jobs = platform.world.account.mass_jobs
    known = next((job for job in jobs if str(job.msg_id) == asked), None)
    if known is None:
        raise Refused(40059)
    ended = "SEND_FAIL" if known.has_failed else "SEND_SUCCESS"
    return {"msg_id": known.msg_id, "msg_status": ended if known.is_over else "SENDING"}


def _preview(platform: Platform, call: Call) -> Json:
    """Show one person what a mass send would bring: no job, no event, nothing of the month."""
    account = platform.world.account
    kind, content = _content(platform, call)
    phone = account.by_openid(call.text("touser"))
    if phone is None:
        raise Refused(40003)
    if not phone.is_following:
        raise Refused(43004)
    account.show(
        phone, Bubble(account.next_id(), platform.clock.now(), "them", kind, content, call.name)
    )
    return {"errcode": 0, "errmsg": "preview success", "msg_id": _FIRST_MSG_ID + account.next_id()}


ENDPOINTS = {
    "/cgi-bin/message/mass/send": Endpoint("POST", _send, 100),
    "/cgi-bin/message/mass/sendall": Endpoint("POST", _send_all, 100),
    "/cgi-bin/message/mass/preview": Endpoint("POST", _preview, 100),
    "/cgi-bin/message/mass/get": Endpoint("POST", _get, 100_000),
}
