"""Let a tester or a script move the phones, the clock and the faults, under /sim/."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Blueprint, Response, abort, jsonify, request
from pydantic import Field, TypeAdapter, ValidationError

from simulator import phones, views
from simulator.api import tokens
from simulator.delivery import Delivery
from simulator.stage import current_platform
from simulator.state import ApiFault, Phone, Switches, Template

blueprint = Blueprint("control", __name__, url_prefix="/sim")

LONGEST_WAIT_SECONDS = 25.0
MOST_COPIES = 3
Size = Annotated[int, Field(ge=1, le=1_000_000)]
"""How many phones can be added at once."""
_FOLLOWED_BEFORE_SECONDS = 30 * 24 * 3600
_DELIVERY_WAIT_SECONDS = 60.0


@blueprint.errorhandler(phones.Impossible)
def refuse(error: phones.Impossible) -> tuple[Response, int]:
    """Say why a phone cannot do that."""
    return jsonify(error=str(error)), 409


@blueprint.errorhandler(ValidationError)
def reject(error: ValidationError) -> tuple[Response, int]:
    """Say what is wrong with the JSON."""
    return jsonify(error=error.errors(include_url=False, include_context=False)), 400


@blueprint.get("/state")
def state() -> Response:
    """Return the overview, at once or as soon as something is newer than `since`."""
    platform = current_platform()
    wait = min(request.args.get("wait", 0.0, float), LONGEST_WAIT_SECONDS)
    if not platform.world.wait_for_news(request.args.get("since", 0, int), wait):
        return Response(status=204)
    shown = {int(part) for part in request.args.get("open", "").split(",") if part.isdigit()}
    with platform.world.reading():
        return jsonify(views.overview(platform, shown))


@blueprint.post("/phones")
def add_phone() -> tuple[Response, int]:
    """Add a phone."""
    platform = current_platform()
    with platform.world.changing() as account:
        phone = account.add_phone(_given("name"))
        return jsonify(views.described(platform, phone, with_bubbles=True)), 201


@blueprint.post("/crowd")
def add_crowd() -> tuple[Response, int]:
    """Add many phones that have followed for a while: the account learns of them by asking."""
    platform, given = current_platform(), _json()
    count = TypeAdapter(Size).validate_python(given.get("count"))
    with platform.world.changing() as account:
        since = int(platform.clock.now()) - _FOLLOWED_BEFORE_SECONDS
        crowd = [account.add_phone(_given("name")) for _ in range(count)]
        for phone in crowd:
            phone.is_following, phone.followed_at = True, since
            phone.subscribe_scene = "ADD_SCENE_SEARCH"
    return jsonify(first=crowd[0].id, last=crowd[-1].id), 201


@blueprint.get("/received")
def received() -> Response:
    """Say how often each phone got a text, or anything with it inside; nothing of the others."""
    words = request.args.get("text", "")
    with current_platform().world.reading() as account:
        told = {
            phone.openid: sum(views.says(bubble, words) for bubble in phone.bubbles)
            for phone in account.phones.values()
        }
    return jsonify(received={openid: times for openid, times in told.items() if times})


@blueprint.get("/phones")
def list_phones() -> Response:
    """List all phones, without their screens."""
    platform = current_platform()
    with platform.world.reading() as account:
        told = [
            views.described(platform, phone, with_bubbles=False)
            for phone in account.phones.values()
        ]
    return jsonify(phones=told)


@blueprint.get("/phones/<int:number>")
def transcript(number: int) -> Response:
    """Return one phone's transcript, raw parts included."""
    platform, phone = current_platform(), _phone(number)
    with platform.world.reading():
        return jsonify(views.transcript(platform, phone))


@blueprint.delete("/phones/<int:number>")
def drop_phone(number: int) -> Response:
    """Throw a phone away without a word to anybody."""
    with current_platform().world.changing() as account:
        account.remove_phone(number)
    return jsonify(ok=True)


@blueprint.post("/phones/<int:number>/follow")
def follow(number: int) -> Response:
    """Follow, or scan a QR code when a scene is given."""
    return _started(phones.follow(current_platform(), _phone(number), _given("scene")))


@blueprint.post("/phones/<int:number>/unfollow")
def unfollow(number: int) -> Response:
    """Stop following."""
    return _started(phones.unfollow(current_platform(), _phone(number)))


@blueprint.post("/phones/<int:number>/text")
def say(number: int) -> Response:
    """Type a text."""
    return _started(phones.say(current_platform(), _phone(number), _given("content")))


@blueprint.post("/phones/<int:number>/tap")
def tap(number: int) -> Response:
    """Tap an option of a menu message or a bizmsgmenu link."""
    return _started(phones.tap(current_platform(), _phone(number), _given("content"), _given("id")))


@blueprint.post("/phones/<int:number>/menu")
def press(number: int) -> Response:
    """Press a button of the account's menu, given as a path such as [0, 2]."""
    path = TypeAdapter(list[int]).validate_python(_json().get("path"))
    delivery, url = phones.press(current_platform(), _phone(number), path)
    return _started(delivery, url=url)


@blueprint.post("/phones/<int:number>/message")
def send_message(number: int) -> Response:
    """Send an image, a voice message, a location or anything else that is not text."""
    platform, phone = current_platform(), _phone(number)
    return _started(phones.send_message(platform, phone, _given("kind"), _fields()))


@blueprint.post("/phones/<int:number>/event")
def raise_event(number: int) -> Response:
    """Let an event happen."""
    platform, phone = current_platform(), _phone(number)
    return _started(phones.raise_event(platform, phone, _given("event"), _fields()))


@blueprint.post("/phones/<int:number>/raw")
def send_raw(number: int) -> Response:
    """Push XML exactly as typed."""
    return _started(phones.send_raw(current_platform(), _phone(number), _given("xml")))


@blueprint.post("/phones/<int:number>/block")
def block(number: int) -> Response:
    """Refuse to receive messages, or receive them again."""
    platform, phone = current_platform(), _phone(number)
    with platform.world.changing():
        phone.blocks_messages = bool(_json().get("on"))
    return jsonify(ok=True)


@blueprint.get("/records/<name>")
def record(name: str) -> Response:
    """Return the raw parts behind one bubble."""
    platform = current_platform()
    with platform.world.reading():
        found = views.record(platform, name)
    return jsonify(found) if found else abort(404)


@blueprint.get("/calls")
def calls() -> Response:
    """List the API calls that are still kept, oldest first, of one path or of all."""
    path, world = request.args.get("path", ""), current_platform().world
    with world.reading():
        kept = list(world.calls.entries.values())
    return jsonify(calls=[call for call in kept if path in {"", call["path"]}])


@blueprint.route("/clock", methods=["GET", "POST"])
def clock() -> Response:
    """Tell the time, or move it for everybody who shares the clock."""
    platform, given = current_platform(), _json()
    if request.method == "POST":
        moved = TypeAdapter(int).validate_python(given.get("advance_seconds", 0))
        start = TypeAdapter(int).validate_python(
            given.get("offset_seconds", platform.clock.offset())
        )
        with platform.world.changing():
            platform.clock.move_to(start + moved)
    return jsonify(now=platform.clock.now(), offset_seconds=platform.clock.offset())


@blueprint.post("/switches")
def switch() -> Response:
    """Change how deliveries behave; what is not named stays as it is."""
    with current_platform().world.changing() as account:
        wanted = {**vars(account.switches), **_json()}
        switches = TypeAdapter(Switches).validate_python(wanted)
        switches.copies = max(1, min(switches.copies, MOST_COPIES))
        account.switches = switches
    return jsonify(vars(switches))


@blueprint.post("/faults")
def add_fault() -> tuple[Response, int]:
    """Let the next calls go wrong."""
    fault = TypeAdapter(ApiFault).validate_python(_json())
    with current_platform().world.changing() as account:
        account.faults.append(fault)
    return jsonify(ok=True), 201


@blueprint.delete("/faults")
def clear_faults() -> Response:
    """Let everything work again."""
    with current_platform().world.changing() as account:
        account.faults.clear()
    return jsonify(ok=True)


@blueprint.post("/tokens/expire")
def expire_tokens() -> Response:
    """Let every access token be expired."""
    with current_platform().world.changing() as account:
        tokens.expire_all(account.tokens)
    return jsonify(ok=True)


@blueprint.post("/templates")
def add_template() -> tuple[Response, int]:
    """Approve a template of notices under an id of the tester's choice."""
    template = TypeAdapter(Template).validate_python(_json())
    with current_platform().world.changing() as account:
        account.templates[template.template_id] = template
    return jsonify(ok=True), 201


@blueprint.post("/verify")
def verify() -> Response:
    """Ask the webhook to echo once more."""
    platform = current_platform()
    problem = platform.courier.verify()
    with platform.world.changing():
        platform.world.verification = {"state": "failed" if problem else "ok", "detail": problem}
    return jsonify(platform.world.verification)


@blueprint.post("/reset")
def reset() -> Response:
    """Throw away all phones, tokens, tags and faults; the clock stays."""
    current_platform().world.reset()
    return jsonify(ok=True)


def _started(delivery: Delivery, **extra: str) -> Response:
    if _json().get("wait"):
        delivery.done.wait(_DELIVERY_WAIT_SECONDS)
    platform = current_platform()
    with platform.world.reading():
        found = views.record(platform, delivery.name)
    return jsonify(id=delivery.name, is_done=delivery.done.is_set(), record=found, **extra)


def _phone(number: int) -> Phone:
    phone = current_platform().world.account.phones.get(number)
    return phone or abort(404)


def _json() -> dict[str, Any]:
    given = request.get_json(silent=True, force=True)
    return given if isinstance(given, dict) else {}


def _given(key: str) -> str:
    value = _json().get(key)
    return value if isinstance(value, str) else ""


def _fields() -> dict[str, str]:
    given = _json().get("fields")
    return {str(k): str(v) for k, v in given.items()} if isinstance(given, dict) else {}
