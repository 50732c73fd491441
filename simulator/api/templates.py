"""Send service notices from approved templates, and push what became of each.

developers.weixin.qq.com/doc/service/api/notify/template/api_sendtemplatemessage.md
"""

from __future__ import annotations

import re
import secrets

from simulator.api.endpoint import Call, Endpoint, Json, done, known_phone
from simulator.delivery import Push
from simulator.errors import Refused
from simulator.rules import TEMPLATE_REPEAT_SECONDS, TEMPLATE_VALUE_LIMIT
from simulator.stage import Platform
from simulator.state import Bubble, Phone, Sent, Template
from simulator.wire import build

_PLACE = re.compile(r"(?P<label>[^：:\n]*)[：:]?\{\{(?P<key>\w+)\.DATA\}\}")
_STRIPPED = {"first", "remark"}  # stripped since 2023-05-04
_TEMPLATES_AT_ONCE = 25
_FIRST_MSG_ID = 4_300_000_000_000_000_000  # above 2^53, as real ones are


def _send(platform: Platform, call: Call) -> Json:
    account = platform.world.account
    phone = known_phone(platform, call.body.get("touser"))
    if not phone.is_following:
        raise Refused(43004)
    template = account.templates.get(call.text("template_id"))
    if template is None:
        raise Refused(40037)
    rows = _rows(template, call.mapping("data"))
    repeat = f"{phone.openid} {call.text('client_msg_id')}" if call.text("client_msg_id") else ""
    now = platform.clock.now()
    known = account.template_repeats.get(repeat)
    if known and now - known.at < TEMPLATE_REPEAT_SECONDS:
        return done(msgid=known.msg_id)
    msg_id = _FIRST_MSG_ID + account.next_id()
    if repeat:
        account.template_repeats[repeat] = Sent(msg_id, now)
    if not phone.blocks_messages:
        content = {"title": template.title, "rows": rows, "url": call.text("url")}
        account.show(phone, Bubble(account.next_id(), now, "them", "template", content, call.name))
    _push_outcome(platform, phone, msg_id)
    return done(msgid=msg_id)


def _rows(template: Template, data: Json) -> list[list[str]]:
    rows = []
    for place in _PLACE.finditer(template.content):
        key = place["key"]
        if key in _STRIPPED:
            continue
        given = data.get(key)
        value = given.get("value") if isinstance(given, dict) else None
        if not isinstance(value, str | int) or not str(value).strip():
            raise Refused(47003, f"data.{key}.value is empty")
        if len(str(value)) > TEMPLATE_VALUE_LIMIT or "\n" in str(value):
            raise Refused(47003, f"data.{key}.value invalid")
        rows.append([place["label"].strip(), str(value)])
    return rows


def _push_outcome(platform: Platform, phone: Phone, msg_id: int) -> None:
    xml = build(
        {
            "ToUserName": platform.settings.account_id,
            "FromUserName": phone.openid,
            "CreateTime": int(platform.clock.now()),
            "MsgType": "event",
            "Event": "TEMPLATESENDJOBFINISH",
            "MsgID": msg_id,
            "Status": "failed:user block" if phone.blocks_messages else "success",
        }
    )
    push = Push(phone.id, phone.openid, xml, is_event=True, shows_errors=False)
    platform.courier.tell(platform.world.account.switches.template_outcomes, push)


def _list(platform: Platform, _: Call) -> Json:
    templates = platform.world.account.templates.values()
    return {
        "template_list": [
            {
                "template_id": template.template_id,
                "title": template.title,
                "primary_industry": "",
                "deputy_industry": "",
                "content": template.content,
                "example": "",
            }
            for template in templates
        ]
    }


def _add(platform: Platform, call: Call) -> Json:
    account = platform.world.account
    names = call.sequence("keyword_name_list")
    if len(account.templates) >= _TEMPLATES_AT_ONCE:
        raise Refused(45026)
    if not call.text("template_id_short") or not names:
        raise Refused(40037)
    lines = [f"{name}：{{{{thing{n}.DATA}}}}" for n, name in enumerate(names, 1)]
    template = Template(secrets.token_urlsafe(32), call.text("template_id_short"), "\n".join(lines))
    account.templates[template.template_id] = template
    return done(template_id=template.template_id)


def _delete(platform: Platform, call: Call) -> Json:
    if platform.world.account.templates.pop(call.text("template_id"), None) is None:
        raise Refused(40037)
    return done()


ENDPOINTS = {
    "/cgi-bin/message/template/send": Endpoint("POST", _send, 100_000),
    "/cgi-bin/template/get_all_private_template": Endpoint("GET", _list, 100_000),
    "/cgi-bin/template/api_add_template": Endpoint("POST", _add, 100_000),
    "/cgi-bin/template/del_private_template": Endpoint("POST", _delete, 100_000),
}
