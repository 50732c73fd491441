"""Check the signature, parse and echo with wechatpy: what understanding a delivery costs."""

import os

from flask import Flask, Response, request
from wechatpy import create_reply, parse_message
from wechatpy.exceptions import InvalidSignatureException
from wechatpy.utils import check_signature

application = Flask("echo")

_TOKEN = os.environ["WECHAT_TOKEN"]


@application.post("/wechat")
def receive() -> Response:
    """Give the words back."""
    given = request.args
    try:
        check_signature(_TOKEN, given["signature"], given["timestamp"], given["nonce"])
    except InvalidSignatureException:
        return Response(status=403)
    message = parse_message(request.get_data())
    return Response(create_reply(message.content, message).render(), mimetype="text/xml")
