"""The platform's webhook: verify, open, run one turn, answer within five seconds."""

import uuid
from typing import cast

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from app.core.clock import monotonic
from app.core.errors import BadEnvelope, DatabaseAway, ForgedEnvelope
from app.core.log import get_logger, trail
from app.core.metrics import refused_deliveries, turn_seconds
from app.core.types import Inbound, Secret
from app.deps import Deps
from app.services.conversation import Arrival, Reply, try_later
from app.wechat.envelope import AccountKeys
from app.wechat.inbound import open_envelope, verify_echo
from app.wechat.outbound import SUCCESS, seal_reply, text_reply
from handlers.bag import bag
from handlers.wechat.patience import Patience

blueprint = Blueprint("wechat", __name__)

_GIVE_UP_AFTER_SECONDS = 9
"""The third delivery comes ten seconds after the first: this answer may be the last one heard."""
_UNREADABLE_BUT_SIGNED = frozenset({"missing_field"})

log = get_logger()


@blueprint.get("/wechat")
def verify() -> Response:
    """Answer the platform's check that this address is ours."""
    try:
        return _plain(verify_echo(request.args, _keys(bag())))
    except (ForgedEnvelope, BadEnvelope) as refusal:
        return _refused(refusal)


@blueprint.post("/wechat")
def receive() -> Response:
    """Answer one delivery."""
    arrival = Arrival(monotonic(), uuid.uuid4().hex)
    deps = bag()
    keys = _keys(deps)
    try:
        inbound = open_envelope(request.args, _body(), keys)
    except (ForgedEnvelope, BadEnvelope) as refusal:
        return _refused(refusal)
    with trail(arrival.trail), turn_seconds.time():
        try:
            patience = cast(Patience, current_app.extensions["patience"])
            reply = patience.receive(inbound, arrival)
        except DatabaseAway:
            return _without_database(deps, inbound, keys)
        log.info("delivery", kind=type(inbound).__name__, spoke=reply is not None)
    return _answer(deps, inbound, reply, keys)


def _body() -> bytes:
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise BadEnvelope("huge") from None


def _answer(deps: Deps, inbound: Inbound, reply: Reply | None, keys: AccountKeys) -> Response:
    if reply is None:
        return _plain(SUCCESS)
    plain = text_reply(inbound, reply.words, reply.created)
    if request.args.get("encrypt_type", "").lower() == "aes":
        sent_at = int(deps.clock.now().timestamp())
        plain = seal_reply(plain, request.args.get("nonce", ""), sent_at, keys)
    return Response(plain, mimetype="text/plain" if plain == SUCCESS else "text/xml")


def _without_database(deps: Deps, inbound: Inbound, keys: AccountKeys) -> Response:
    """Let the platform deliver again, and at the end say that a later try is needed."""
    now = int(deps.clock.now().timestamp())
    if now - inbound.created_at < _GIVE_UP_AFTER_SECONDS:
        return Response(status=503)
    return _answer(deps, inbound, try_later(deps, inbound), keys)


def _refused(refusal: ForgedEnvelope | BadEnvelope) -> Response:
    if isinstance(refusal, ForgedEnvelope):
        refused_deliveries.labels("forged").inc()
        return Response(status=403)
    refused_deliveries.labels(refusal.kind).inc()
    if refusal.kind in _UNREADABLE_BUT_SIGNED:
        return _plain(SUCCESS)
    return Response(status=413 if refusal.kind == "huge" else 400)


def _keys(deps: Deps) -> AccountKeys:
    settings = deps.settings
    aes_key = settings.wechat_encoding_aes_key.get_secret_value()
    return AccountKeys(
        app_id=settings.wechat_app_id,
        token=Secret(settings.wechat_token.get_secret_value()),
        aes_key=Secret(aes_key) if aes_key else None,
    )


def _plain(text: str) -> Response:
    return Response(text, mimetype="text/plain")
