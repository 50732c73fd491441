"""Words that every part of the house shares: what arrives from the platform, and its names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NewType

Fen = NewType("Fen", int)
"""Money in integer hundredths of a yuan."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A personal value whose `repr` is dots, so that a log or a traceback cannot show it."""

    value: str = field(repr=False)

    def __str__(self) -> str:
        return "•••"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One delivery from the platform, decrypted and parsed.

    `delivery_id` names what was delivered, the same for every retry: MsgId for messages;
    CreateTime, event, key and job MsgID for events. `created_at` is CreateTime in unix seconds.
    """

    account: str
    openid: Secret
    created_at: int
    delivery_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Inbound):
    """Words that the person typed, or an option that the person tapped (`option_id` is set)."""

    words: Secret
    option_id: str | None = None


AttachmentKind = Literal["image", "voice", "video", "link", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment(Inbound):
    """Something that is not words: a picture, a voice message, a video, a link, a sticker.

    `media_id` and the link's text are not kept: nothing in the product needs them.
    """

    kind: AttachmentKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Inbound):
    """A location that the person sent on purpose; only its label is read, never coordinates."""

    label: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed(Inbound):
    """The person follows; `scene` is what the scanned QR code said, if one was scanned."""

    scene: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfollowed(Inbound):
    """The person stopped following."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned(Inbound):
    """Somebody who already follows scanned a QR code with a scene."""

    scene: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuClicked(Inbound):
    """A menu button was pressed. `opens_window`: click, scancode_push, scancode_waitmsg only."""

    key: str
    opens_window: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureOrdered(Inbound):
    """The platform tells that a person withdrew authorisation or closed the WeChat account.

    The person is taken from the field OpenID; FromUserName is the platform's own sender.
    """

    cause: Literal["revoked", "cancelled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFinished(Inbound):
    """A template or mass message has been delivered, or not."""

    job: Literal["template", "mass"]
    message_id: str
    status: str
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherEvent(Inbound):
    """An event that changes nothing for the person; `event` is its raw name, kept for the counters.

    `is_known`: listed in the platform's documents, only without meaning for us.
    """

    event: str
    is_known: bool
