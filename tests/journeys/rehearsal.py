"""The house and the pretend WeChat in one process, so that time stands still until it is moved."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

from flask import Flask
from redis import Redis

from app.bootstrap import build_deps
from app.core.jobs import JobName
from app.core.types import Secret
from app.deps import Deps
from app.services import (
    allowances,
    audit_checks,
    broadcasting,
    campaigns,
    channels,
    conversation,
    decisions,
    delivery,
    experiments,
    exporting,
    followers,
    incidents,
    letters,
    menus,
    monitoring,
    outbox,
    outcomes,
    patterns,
    rescoring,
    reviews,
    segments,
    shadowing,
    tag_files,
    tagging,
    upkeep,
)
from app.state.throttle import RedisThrottle
from app.state.tokens import RedisTokenStore
from app.wechat.calls import ApiAccount
from app.wechat.gateway import LiveGateway
from handlers.factory import create_app
from simulator.factory import create_simulator
from simulator.settings import Settings as SimulatorSettings
from simulator.transport import Answer, TimedOut
from tests.fakes import FixedClock, ListBell
from tests.integration.wechat.stages import serving
from tests.phones import Json, PretendWeChat
from workers.clock import TIMETABLE

Mode = Literal["plain", "compatible", "safe"]

JOBS: dict[JobName, Callable[[Deps], object]] = {
    JobName.SCORE_DUE: lambda deps: (decisions.score_due(deps), shadowing.score_along(deps)),
    JobName.DELIVER_DUE: delivery.deliver_due,
    JobName.LATE_TURNS: lambda deps: conversation.run_late(deps, "trail"),
    JobName.REMIND_IDLE: lambda deps: upkeep.remind_idle(deps, "trail"),
    JobName.ERASE_EXPIRED: upkeep.erase_expired,
    JobName.COUNT_UP: upkeep.count_up,
    JobName.COUNT_SEGMENTS: segments.count_due,
    JobName.LAUNCH_DUE: campaigns.launch_due,
    JobName.CHASE_LETTERS: letters.chase_letters,
    JobName.FRESHEN_TOKEN: upkeep.freshen_token,
    JobName.IMPORT_FOLLOWERS: followers.import_followers,
    JobName.CHECK_AUDIT: audit_checks.check_due,
    JobName.ANCHOR_AUDIT: audit_checks.anchor_daily,
    JobName.ASK_ALLOWANCES: allowances.ask,
    JobName.PUT_MENU: menus.put_due,
    JobName.MAKE_CODES: channels.make_due,
    JobName.WATCH: incidents.watch,
    JobName.FIND_PATTERNS: patterns.find_patterns,
    JobName.ASSIGN_CASES: reviews.assign_cases,
    JobName.TAG_RECENT: tagging.evaluate_recent,
    JobName.TAG_EVERYBODY: tagging.evaluate_everybody,
    JobName.TAG_IMPORTS: tag_files.work,
    JobName.BUILD_EXPORTS: exporting.build_due,
    JobName.EXPERIMENTS_DUE: experiments.judge_due,
    JobName.SEND_BATCH: broadcasting.send_batch_due,
    JobName.RECONCILE_MASS: broadcasting.reconcile_mass,
    JobName.GOVERN_CAMPAIGNS: broadcasting.govern,
    JobName.OUTCOME_IMPORTS: outcomes.work,
    JobName.MONITOR_CARDS: monitoring.monitor_cards,
    JobName.RESCORE_DUE: rescoring.rescore_due,
}


@dataclass
class PlatformTime:
    """The house's clock as the simulator asks for it; waiting moves it."""

    clock: FixedClock
    shift: int = 0

    def now(self) -> float:
        return self.clock.now().timestamp()

    def offset(self) -> int:
        return self.shift

    def move_to(self, offset_seconds: int) -> None:
        self.clock.moment += timedelta(seconds=offset_seconds - self.shift)
        self.shift = offset_seconds

    def sleep(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        raise AssertionError("nothing is held back here")


@dataclass
class Straight:
    """The way to the webhook without a network; the next `late` answers come too late."""

    app: Flask
    late: int = 0

    def send(self, method: str, url: str, body: bytes, timeout_seconds: float) -> Answer:
        where = urlsplit(url)
        answer = self.app.test_client().open(
            where.path,
            method=method,
            query_string=where.query,
            data=body,
            content_type="text/xml",
        )
        if self.late:
            self.late -= 1
            raise TimedOut
        return Answer(answer.status_code, answer.data)


@dataclass(frozen=True)
class Rehearsal:
    """One house before one pretend WeChat; jobs run when `work` is called."""

    deps: Deps
    bell: ListBell
    wechat: PretendWeChat
    way: Straight

    def work(self) -> None:
        """Let relay and workers do what is due, until nothing is."""
        while outbox.publish_due(self.deps):
            due, self.bell.rung[:] = list(dict.fromkeys(self.bell.rung)), []
            for job in due:
                JOBS[job](self.deps)

    def pass_time(self, **by: float) -> None:
        """Let time go by on every clock, the timetable's one too."""
        self.wechat.travel(**by)
        outbox.leave_slots(self.deps, TIMETABLE)
        self.work()


@contextmanager
def a_rehearsal(
    deps: Deps, bell: ListBell, clock: FixedClock, mode: Mode = "safe", **changed: Any
) -> Iterator[Rehearsal]:
    """Put the real gateway and the simulator around a bag."""
    if mode == "plain":
        changed["wechat_encoding_aes_key"] = type(deps.settings.wechat_token)("")
    settings = deps.settings.model_copy(update=changed)
    played = SimulatorSettings(
        webhook_url="http://webhook/wechat",
        app_id=settings.wechat_app_id,
        app_secret=settings.wechat_app_secret.get_secret_value(),
        token=settings.wechat_token.get_secret_value(),
        aes_key=settings.wechat_encoding_aes_key.get_secret_value(),
        mode=mode,
    )
    way = Straight(Flask("empty"))
    simulator = create_simulator(
        played, transport=way, clock=PlatformTime(clock), run=lambda work: work()
    )
    with Redis.from_url(settings.redis_url) as redis, serving(simulator) as address:
        redis.flushdb()
        owner = ApiAccount(settings.wechat_app_id, Secret(played.app_secret), address)
        gateway = LiveGateway(owner, RedisTokenStore(redis, settings.wechat_app_id))
        whole = replace(
            deps,
            settings=settings,
            copybook=build_deps(settings).copybook,
            sender=gateway,
            broadcaster=gateway,
            throttle=RedisThrottle(redis),
            directory=gateway,
            account=gateway,
        )
        way.app = create_app(whole)
        yield Rehearsal(whole, bell, PretendWeChat(straight_to(simulator)), way)


def straight_to(simulator: Flask) -> Callable[[str, str, Json], Any]:
    """Return the way to the control API without a network."""

    def ask(method: str, path: str, body: Json) -> Any:
        answer = simulator.test_client().open(f"/sim/{path}", method=method, json=body)
        assert answer.status_code < 400, (path, answer.status_code, answer.text)
        return answer.json

    return ask
