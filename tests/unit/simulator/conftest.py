"""A simulator in which nothing waits and nothing leaves the process."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from simulator.crypto import Envelope, sign
from simulator.factory import create_simulator
from simulator.settings import Settings
from simulator.stage import EXTENSION, Platform
from simulator.state import Account
from simulator.transport import Answer
from simulator.wire import build, parse
from simulator.wire import field as text_of

START = 1_795_400_000.0


@dataclass
class StillClock:
    """Time that moves only when a test or a sleep moves it."""

    base: float = START
    shift: int = 0
    slept: list[float] = field(default_factory=list)
    promised: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def now(self) -> float:
        return self.base + self.shift

    def offset(self) -> int:
        return self.shift

    def move_to(self, offset_seconds: int) -> None:
        self.shift = offset_seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.base += seconds

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        self.promised.append((seconds, act))


@dataclass
class Pushed:
    """One request that reached the webhook."""

    query: dict[str, str]
    body: str
    plain: str

    def __getitem__(self, name: str) -> str:
        return text_of(parse(self.plain), name)


Behaviour = Callable[[Pushed], bytes | Answer | Exception]


@dataclass
class ScriptedWebhook:
    """A webhook that answers what the test says, `success` when nothing is left."""

    settings: Settings
    script: list[Behaviour] = field(default_factory=list)
    pushed: list[Pushed] = field(default_factory=list)
    echo: Answer | Exception | None = None

    def send(self, method: str, url: str, body: bytes, timeout_seconds: float) -> Answer:
        query = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
        if method == "GET" and isinstance(self.echo, Exception):
            raise self.echo
        if method == "GET":
            return self.echo or Answer(200, query["echostr"].encode())
        self.pushed.append(Pushed(query, body.decode(), self._opened(body.decode())))
        behave = self.script.pop(0) if self.script else lambda _: b"success"
        outcome = behave(self.pushed[-1])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome if isinstance(outcome, Answer) else Answer(200, outcome)

    def says(self, *words: str) -> None:
        self.script += [lambda pushed, text=text: self.sealed(pushed, text) for text in words]

    def answers(self, *outcomes: bytes | Answer | Exception) -> None:
        self.script += [lambda _, outcome=outcome: outcome for outcome in outcomes]

    def sealed(self, pushed: Pushed, text: str) -> bytes:
        fields = {"MsgType": "text", "Content": text}
        return self.sealed_fields(pushed, fields)

    def sealed_fields(self, pushed: Pushed, fields: dict[str, Any], **changes: str) -> bytes:
        heading = {
            "ToUserName": pushed["FromUserName"],
            "FromUserName": pushed["ToUserName"],
            "CreateTime": 1,
        }
        plain = build({**heading, **fields})
        if self.settings.mode != "safe":
            return plain.encode()
        sealed = Envelope(self.settings.aes_key, self.settings.app_id).seal(plain)
        nonce = pushed.query["nonce"]
        shell = {
            "Encrypt": sealed,
            "MsgSignature": sign(self.settings.token, "1", nonce, sealed),
            "TimeStamp": 1,
            "Nonce": nonce,
        }
        return build({**shell, **changes}).encode()

    def _opened(self, body: str) -> str:
        if self.settings.mode == "plain":
            return body
        envelope = Envelope(self.settings.aes_key, self.settings.app_id)
        return envelope.open(text_of(parse(body), "Encrypt"))


class Rehearsal:
    """A tester with a simulator: phones, API calls, and what the webhook saw."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = StillClock()
        self.webhook = ScriptedWebhook(settings)
        self.app = create_simulator(
            settings, transport=self.webhook, clock=self.clock, run=lambda work: work()
        )
        self.http = self.app.test_client()
        self.platform: Platform = self.app.extensions[EXTENSION]
        self.bearer = ""

    @property
    def account(self) -> Account:
        return self.platform.world.account

    @property
    def phone(self) -> Any:
        return next(iter(self.account.phones.values()))

    @property
    def pushed(self) -> list[Pushed]:
        return self.webhook.pushed

    def act(self, verb: str, phone: int = 0, **body: Any) -> Any:
        answer = self.http.post(f"/sim/phones/{phone or self.phone.id}/{verb}", json=body)
        return answer.get_json()

    def sim(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return self.http.post(f"/sim/{path}", json=body or {}).get_json()

    def follower(self) -> Any:
        self.act("follow")
        return self.phone

    def screen(self) -> list[tuple[str, str, Any]]:
        return [(b.side, b.kind, b.content.get("text")) for b in self.phone.bubbles]

    def token(self) -> str:
        if not self.bearer:
            self.bearer = self.stable()["access_token"]
        return self.bearer

    def stable(self, **changes: Any) -> Any:
        body = {
            "grant_type": "client_credential",
            "appid": self.settings.app_id,
            "secret": self.settings.app_secret,
            **changes,
        }
        return self.http.post("/cgi-bin/stable_token", data=json.dumps(body)).get_json()

    def api(self, path: str, body: dict[str, Any] | None = None, **query: str) -> Any:
        query = {"access_token": self.token(), **query}
        where = f"/cgi-bin/{path}"
        if body is None:
            return self.http.get(where, query_string=query).get_json()
        data = json.dumps(body, ensure_ascii=False).encode()
        return self.http.post(where, query_string=query, data=data).get_json()

    def text(self, words: str = "您好") -> Any:
        body = {"touser": self.phone.openid, "msgtype": "text", "text": {"content": words}}
        return self.api("message/custom/send", body)


@pytest.fixture
def rehearse() -> Callable[..., Rehearsal]:
    return lambda **changes: Rehearsal(Settings(**changes))


@pytest.fixture
def rehearsal(rehearse: Callable[..., Rehearsal]) -> Rehearsal:
    return rehearse()
