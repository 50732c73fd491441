"""Let every API call through the same door: faults, method, token, quota, JSON, record."""

from __future__ import annotations

import json
import re
import socket
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from simulator.api import (
    account,
    custom,
    drafts,
    mass,
    menus,
    people,
    qrcodes,
    tags,
    templates,
    tokens,
)
from simulator.api.endpoint import Call, Endpoint, Json, done
from simulator.errors import Refused
from simulator.rules import day_of
from simulator.stage import Platform, current_platform
from simulator.state import Account, ApiFault

blueprint = Blueprint("api", __name__)

# A character escaped as \uXXXX, other than control characters, is refused with 40033.
_ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u(?!00[01])[0-9a-fA-F]{4}")

_SECRET = {"access_token", "secret"}


def _quota(platform: Platform, call: Call) -> Json:
    path = call.text("cgi_path")
    if path not in ENDPOINTS:
        raise Refused(76003)
    used, limit = platform.world.account.calls_today.get(path, 0), ENDPOINTS[path].daily_limit
    return done(quota={"daily_limit": limit, "used": used, "remain": max(0, limit - used)})


ENDPOINTS: dict[str, Endpoint] = {
    **tokens.ENDPOINTS, **custom.ENDPOINTS, **templates.ENDPOINTS, **people.ENDPOINTS,
    **tags.ENDPOINTS, **menus.ENDPOINTS, **qrcodes.ENDPOINTS, **mass.ENDPOINTS,
    **account.ENDPOINTS, **drafts.ENDPOINTS,
    "/cgi-bin/openapi/quota/get": Endpoint("POST", _quota, 100_000),
}  # fmt: skip


@blueprint.route("/cgi-bin/<path:rest>", methods=["GET", "POST"])
def answer(rest: str) -> Response:
    """Answer one API call, with HTTP 200 whatever its outcome."""
    platform, path = current_platform(), f"/cgi-bin/{rest}"
    endpoint = ENDPOINTS.get(path)
    if endpoint is None:
        abort(404)
    with platform.world.changing() as account_:
        fault = _take_fault(account_, path)
        name = f"c{account_.next_id()}"
    if fault and fault.kind == "slow":
        platform.clock.sleep(fault.value / 1000)
    if fault and fault.kind == "drop_before":
        _record(platform, name, path, {"dropped": "before answering"})
        return _drop()
    body = _perform(platform, endpoint, path, name, fault)
    _record(platform, name, path, body)
    if fault and fault.kind == "slow_after":
        platform.clock.sleep(fault.value / 1000)
    if fault and fault.kind == "errcode_after":
        body = Refused(fault.value, "as the tester asked").answer()
    return _drop() if fault and fault.kind == "drop_after" else jsonify(body)


def _perform(
    platform: Platform, endpoint: Endpoint, path: str, name: str, fault: ApiFault | None
) -> dict[str, Any]:
    try:
        _check_manners(endpoint, fault)
        with platform.world.changing() as account_:
            if endpoint.needs_token:
                given = request.args.get("access_token")
                tokens.check(account_.tokens, given, platform.clock.now())
            _count(account_, path, endpoint.daily_limit, day_of(platform.clock.now()))
            body = _body() if endpoint.method == "POST" else {}
            return endpoint.handler(platform, Call(name, request.args, body))
    except Refused as refused:
        return refused.answer()


def _check_manners(endpoint: Endpoint, fault: ApiFault | None) -> None:
    if fault and fault.kind == "errcode":
        raise Refused(fault.value, "as the tester asked")
    if request.method != endpoint.method:
        raise Refused(43002 if endpoint.method == "POST" else 43001)


def _body() -> Json:
    raw = request.get_data()
    if not raw:
        raise Refused(44002)
    if _ESCAPED.search(raw):
        raise Refused(40033)
    try:
        body = json.loads(raw)
    except ValueError as cause:
        raise Refused(47001) from cause
    if not isinstance(body, dict):
        raise Refused(47001)
    return body


def _count(account_: Account, path: str, limit: int, day: str) -> None:
    if account_.counted_day != day:
        account_.counted_day, account_.calls_today = day, {}
    if account_.calls_today.get(path, 0) >= limit:
        raise Refused(45009)
    account_.calls_today[path] = account_.calls_today.get(path, 0) + 1


def _take_fault(account_: Account, path: str) -> ApiFault | None:
    fault = next((f for f in account_.faults if f.path in {"", path}), None)
    if fault:
        fault.calls -= 1
        account_.faults = [f for f in account_.faults if f.calls > 0]
    return fault


def _record(platform: Platform, name: str, path: str, body: dict[str, Any]) -> None:
    with platform.world.changing():
        platform.world.calls.keep(
            name,
            {
                "id": name,
                "at": platform.clock.now(),
                "method": request.method,
                "path": path,
                "query": {k: v for k, v in request.args.items() if k not in _SECRET},
                "body": "" if path in tokens.ENDPOINTS else request.get_data(as_text=True),
                "answer": body,
            },
        )


def _drop() -> Response:
    """Cut the connection, so that the caller never learns what happened."""
    connection = request.environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        connection.shutdown(socket.SHUT_RDWR)
    response = Response(status=444)
    response.headers["Connection"] = "close"
    return response
