"""One fake per port, each with a list of what happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from app.core.errors import Failure, OutcomeUnknown, StateUnavailable
from app.core.jobs import JobName
from app.core.types import Secret
from app.wechat.errcodes import NO_MEDIA, UNKNOWN_MASS, refusal
from app.wechat.gateway import FollowerPage, MassState, PersonFacts, QrCode, Quota, Sent
from app.wechat.news import News
from app.wechat.ports import NewsRef, Said

PAGE = 10_000


@dataclass
class RecordingGateway:
    """A platform that takes everything, unless it was told to fail next."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    templates: list[tuple[str, str, dict[str, str], str]] = field(default_factory=list)
    masses: list[tuple[tuple[str, ...], Said, str]] = field(default_factory=list)
    previews: list[tuple[str, Said]] = field(default_factory=list)
    mass_states: dict[str, MassState] = field(default_factory=dict)
    tags: dict[int, list[str]] = field(default_factory=dict)
    drafts: dict[str, News] = field(default_factory=dict)
    drafts_made: list[str] = field(default_factory=list)
    known: dict[str, PersonFacts] = field(default_factory=dict)
    menu_kept: dict[str, Any] | None = None
    codes: list[str] = field(default_factory=list)
    freshened: int = 0
    failures: list[Failure] = field(default_factory=list)

    def refuse_next(self, code: int) -> None:
        self.failures.append(refusal(code))

    def fail_next(self, failure: Failure) -> None:
        self.failures.append(failure)

    def _happen(self) -> None:
        if self.failures:
            raise self.failures.pop(0)

    def send_text(self, openid: Secret, words: str) -> Sent:
        self._happen()
        self.sent.append((openid.value, words))
        return Sent()

    def send_template(
        self,
        openid: Secret,
        template_id: str,
        data: Mapping[str, str],
        url: str,
        client_msg_id: str,
    ) -> Sent:
        self._happen()
        repeats = [n for n, sent in enumerate(self.templates) if sent[3] == client_msg_id]
        if not repeats:
            self.templates.append((openid.value, template_id, dict(data), client_msg_id))
        return Sent(str(4_300_000_000_000_000_000 + (repeats or [len(self.templates) - 1])[0]))

    def preview_mass(self, openid: Secret, said: Said) -> Sent:
        self._happen()
        self.previews.append((openid.value, said))
        return Sent(str(3_148_000_000 + len(self.previews)))

    def send_mass(self, openids: Sequence[Secret], said: Said, client_msg_id: str) -> Sent:
        assert 2 <= len(openids) <= PAGE
        return self._accept(tuple(openid.value for openid in openids), said, client_msg_id)

    def send_mass_to_tag(self, tag_id: int | None, said: Said, client_msg_id: str) -> Sent:
        return self._accept((f"tag:{tag_id}",), said, client_msg_id)

    def news(self, media_id: str) -> News | None:
        return self.drafts.get(media_id)

    def list_news(self) -> Mapping[str, News]:
        self._happen()
        return dict(self.drafts)

    def add_news(self, news: News) -> str:
        media_id = f"draft{len(self.drafts_made)}"
        self.drafts_made.append(media_id)
        self.drafts[media_id] = news
        return media_id

    def _accept(self, to: tuple[str, ...], said: Said, client_msg_id: str) -> Sent:
        """Take it, and only then lose the answer: what was accepted once is accepted before."""
        lost = self.failures and isinstance(self.failures[0], OutcomeUnknown)
        if not lost:
            self._happen()
        accepted = [mass[2] for mass in self.masses]
        if client_msg_id not in accepted:
            if isinstance(said, NewsRef) and self.drafts.pop(said.media_id, None) is None:
                raise refusal(NO_MEDIA)
            self.masses.append((to, said, client_msg_id))
            accepted.append(client_msg_id)
        message_id = str(3_147_000_000 + accepted.index(client_msg_id))
        self.mass_states.setdefault(message_id, "sending")
        self._happen()
        return Sent(message_id)

    def mass_state(self, message_id: str) -> MassState:
        self._happen()
        if message_id not in self.mass_states:
            raise refusal(UNKNOWN_MASS)
        return self.mass_states[message_id]

    def followers(self, after: Secret | None = None) -> FollowerPage:
        self._happen()
        following = [openid for openid, facts in self.known.items() if facts.is_following]
        start = following.index(after.value) + 1 if after else 0
        page = tuple(Secret(openid) for openid in following[start : start + PAGE])
        return FollowerPage(page, page[-1] if page else None)

    def tagged(self, tag_id: int, after: Secret | None = None) -> FollowerPage:
        if tag_id not in self.tags:
            raise refusal(45159)
        carriers = self.tags[tag_id]
        start = carriers.index(after.value) + 1 if after else 0
        page = tuple(Secret(openid) for openid in carriers[start : start + PAGE])
        return FollowerPage(page, page[-1] if page else None)

    def people(self, openids: Sequence[Secret]) -> tuple[PersonFacts, ...]:
        self._happen()
        return tuple(self.known[openid.value] for openid in openids)

    def menu(self) -> dict[str, Any] | None:
        self._happen()
        return self.menu_kept

    def put_menu(self, menu: Mapping[str, Any]) -> None:
        self._happen()
        self.menu_kept = dict(menu)

    def create_qr(self, scene: str, lasting_seconds: int | None = None) -> QrCode:
        self._happen()
        self.codes.append(scene)
        return QrCode(scene, f"http://weixin.qq.com/q/{scene}", f"https://example.com/{scene}")

    def freshen(self) -> None:
        self._happen()
        self.freshened += 1

    def callback_addresses(self) -> tuple[str, ...]:
        self._happen()
        return ("127.0.0.1",)

    def quota(self, path: str) -> Quota:
        self._happen()
        return Quota(500_000, len(self.sent), 500_000 - len(self.sent))


@dataclass
class FixedClock:
    """A clock that stands still until it is moved: a Monday morning in Shanghai."""

    moment: datetime = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def real(self) -> datetime:
        return self.moment

    def advance(self, **by: float) -> None:
        self.moment += timedelta(**by)


@dataclass
class ListBell:
    """A bell that remembers who rang, and can be away like Redis."""

    rung: list[JobName] = field(default_factory=list)
    is_away: bool = False

    def ring(self, job: JobName, trail: str) -> None:
        if self.is_away:
            raise StateUnavailable
        self.rung.append(job)

    def is_up(self) -> bool:
        return not self.is_away
