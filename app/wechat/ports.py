"""What we ask of the platform, as four small ports, and the facts that come back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from app.core.types import Secret
from app.wechat.news import News

Fetch = Callable[[bool], tuple[Secret, int]]
"""Ask the platform for a token, by force or not; returns it with its seconds to live."""

MOST_PEOPLE = 100
"""user/info/batchget: developers.weixin.qq.com/doc/service/api/usermanage/userinfo."""

LEAST_LISTED, MOST_LISTED = 2, 10_000
MOST_DRAFTS = 20
"""Openids of a mass send: developers.weixin.qq.com/doc/service/api/notify/message/api_masssend."""

CLIENT_MSG_ID_BYTES = 32
"""The newest pages say 32 and older ones 64: the stricter figure (read 2026-11-23)."""

MassState = Literal["sending", "success", "fail", "delete"]


class TokenStore(Protocol):
    """Where all processes keep the one access token."""

    def current(self, fetch: Fetch) -> Secret:
        """Return the token that everybody uses, fetched by one of all if there is none."""
        ...

    def freshen(self, fetch: Fetch) -> None:
        """Fetch the next token when the kept one will not last, so that nobody waits for it."""
        ...

    def replace(self, refused: Secret, fetch: Fetch) -> Secret:
        """Return a newer token than the one that the platform refused."""
        ...


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform took a message; a template message has an id that its outcome will name."""

    message_id: str = ""


@dataclass(frozen=True, slots=True)
class NewsRef:
    """News to be sent: the draft that holds them, until it is sent once."""

    media_id: str


Said = str | NewsRef
"""What a mass send says: a text, or news."""


@dataclass(frozen=True, slots=True)
class FollowerPage:
    """Some of those who follow; `after` asks for the next page, `None` when this was the last."""

    openids: tuple[Secret, ...]
    after: Secret | None


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What the platform tells about one person, nothing but the openid when not following."""

    openid: Secret
    is_following: bool
    unionid: Secret | None = None
    followed_at: int = 0
    subscribe_scene: str = ""
    qr_scene: str = ""


@dataclass(frozen=True, slots=True)
class QrCode:
    """A code that people scan; `image_url` shows it, `url` is what it says."""

    ticket: str
    url: str
    image_url: str


@dataclass(frozen=True, slots=True)
class Quota:
    """How often one call may be made today."""

    daily_limit: int
    used: int
    remain: int


class Sender(Protocol):
    """Deliver words to one person.

    Every method raises `PlatformRefused`, `PlatformUnreachable` (nothing was sent) or
    `OutcomeUnknown` (never to be sent again).
    """

    def send_text(self, openid: Secret, words: str) -> Sent:
        """Send a customer-service text."""
        ...

    def send_template(
        self,
        openid: Secret,
        template_id: str,
        data: Mapping[str, str],
        url: str,
        client_msg_id: str,
    ) -> Sent:
        """Send a template message, at most one in ten minutes per `client_msg_id`."""
        ...

    def preview_mass(self, openid: Secret, said: Said) -> Sent:
        """Show one person what a mass send would bring; 100 a day, counted in nobody's month."""
        ...


class Broadcaster(Protocol):
    """Deliver the same words to many; fails as `Sender` does.

    A `client_msg_id` that was accepted within 24 hours is a success with the job that it named
    then: after an answer that got lost the same call may be made again, and sends nothing twice.
    """

    def send_mass(self, openids: Sequence[Secret], said: Said, client_msg_id: str) -> Sent:
        """Send to 2 to 10,000 people; 60 calls a minute, four a month per person."""
        ...

    def send_mass_to_tag(self, tag_id: int | None, said: Said, client_msg_id: str) -> Sent:
        """Send to everybody with a tag of the account, or to everybody."""
        ...

    def news(self, media_id: str) -> News | None:
        """Return the articles of a draft; None where there is none, or it was sent already."""
        ...

    def list_news(self) -> Mapping[str, News]:
        """Return the latest drafts by their ids, without their texts. 1,000 a day."""
        ...

    def add_news(self, news: News) -> str:
        """Put articles into the draft box; return the draft's id. 1,000 a day."""
        ...

    def mass_state(self, message_id: str) -> MassState:
        """Ask what became of a mass send; the platform tells no counts here."""
        ...


class Directory(Protocol):
    """Look up who follows."""

    def followers(self, after: Secret | None = None) -> FollowerPage:
        """Return up to 10,000 of those who follow; 500 calls a day."""
        ...

    def tagged(self, tag_id: int, after: Secret | None = None) -> FollowerPage:
        """Return up to 10,000 of those who carry a tag of the account."""
        ...

    def people(self, openids: Sequence[Secret]) -> tuple[PersonFacts, ...]:
        """Return the facts of at most a hundred people."""
        ...


class Account(Protocol):
    """Look after the account itself."""

    def menu(self) -> dict[str, Any] | None:
        """Return the menu as menu/create takes it, or nothing when there is none."""
        ...

    def put_menu(self, menu: Mapping[str, Any]) -> None:
        """Replace the menu; people see it within minutes."""
        ...

    def create_qr(self, scene: str, lasting_seconds: int | None = None) -> QrCode:
        """Make a code with a scene, for good unless it says how long."""
        ...

    def freshen(self) -> None:
        """Have a token that lasts, before anybody needs it."""
        ...

    def callback_addresses(self) -> tuple[str, ...]:
        """Return the addresses that deliveries come from."""
        ...

    def quota(self, path: str) -> Quota:
        """Return today's allowance of one call, such as `/cgi-bin/message/custom/send`."""
        ...


class Gateway(Sender, Broadcaster, Directory, Account, Protocol):
    """Everything that we ask of the platform."""
