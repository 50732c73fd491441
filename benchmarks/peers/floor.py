"""Do the least that is durable: four bare statements and a commit under Flask and wechatpy.

No locks, no sealing, no dialogue, no second delivery: what a turn of ours is measured against.
"""

import os
import threading
from typing import Any

import psycopg
from flask import Flask, Response, request
from psycopg.types.json import Jsonb
from wechatpy import create_reply, parse_message
from wechatpy.exceptions import InvalidSignatureException
from wechatpy.utils import check_signature

application = Flask("floor")

_TOKEN = os.environ["WECHAT_TOKEN"]
_ADDRESS = os.environ["DATABASE_URL"].replace("+psycopg", "", 1)
_mine = threading.local()


@application.post("/wechat")
def receive() -> Response:
    """Keep the delivery, move the state on, keep the answer."""
    given = request.args
    try:
        check_signature(_TOKEN, given["signature"], given["timestamp"], given["nonce"])
    except InvalidSignatureException:
        return Response(status=403)
    message = parse_message(request.get_data())
    number = _turn(_connection(), message)
    return Response(create_reply(f"{number}", message).render(), mimetype="text/xml")


def _turn(connection: psycopg.Connection[Any], message: Any) -> int:  # noqa: ANN401 - wechatpy
    openid, words = message.source, message.content
    cursor = connection.cursor()
    cursor.execute("INSERT INTO floor.deliveries VALUES (%s, %s, %s)", (message.id, openid, words))
    cursor.execute("SELECT state FROM floor.states WHERE openid = %s", (openid,))
    row = cursor.fetchone()
    number = int(row[0]["asked"]) + 1 if row else 0
    cursor.execute(
        "UPDATE floor.states SET state = %s WHERE openid = %s", (Jsonb({"asked": number}), openid)
    )
    cursor.execute("INSERT INTO floor.answers (openid, words) VALUES (%s, %s)", (openid, words))
    connection.commit()
    return number


def _connection() -> psycopg.Connection[Any]:
    """Return this thread's own connection: cheaper than any pool."""
    if not hasattr(_mine, "connection"):
        _mine.connection = psycopg.connect(_ADDRESS)
    connection: psycopg.Connection[Any] = _mine.connection
    return connection
