"""Run WeRoBot's own session turn on Redis: the peer that remembers, and may forget."""

import os
from typing import Any

from flask import Flask
from redis import Redis

# Only `make bench` installs it, and it has no types.
from werobot import WeRoBot  # type: ignore[import-untyped,import-not-found,unused-ignore]
from werobot.contrib.flask import (  # type: ignore[import-untyped,import-not-found,unused-ignore]
    make_view,
)
from werobot.session.redisstorage import (  # type: ignore[import-untyped,import-not-found,unused-ignore]
    RedisStorage,
)

application = Flask("werobot_session")

_robot = WeRoBot(
    token=os.environ["WECHAT_TOKEN"],
    enable_session=True,
    session_storage=RedisStorage(Redis.from_url(os.environ["REDIS_URL"])),
)


def count(message: Any, session: dict[str, Any]) -> str:  # noqa: ANN401 - WeRoBot has no types
    """Count this person's messages."""
    session["turns"] = session.get("turns", 0) + 1
    return f"{message.content} {session['turns']}"


_robot.add_handler(count, type="text")
application.add_url_rule("/wechat", view_func=make_view(_robot), methods=["GET", "POST"])
