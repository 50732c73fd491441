"""Measure how long a person waits from the last answer to the quota, with forms finishing steadily.

Everything between is real: the pretend platform delivers the last answer and receives the quota.
"""

import json
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from benchmarks import deliveries, load
from benchmarks.deliveries import AGREEMENT, ANSWERS, CONFIRMATION, SENSITIVE_ANSWERS
from benchmarks.figures import percentile
from benchmarks.installation import Installation, wire_of

RATES = (1, 10, 30)
_PATIENCE_SECONDS = 30
_LOOK_SECONDS = 0.5
_THREADS = 16
_SEND = "/cgi-bin/message/custom/send"


@dataclass(frozen=True)
class Telling:
    """How the quota reached those who finished at one rate."""

    rate: int
    finished: int
    told: int
    p50_seconds: float
    p95_seconds: float


@dataclass(frozen=True)
class _Person:
    phone: int
    openid: str


def tell(installation: Installation, seconds: int) -> list[Telling]:
    """Prepare everybody up to the summary, then let them confirm at each rate in turn."""
    platform = _Platform(installation.simulator_port)
    with ThreadPoolExecutor(_THREADS) as threads:
        followers = list(threads.map(platform.follower, range(seconds * sum(RATES))))
    wire = wire_of(installation, is_sealed=True, account=platform.account)
    script = (AGREEMENT, *ANSWERS, *SENSITIVE_ANSWERS)
    openids = [one.openid for one in followers]
    load.send_each(installation.web_port, deliveries.in_turns(wire, openids, script))
    tellings = []
    for rate in RATES:
        group, followers = followers[: rate * seconds], followers[rate * seconds :]
        tellings.append(_confirm(platform, group, rate))
    return tellings


def _confirm(platform: "_Platform", group: list[_Person], rate: int) -> Telling:
    confirmed: dict[str, float] = {}
    began = time.time()
    with ThreadPoolExecutor(_THREADS) as threads:
        for number, person in enumerate(group):
            time.sleep(max(began + number / rate - time.time(), 0))
            confirmed[person.openid] = time.time()
            threads.submit(platform.say, person.phone, CONFIRMATION)
    told = platform.wait_for(set(confirmed))
    waits = [at - confirmed[openid] for openid, at in told.items()]
    return Telling(
        rate=rate,
        finished=len(group),
        told=len(told),
        p50_seconds=percentile(waits, 50),
        p95_seconds=percentile(waits, 95),
    )


class _Platform:
    """The pretend platform, by its own control interface."""

    def __init__(self, port: int) -> None:
        self._base = f"http://127.0.0.1:{port}"
        self.account = str(self._ask("/sim/state")["account"]["id"])

    def follower(self, number: int) -> _Person:
        """Add a phone and let it follow."""
        made = self._ask("/sim/phones", {"name": f"{number}"})
        self._ask(f"/sim/phones/{made['id']}/follow", {"wait": True})
        return _Person(made["id"], made["openid"])

    def say(self, phone: int, words: str) -> None:
        """Type a message; the platform delivers it."""
        self._ask(f"/sim/phones/{phone}/text", {"content": words})

    def wait_for(self, openids: set[str]) -> dict[str, float]:
        """Return when each was sent a message; those who were not within 30 s are left out."""
        deadline = time.time() + _PATIENCE_SECONDS
        while True:
            told = self._told()
            if openids <= told.keys() or time.time() > deadline:
                return {openid: at for openid, at in told.items() if openid in openids}
            time.sleep(_LOOK_SECONDS)

    def _told(self) -> dict[str, float]:
        calls = self._ask(f"/sim/calls?path={_SEND}")["calls"]
        accepted = [call for call in reversed(calls) if call["answer"].get("errcode") == 0]
        return {json.loads(call["body"])["touser"]: call["at"] for call in accepted}

    def _ask(self, path: str, said: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
        body = None if said is None else json.dumps(said).encode()
        with urllib.request.urlopen(f"{self._base}{path}", body, timeout=60) as answer:  # noqa: S310
            return json.load(answer)
