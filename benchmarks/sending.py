"""Send whatever campaigns are under way, as a worker does, and say how that went: one JSON line.

`python -m benchmarks.sending simulator|nothing`: to the platform of the settings, or to a provider
that takes everything at once.
"""

import itertools
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import replace

import psutil

from app.core.types import Secret
from app.services import broadcasting
from app.wechat.news import News
from app.wechat.ports import MassState, Sent
from workers import jobs

_LOOK_EVERY = 1.0
_LONGEST_WAIT = 0.2
_MEGABYTE = 1_000_000


class Nothing:
    """A provider that takes whatever it is given, and does nothing with it."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def send_text(self, _openid: Secret, _words: str) -> Sent:
        """Take a text."""
        return Sent()

    def send_template(self, *_given: object) -> Sent:
        """Take a template message."""
        return Sent(f"{time.time_ns()}")

    def preview_mass(self, *_given: object) -> Sent:
        """Take a preview."""
        return Sent(f"{time.time_ns()}")

    def send_mass(self, *_given: object) -> Sent:
        """Take a list."""
        return Sent(f"{time.time_ns()}")

    def send_mass_to_tag(self, *_given: object) -> Sent:
        """Take a message to all."""
        return Sent(f"{time.time_ns()}")

    def news(self, _media_id: str) -> None:
        """Have no draft."""

    def list_news(self) -> dict[str, News]:
        """Have no drafts."""
        return {}

    def add_news(self, *_given: object) -> str:
        """Take a draft."""
        return f"{time.time_ns()}"

    def mass_state(self, _message_id: str) -> MassState:
        """Say that it is over."""
        return "success"


def main() -> None:
    """Wait for the word, send until nothing is under way, tell."""
    deps = jobs.deps()
    if sys.argv[1] == "nothing":
        nothing = Nothing()
        deps = replace(deps, sender=nothing, broadcaster=nothing)
    print("ready", flush=True)
    sys.stdin.readline()
    me, people, sizes = psutil.Process(), 0, []
    before = me.cpu_times()
    began = looked = time.perf_counter()
    while True:
        round_ = broadcasting.send_batch_due(deps)
        people += round_.people
        if not round_.has_more:
            break
        if round_.people == 0:
            time.sleep(min(round_.wait_seconds, _LONGEST_WAIT))
        if time.perf_counter() - looked > _LOOK_EVERY:
            looked = time.perf_counter()
            sizes.append((people, me.memory_info().rss / _MEGABYTE))
    spent = me.cpu_times()
    told: Mapping[str, object] = {
        "people": people,
        "seconds": time.perf_counter() - began,
        "cpu": spent.user + spent.system - before.user - before.system,
        "sizes": sizes,
    }
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
