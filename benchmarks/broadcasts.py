"""Measure campaigns: rehearsal, launch, sending one by one and by lists, and looking at a million.

Two senders, as an installation has workers, on a PostgreSQL that keeps what it commits. The
provider is the pretend platform, over HTTP, or one that does nothing: then our own work is left.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config

from app.bootstrap import build_deps
from app.core.access import Actor, Role, permissions_of
from app.core.config import ROOT
from app.deps import Deps
from app.queries import campaign_pages
from app.services import campaigns
from app.store.operators import Operator
from benchmarks import recipients
from benchmarks.broadcast_page import NO_OP, Asked, Broadcasts, Sending
from benchmarks.installation import free_port
from benchmarks.peers import rq_sending
from local import throwaway
from local.keys import make_keys

SENDERS = 2
_CAMPAIGNS = 10
_SHARED = 1_000
_START_HOUR = 2
"""Ten in the morning in Shanghai: no quiet hours before the evening."""
_WORDS = "征信报告一年可以免费查两次，去人民银行官网就能查。"
_WAYS: dict[str, dict[str, Any]] = {
    "mass": {"class": "education", "content": {"text": _WORDS}},
    "service": {"class": "service", "content": {"text": _WORDS}},
    "template": {
        "class": "service",
        "content": {"template_id": "progress", "data": {"thing1": "账单已出"}},
    },
}


@dataclass(frozen=True)
class _Stage:
    """A database with people in it, and the two operators that a campaign takes."""

    deps: Deps
    maker: Actor
    approver: Actor
    people: int
    provider: str

    def launched(self, channel: str) -> int:
        """Plan, rehearse, approve and launch a campaign to everybody."""
        raw = {"name": "测量", "channel": channel, "segment": "all", **_WAYS[channel]}
        number = campaigns.plan(self.deps, self.maker, raw)
        campaigns.rehearse(self.deps, self.maker, number)
        campaigns.approve(self.deps, self.approver, number)
        campaigns.launch(self.deps, self.maker, number)
        return number

    def sent(self, name: str, channel: str) -> Sending:
        """Send one campaign with all senders; fail unless everybody was sent to."""
        return self.drained(name, self.launched(channel))

    def drained(self, name: str, number: int) -> Sending:
        """Let the senders empty a launched campaign."""
        told, seconds = _send(self.provider)
        stands = campaigns.status(self.deps, self.maker, number)
        if stands["sent"] != self.people:
            raise RuntimeError(f"{name}: not everybody was sent to: {stands}")
        spent = sum(one["cpu"] for one in told)
        print(f"{name}: {self.people / seconds:,.0f} a second", file=sys.stderr)
        growths = [_growth(one["sizes"]) for one in told]
        return Sending(name, self.people, seconds, spent, max(growths))


def measure(few: int, many: int) -> Broadcasts:
    """Measure everything: rates on `few` people, what a million makes slow on `many`."""
    sendings: list[Sending] = []
    with _stage(few, "simulator") as stage:
        sendings.append(stage.sent("one by one, pretend platform", "service"))
        sendings.append(stage.sent("by lists, pretend platform", "mass"))
    with _stage(few, "nothing") as stage:
        sendings.append(stage.sent(NO_OP, "service"))
        peer = rq_sending.measure(few, SENDERS)
        ages = [stage.sent(f"campaign {number}", "template") for number in range(1, _CAMPAIGNS + 1)]
    with _stage(many, "nothing") as stage:
        asked, number = _asked(stage)
        sendings.append(stage.drained("by lists, no-op provider", number))
        asked += _ended(stage)
    return Broadcasts(many, tuple(asked), tuple(sendings), tuple(ages), peer)


def _asked(stage: _Stage) -> tuple[list[Asked], int]:
    """Take a campaign to everybody through its life, and look at it."""
    deps, maker = stage.deps, stage.maker
    number = campaigns.plan(
        deps, maker, {"name": "测量", "channel": "mass", "segment": "all", **_WAYS["mass"]}
    )
    asked = [_timed("rehearsal", 10, lambda: campaigns.rehearse(deps, maker, number))]
    campaigns.approve(deps, stage.approver, number)
    asked.append(_timed("launch", 60, lambda: campaigns.launch(deps, maker, number)))
    asked += [
        _timed("status", 1, lambda: campaigns.status(deps, maker, number)),
        _timed("the live page", 1, lambda: campaign_pages.page(deps, maker, number)),
        _timed("pause", 1, lambda: campaigns.pause(deps, maker, number)),
        _timed("resume", 1, lambda: campaigns.resume(deps, maker, number)),
    ]
    return asked, number


def _ended(stage: _Stage) -> list[Asked]:
    """Cancel a second campaign before anybody was sent to, and have its rows closed."""
    deps, maker = stage.deps, stage.maker
    number = stage.launched("mass")
    asked = [
        _timed("cancel", 2, lambda: campaigns.cancel(deps, maker, number)),
        _timed("closing what it left, by the job", 120, lambda: campaigns.launch_due(deps)),
    ]
    if campaigns.status(deps, maker, number)["skipped"] != {"cancelled": stage.people}:
        raise RuntimeError("A cancelled campaign has lost somebody.")
    return asked


def _timed(name: str, aim: float, run: Callable[[], object]) -> Asked:
    began = time.perf_counter()
    run()
    seconds = time.perf_counter() - began
    print(f"{name}: {seconds:.2f} s", file=sys.stderr)
    return Asked(name, aim, seconds)


def _send(provider: str) -> tuple[list[dict[str, Any]], float]:
    """Run the senders at the same time; return what each tells, and how long the last one took."""
    program = [sys.executable, "-m", "benchmarks.sending", provider]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    senders = [subprocess.Popen(program, **pipes) for _ in range(SENDERS)]  # type: ignore[call-overload]
    for one in senders:
        one.stdout.readline()
    began = time.perf_counter()
    for one in senders:
        one.stdin.write("go\n")
        one.stdin.flush()
    told = [json.loads(one.stdout.readline()) for one in senders]
    seconds = time.perf_counter() - began
    for one in senders:
        one.communicate()
    return told, seconds


def _growth(sizes: Sequence[tuple[int, float]]) -> float:
    """Return the megabytes that a sender grew by after its first people."""
    working = [size for people, size in sizes if people]
    return max(working) - working[0] if working else 0.0


@contextmanager
def _stage(people: int, provider: str) -> Iterator[_Stage]:
    """Set up a database with so many people, and the pretend platform where it is asked for."""
    with ExitStack() as stack:
        url = stack.enter_context(throwaway.a_postgres(is_durable=True))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="prequal-bench-")))
        given = _environment(url, stack.enter_context(throwaway.a_redis()), folder)
        before = {name: os.environ.get(name) for name in given}
        stack.callback(_put, before)
        _put(given)
        config = Config(str(ROOT / "alembic.ini"), cmd_opts=Namespace(x=[f"url={url}"]))
        command.upgrade(config, "head")
        deps = build_deps()
        stack.callback(deps.sessions.kw["bind"].dispose)
        now, openids = deps.clock.now(), [f"oBench{number:022d}" for number in range(_SHARED)]
        if provider == "simulator":
            openids = recipients.phones(folder / "simulator.json", people, now)
            stack.enter_context(_simulator())
        known = recipients.addresses(deps.keyring, openids)
        recipients.write(url, people, known, now)
        yield _Stage(deps, _actor(deps, "甲"), _actor(deps, "乙"), people, provider)


def _environment(url: str, redis_url: str, folder: Path) -> dict[str, str | None]:
    now, port = datetime.now(UTC), free_port()
    start = now.replace(hour=_START_HOUR, minute=0) + timedelta(days=1)
    return {
        **make_keys(with_account=True),
        "DATABASE_URL": url,
        "REDIS_URL": redis_url,
        "CLOCK_OFFSET": str(int((start - now).total_seconds())),
        "DATA_DIR": str(folder),
        "SIMULATOR_PORT": str(port),
        "WECHAT_API_BASE_URL": f"http://127.0.0.1:{port}",
        "WEBHOOK_URL": f"http://127.0.0.1:{free_port()}/wechat",
        "LOG_LEVEL": "error",
        "ENVIRONMENT": "local",
    }


def _put(values: dict[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@contextmanager
def _simulator() -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator"], cwd=ROOT, stderr=subprocess.DEVNULL
    )
    try:
        port = int(os.environ["SIMULATOR_PORT"])
        while socket.socket().connect_ex(("127.0.0.1", port)) != 0:
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()


def _actor(deps: Deps, name: str) -> Actor:
    """Make an operator who may do everything that a campaign takes, but not with their own."""
    roles = (Role.OPERATOR, Role.APPROVER)
    with deps.sessions.begin() as session:
        operator = Operator(
            name=name,
            roles=[role.value for role in roles],
            password_hash="nobody knows it",  # noqa: S106 - nobody signs in with it
            password_is_temporary=False,
            is_marketing_authorised=True,
            created_at=deps.clock.real(),
        )
        session.add(operator)
        session.flush()
        return Actor(operator.id, name, permissions_of(roles), "bench")
