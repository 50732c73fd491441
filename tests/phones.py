"""Phones of the pretend WeChat, driven over its control API as a script would drive them."""

import http.client
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

Json = dict[str, Any]
SEND = "/cgi-bin/message/custom/send"
PATIENCE_SECONDS = 60.0

# Everything that the personal form asks, typed; the amount brings the term along.
SALARIED = (
    *("同意", "2", "上班", "浙江杭州", "1", "3万 一年", "3年以上"),
    *("单独同意", "4", "2", "没有逾期"),
)
TOLD_IN_EXAMPLE = "12,000～20,000元"


def until(condition: Callable[[], Any], what: str, seconds: float = PATIENCE_SECONDS) -> Any:
    """Return what the condition returns once it is true; fail when it never is."""
    tick, waited, pause = threading.Event(), 0.0, 0.05
    while waited < seconds:
        if found := condition():
            return found
        tick.wait(pause)
        waited += pause
        # Forty people who wait must not keep the machine busy by asking.
        pause = min(0.5, pause * 1.3)
    raise AssertionError(f"{what}, for {seconds} seconds")


Ask = Callable[[str, str, Json], Any]


def over_http(address: str) -> Ask:
    """Return the way to a control API that listens on an address."""

    def ask(method: str, path: str, body: Json) -> Any:
        connection = http.client.HTTPConnection(address, timeout=90)
        try:
            connection.request(method, f"/sim/{path}", json.dumps(body))
            answer = connection.getresponse()
            told = answer.read()
        finally:
            connection.close()
        assert answer.status < 400, (path, answer.status, told)
        return json.loads(told)

    return ask


@dataclass(frozen=True)
class PretendWeChat:
    """The platform, as its control API shows it."""

    ask: Ask

    def phone(self, name: str = "") -> "Phone":
        told = self.ask("POST", "phones", {"name": name})
        return Phone(self, told["id"], told["openid"])

    def calls(self, path: str = SEND) -> list[Json]:
        return self.ask("GET", f"calls?path={quote(path)}", {})["calls"]

    def fault(self, kind: str, path: str = SEND, value: int = 0, calls: int = 1) -> None:
        fault = {"kind": kind, "path": path, "value": value, "calls": calls}
        self.ask("POST", "faults", fault)

    def switch(self, **switches: Any) -> None:
        self.ask("POST", "switches", switches)

    def travel(self, **by: float) -> None:
        units = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}
        seconds = sum(units[unit] * much for unit, much in by.items())
        self.ask("POST", "clock", {"advance_seconds": int(seconds)})


@dataclass(frozen=True)
class Said:
    """What answered one delivery, and the record of how it went."""

    words: str
    record: Json = field(repr=False)


@dataclass(frozen=True)
class Phone:
    """One person's phone."""

    wechat: PretendWeChat
    number: int
    openid: str

    def follow(self, scene: str = "") -> str:
        return self.act("follow", scene=scene).words

    def unfollow(self) -> str:
        return self.act("unfollow").words

    def type(self, *words: str) -> str:
        """Type several messages one after another; return the last answer."""
        answers = [self.act("text", content=one).words for one in words]
        return answers[-1]

    def send(self, kind: str, **fields: str) -> str:
        return self.act("message", kind=kind, fields=fields).words

    def press(self, *path: int) -> str:
        return self.act("menu", path=list(path)).words

    def tap(self, *labels: str) -> str:
        """Tap options that are on the screen; return the last answer."""
        answer = ""
        for label in labels:
            answer = self.act("tap", **self._option(label)).words
        return answer

    def block(self, *, on: bool) -> None:
        """Refuse messages, or receive them again."""
        self.wechat.ask("POST", f"phones/{self.number}/block", {"on": on})

    def act(self, verb: str, **body: Any) -> Said:
        """Do one thing and wait until its delivery, retries included, is over."""
        body["wait"] = True
        told = self.wechat.ask("POST", f"phones/{self.number}/{verb}", body)
        assert told["is_done"], verb
        return Said(plain_words(told["record"]["reply"]), told["record"])

    def bubbles(self) -> list[Json]:
        return self.wechat.ask("GET", f"phones/{self.number}", {})["bubbles"]

    def heard(self) -> list[str]:
        """Return every text that came, answers and pushes alike."""
        return [one["content"].get("text", "") for one in self.bubbles() if one["side"] == "them"]

    def pushed(self) -> list[str]:
        """Return the texts of customer service that the platform accepted for this phone."""
        bodies = [
            json.loads(call["body"])
            for call in self.wechat.calls()
            if call["body"] and call["answer"].get("errcode") == 0
        ]
        return [body["text"]["content"] for body in bodies if body["touser"] == self.openid]

    def hears(self, words: str, seconds: float = PATIENCE_SECONDS) -> str:
        """Wait until words come, and return the whole text that they are in."""

        def found() -> str:
            return next((text for text in reversed(self.heard()) if words in text), "")

        return until(found, f"nobody said {words!r}", seconds)

    def _option(self, label: str) -> Json:
        shown = [option for one in self.bubbles() for option in one["options"]]
        named = [option for option in shown if label in option["content"]]
        assert named, (label, [option["content"] for option in shown[-8:]])
        return named[-1]


def plain_words(reply: str) -> str:
    """Return the words of a passive reply without its links; nothing when nothing was said."""
    if not reply.startswith("<xml"):
        return ""
    content = ET.fromstring(reply).findtext("Content") or ""  # noqa: S314 - our own reply
    return re.sub(r"<a [^>]*>|</a>", "", content)
