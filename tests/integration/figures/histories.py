"""Let a random crowd live for some days, and keep a diary that no erasure touches."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, text

from app.core.clock import SHANGHAI
from app.core.types import MenuClicked, Scanned, Secret, Unfollowed
from app.deps import Deps
from app.services import decisions, delivery, upkeep
from app.store.enquiries import Decision
from app.store.events import Event
from app.store.people import Person
from tests.builders import ACCOUNT, SALARIED, follows, hear, say
from tests.fakes import FixedClock, RecordingGateway

OWNER = ("同意", "2", "自己开店", "浙江杭州", "餐饮", "3")
CHANNELS = (None, "poster-7", "fair-2")
DAYS = 20


@dataclass(frozen=True)
class Entry:
    """One thing that happened, as the diary keeps it."""

    at: datetime
    kind: str
    detail: str
    channel: str
    form: str
    form_version: int
    person: object
    cohort: date | None = None

    @property
    def day(self) -> date:
        return self.at.astimezone(SHANGHAI).date()


@dataclass
class Diary:
    """Everything that happened, read off after every act, before anybody can be erased."""

    deps: Deps
    entries: list[Entry] = field(default_factory=list)
    last: int = 0
    gone: dict[object, date] = field(default_factory=dict)
    """The day on which somebody was erased."""
    middles: list[tuple[date, int]] = field(default_factory=list)
    """The day of every approval, and the middle of its range in yuan."""
    decisions: set[object] = field(default_factory=set)

    def read(self) -> None:
        with self.deps.sessions() as session:
            rows = session.execute(
                select(Event, Person.first_seen_at)
                .join(Person, Person.id == Event.person_id)
                .where(Event.id > self.last)
                .order_by(Event.id)
            ).all()
            for event, seen in rows:
                self.last = event.id
                self.entries.append(
                    Entry(
                        *(event.at, event.kind, event.detail, event.channel),
                        *(event.form, event.form_version, event.person_id, week_of(seen)),
                    )
                )

            for decision in session.scalars(select(Decision)):
                if decision.id not in self.decisions:
                    self.decisions.add(decision.id)
                    offer = decision.assessment["offer"]
                    if decision.outcome == "approve":
                        middle = (offer["low_fen"] + offer["high_fen"]) // 200
                        day = decision.decided_at.astimezone(SHANGHAI).date()
                        self.middles.append((day, middle))
            for person in session.scalars(select(Person).where(Person.state == "erased")):
                self.gone.setdefault(person.id, self.today)

    @property
    def today(self) -> date:
        return self.deps.clock.now().astimezone(SHANGHAI).date()

    def note(self, kind: str, detail: str, channel: str) -> None:
        self.entries.append(Entry(self.deps.clock.now(), kind, detail, channel, "", 0, None))


def week_of(moment: datetime) -> date:
    day = moment.astimezone(SHANGHAI).date()
    return day - timedelta(days=day.weekday())


def live(deps: Deps, clock: FixedClock, gateway: RecordingGateway, seed: int) -> Diary:
    """Live for some days with a crowd; fold every night."""
    chance, diary = random.Random(seed), Diary(deps)  # noqa: S311 - a crowd, not a secret
    crowd: dict[str, list[str]] = {}
    clock.advance(days=-DAYS)
    for day in range(DAYS):
        for number in range(chance.randint(0, 2)):
            openid = f"oPrequalCrowd{seed:04d}Day{day:02d}N{number:03d}xx"
            hear(deps, follows(deps, openid, scene=chance.choice(CHANNELS)))
            crowd[openid] = [*chance.choice((SALARIED, SALARIED, OWNER)), "1"]
            diary.read()
        for openid in list(crowd):
            if chance.random() < 0.6:
                _act(deps, clock, diary, chance, openid, crowd)
        if chance.random() < 0.3:
            gateway.refuse_next(45015)
        decisions.score_due(deps)
        delivery.deliver_due(deps)
        diary.read()
        clock.moment = _next_morning(clock.moment)
        upkeep.count_up(deps)
    return diary


def _next_morning(now: datetime) -> datetime:
    here = now.astimezone(SHANGHAI) + timedelta(days=1)
    return here.replace(hour=9, minute=0, second=0)


def _act(
    deps: Deps,
    clock: FixedClock,
    diary: Diary,
    chance: random.Random,
    openid: str,
    crowd: dict[str, list[str]],
) -> None:
    for _ in range(chance.randint(1, 5)):
        clock.advance(seconds=chance.choice((3, 20, 95, 130, 700)))
        what = chance.random()
        envelope: dict[str, Any] = {
            "account": ACCOUNT,
            "openid": Secret(openid),
            "created_at": int(clock.now().timestamp()),
            "delivery_id": f"h:{chance.getrandbits(60)}",
        }
        if what < 0.04:
            _leave(deps, diary, envelope)
            crowd.pop(openid, None)
            return
        if what < 0.1:
            hear(deps, MenuClicked(**envelope, key="quota"))
        elif what < 0.14:
            hear(deps, Scanned(**envelope, scene="fair-2"))
        elif crowd[openid]:
            say(deps, crowd[openid].pop(0), openid=openid)
        else:
            said = chance.choice(("我要办理", "上午", "修改", "我的额度", "不再推送"))
            say(deps, said, openid=openid)
        diary.read()


def _leave(deps: Deps, diary: Diary, envelope: dict[str, Any]) -> None:
    index = deps.keyring.index("openid", f"{ACCOUNT}\0{envelope['openid'].value}")
    with deps.sessions() as session:
        person = session.scalars(select(Person).where(Person.openid_index == index)).one()
        since = deps.clock.now() - timedelta(hours=24)
        klass = session.scalar(
            text(
                "SELECT klass FROM messages WHERE person_id = :person AND state = 'sent'"
                " AND finished_at > :since ORDER BY finished_at DESC LIMIT 1"
            ),
            {"person": person.id, "since": since},
        )
    diary.note("unfollowed", klass or "", person.latest_channel or "direct")
    hear(deps, Unfollowed(**envelope))
    diary.read()


def within(entries: Iterable[Entry], first: date, last: date) -> Sequence[Entry]:
    return [one for one in entries if first <= one.day <= last]
