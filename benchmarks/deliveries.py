"""Write deliveries as the platform sends them: signed, sealed where asked, ready for the wire."""

import itertools
import secrets
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from simulator.crypto import Envelope, sign
from simulator.state import new_openid
from simulator.wire import Node, build

ACCOUNT = "gh_benchmark00a"

# As large as real ones, and far from the simulator's own.
_message_ids = itertools.count(24_900_000_000_000_000)

ANSWERS = ("2", "1", "杭州", "1", "3万", "12个月", "3年以上")
"""What is typed to the first questions of the form, one answer a message."""
AGREEMENT = "同意"
SENSITIVE_ANSWERS = ("单独同意", "4", "2", "没有逾期")
CONFIRMATION = "1"


@dataclass(frozen=True)
class Request:
    """One POST of the platform."""

    path: str
    query: str
    body: bytes

    @property
    def raw(self) -> bytes:
        """Return the request as it goes over the wire."""
        heading = (
            f"POST {self.path}?{self.query} HTTP/1.1\r\nHost: localhost\r\n"
            f"Content-Type: text/xml\r\nContent-Length: {len(self.body)}\r\n\r\n"
        )
        return heading.encode() + self.body


@dataclass(frozen=True)
class Wire:
    """How deliveries of one account are signed, and with a key sealed (safe mode)."""

    token: str
    app_id: str
    aes_key: str = ""
    account: str = ACCOUNT

    def follow(self, openid: str) -> Request:
        """Return the request that tells of a new follower."""
        return self._request(openid, {"MsgType": "event", "Event": "subscribe", "EventKey": ""})

    def text(self, openid: str, words: str) -> Request:
        """Return the request that carries a typed message."""
        fields: dict[str, Node] = {"MsgType": "text", "Content": words}
        return self._request(openid, {**fields, "MsgId": next(_message_ids)})

    def _request(self, openid: str, fields: dict[str, Node]) -> Request:
        now, nonce = str(int(time.time())), str(secrets.randbelow(10**10))
        heading: dict[str, Node] = {
            "ToUserName": self.account,
            "FromUserName": openid,
            "CreateTime": int(now),
        }
        body = build({**heading, **fields})
        query = {"signature": sign(self.token, now, nonce), "timestamp": now, "nonce": nonce}
        query["openid"] = openid
        if self.aes_key:
            sealed = Envelope(self.aes_key, self.app_id).seal(body)
            query |= {
                "encrypt_type": "aes",
                "msg_signature": sign(self.token, now, nonce, sealed),
            }
            body = build({"ToUserName": self.account, "Encrypt": sealed})
        return Request("/wechat", urlencode(query), body.encode())


def some_people(count: int) -> list[str]:
    """Return as many new openids."""
    return [new_openid() for _ in range(count)]


def in_turns(wire: Wire, openids: Iterable[str], script: Iterable[str]) -> Iterator[Request]:
    """Yield everybody's first message, then everybody's second: nobody meets themselves."""
    openids = list(openids)
    for words in script:
        for openid in openids:
            yield wire.text(openid, words)


def write(path: Path, requests: Iterable[Request]) -> int:
    """Write requests the way replay.lua reads them; return how many there are."""
    raw = [one.raw for one in requests]
    path.write_bytes(b"".join(b"%d\n%b" % (len(one), one) for one in raw))
    return len(raw)


def read(path: Path) -> Iterator[bytes]:
    """Yield the requests of a file again."""
    with path.open("rb") as file:
        while line := file.readline():
            yield file.read(int(line))
