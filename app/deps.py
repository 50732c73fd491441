"""The bag a use case is handed: everything it may touch, built once by `bootstrap`."""

from collections.abc import Callable
from dataclasses import dataclass

from app.contact.rulebook import RuleBook as ContactBook
from app.copybook import Copybook
from app.core.clock import Clock
from app.core.config import Settings
from app.core.crypto import KeyRing
from app.core.jobs import Bell
from app.core.latest import Latest
from app.dialogue.editions import Released
from app.dialogue.schema import Forms
from app.state.throttle import Throttle
from app.store.session import Sessions
from app.store.turns import Turns
from app.wechat.ports import Account, Broadcaster, Directory, Sender
from app.wording.pack import WordingBook
from scoring.assess import RuleBook


@dataclass(frozen=True, slots=True)
class NoticeVersion:
    """The notice that consent is given to: its version, and the hash of its words."""

    version: str
    hash: str
    body: str


@dataclass(frozen=True, repr=False)
class Deps:
    """One of each; tests hand in their own."""

    settings: Settings
    clock: Clock
    keyring: KeyRing
    turns: Turns
    sessions: Sessions
    copybook: Copybook
    forms: Forms
    notice: NoticeVersion
    contact_book: ContactBook
    wording: WordingBook
    released: Latest[Released]
    rulebook: Callable[[], RuleBook]
    champions: Latest[RuleBook]
    sender: Sender
    broadcaster: Broadcaster
    throttle: Throttle
    directory: Directory
    account: Account
    bell: Bell
