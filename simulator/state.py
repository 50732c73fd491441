"""Hold what the pretend platform knows: phones, tokens, menu, tags, templates and faults."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field

from simulator.rules import Window

OPENID_LENGTH = 28
BUBBLES_KEPT = 400

Side = Literal["me", "them", "note"]


@dataclass
class Bubble:
    """One thing on a phone's screen; `raw` names the exchange or the call behind it."""

    id: int
    at: float
    side: Side
    kind: str
    content: dict[str, Any]
    raw: str = ""


@dataclass
class Phone:
    """One person's phone, and what the platform knows of that person."""

    id: int
    name: str
    openid: str
    is_following: bool = False
    followed_at: int = 0
    subscribe_scene: str = ""
    qr_scene: str = ""
    tag_ids: list[int] = field(default_factory=list)
    remark: str = ""
    blocks_messages: bool = False
    spoke_at: float = 0.0
    windows: list[Window] = field(default_factory=list)
    bubbles: list[Bubble] = field(default_factory=list)
    mass_received: dict[str, int] = field(default_factory=dict)


@dataclass
class Token:
    """An access token and the second at which it stops working."""

    value: str
    expires_at: float


@dataclass
class Tokens:
    """Every token that the account has been given; the two ways of asking are isolated."""

    classic: Token | None = None
    stable: Token | None = None
    previous: Token | None = None
    expired: list[str] = field(default_factory=list)
    forced_at: list[float] = field(default_factory=list)


@dataclass
class Template:
    """A template of service notices that the account may send."""

    template_id: str
    title: str
    content: str


@dataclass
class Draft:
    """Articles in the draft box."""

    articles: list[dict[str, str]]
    updated_at: int = 0


@dataclass
class ApiFault:
    """Something that goes wrong with the next calls of one path, or of all when it is empty.

    `slow_after`, `errcode_after` and `drop_after`: what was asked for is done, and then the answer
    is late, says that it failed, or never comes.
    """

    kind: Literal["slow", "slow_after", "errcode", "errcode_after", "drop_before", "drop_after"]
    path: str = ""
    value: int = 0
    calls: int = 1


Telling = Literal["pushed", "twice", "late", "lost"]


@dataclass
class Switches:
    """How deliveries behave, what a tapped option opens, and how the ends of messages are told.

    `twice`: at once, and again after `late_seconds`. `failed`: the platform takes a broadcast and
    then turns it down.
    """

    copies: int = 1
    out_of_order: bool = False
    tap_opens: Literal["menu", "message"] = "menu"
    mass_outcomes: Telling | Literal["failed"] = "pushed"
    template_outcomes: Telling = "pushed"
    late_seconds: float = 90.0


@dataclass
class MassJob:
    """One broadcast: its key against repetition, and what became of it."""

    msg_id: int
    client_key: str
    created_at: float
    is_over: bool = True
    has_failed: bool = False


@dataclass
class Sent:
    """A template message already accepted under a client_msg_id."""

    msg_id: int
    at: float


@dataclass
class Account:
    """The whole state of the pretend platform; saved as one small JSON file."""

    last_id: int = 0
    phones: dict[int, Phone] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    tokens: Tokens = field(default_factory=Tokens)
    menu: dict[str, Any] | None = None
    tags: dict[int, str] = field(default_factory=dict)
    templates: dict[str, Template] = field(default_factory=dict)
    drafts: dict[str, Draft] = field(default_factory=dict)
    tickets: dict[str, str] = field(default_factory=dict)
    mass_jobs: list[MassJob] = field(default_factory=list)
    template_repeats: dict[str, Sent] = field(default_factory=dict)
    calls_today: dict[str, int] = field(default_factory=dict)
    counted_day: str = ""
    quota_clears: dict[str, int] = field(default_factory=dict)
    faults: list[ApiFault] = field(default_factory=list)
    switches: Switches = field(default_factory=Switches)
    changed: Annotated[set[int], Field(exclude=True)] = field(default_factory=set)
    """Phones that are not as they were when somebody last looked."""

    def next_id(self) -> int:
        """Return a number never given before."""
        self.last_id += 1
        return self.last_id

    def add_phone(self, name: str = "") -> Phone:
        """Add a phone that does not follow yet."""
        number = self.next_id()
        phone = Phone(number, name or f"手机 {len(self.phones) + 1}", new_openid())
        self.phones[number] = phone
        self.changed.add(number)
        self.numbers[phone.openid] = number
        return phone

    def remove_phone(self, number: int) -> None:
        """Forget a phone."""
        phone = self.phones.pop(number, None)
        if phone:
            self.changed.add(number)
            del self.numbers[phone.openid]

    def by_openid(self, openid: object) -> Phone | None:
        """Return the phone of an openid of this account."""
        number = self.numbers.get(openid) if isinstance(openid, str) else None
        return None if number is None else self.phones[number]

    def show(self, phone: Phone, bubble: Bubble) -> None:
        """Put a bubble on a phone's screen and forget the oldest beyond what is kept."""
        self.changed.add(phone.id)
        phone.bubbles.append(bubble)
        del phone.bubbles[:-BUBBLES_KEPT]


def new_openid() -> str:
    """Return `o` and 27 URL-safe characters, as openids look."""
    return "o" + base64.urlsafe_b64encode(secrets.token_bytes(21)).decode()[: OPENID_LENGTH - 1]


def fresh_account(last_id: int = 0) -> Account:
    """Return an account with a notice template, a draft and a phone that does not follow yet."""
    account = Account(last_id)
    progress = Template(
        template_id="simProgressTemplate00000000000000000000001A",
        title="业务办理进度提醒",
        content="业务名称：{{thing1.DATA}}\n当前进度：{{phrase2.DATA}}\n更新时间：{{time3.DATA}}",
    )
    account.templates[progress.template_id] = progress
    account.drafts["simDraft00000000000000000000000000000000001A"] = Draft(
        [
            {
                "title": "接到“刷流水”的电话怎么办",
                "author": "",
                "digest": "三招认出骗子",
                "content": "<p>凡是先要求转账、刷流水的，都是诈骗。</p><p>请直接拨打96110。</p>",
                "content_source_url": "",
                "thumb_media_id": "simCover0000000000000000000000000000000001A",
            }
        ]
    )
    account.add_phone()
    return account
