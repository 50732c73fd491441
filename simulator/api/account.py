"""Answer what the account may ask about itself: addresses and quotas.

Daily limits: developers.weixin.qq.com/doc/service/Message_Management/API_Call_Limits.html
"""

from __future__ import annotations

from simulator.api.endpoint import Call, Endpoint, Json, done
from simulator.errors import Refused
from simulator.rules import month_of
from simulator.stage import Platform

CLEARS_A_MONTH = 10


def _push_addresses(_: Platform, __: Call) -> Json:
    return {"ip_list": ["127.0.0.1"]}


def _api_addresses(_: Platform, __: Call) -> Json:
    return {"ip_list": ["127.0.0.1"]}


def _clear(platform: Platform, call: Call) -> Json:
    account = platform.world.account
    if call.text("appid") != platform.settings.app_id:
        raise Refused(40013)
    month = month_of(platform.clock.now())
    if account.quota_clears.get(month, 0) >= CLEARS_A_MONTH:
        raise Refused(48006)
    account.quota_clears[month] = account.quota_clears.get(month, 0) + 1
    account.calls_today.clear()
    return done()


ENDPOINTS = {
    "/cgi-bin/getcallbackip": Endpoint("GET", _push_addresses, 100_000),
    "/cgi-bin/get_api_domain_ip": Endpoint("GET", _api_addresses, 100_000),
    "/cgi-bin/clear_quota": Endpoint("POST", _clear, 100_000),
}
