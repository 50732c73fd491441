"""Followers, the campaigns they are for, and the operators who launch, hold and end them."""

import json
import random
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Any
from urllib.request import urlopen

from app.bootstrap import build_deps
from app.core.access import Actor, Role
from app.core.clock import SHANGHAI
from app.core.config import Settings
from app.core.errors import NotAllowed
from app.deps import Deps
from app.services import campaigns, experiments
from tests.console import an_actor
from tests.faults.kinds import Kind
from tests.faults.ledger import Ledger, Stillness
from tests.house import House
from tests.phones import Phone, until

FOLLOWERS = 40
LEAVERS = 3
AT_ONCE = 8
_MORNING = time(10, 0)
_OPEN = """
SELECT c.id, c.name, c.state, c.pace_at, r.state, r.reason, r.variant, count(*), min(r.not_before)
FROM campaigns c LEFT JOIN campaign_recipients r
ON r.campaign_id = c.id AND r.state IN ('queued', 'sending')
WHERE c.state NOT IN ('finished', 'cancelled') GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
# Steps of this length let leases run out, and the platform be asked what it never told.
_STEP = timedelta(minutes=6)
_STEPS = 40
_STEP_SECONDS, _LEAVING_SECONDS = 2.0, 20.0
_STEPS_A_DAY = 8


@dataclass(frozen=True)
class Launched:
    """A campaign on its way, by its number and what people can read of it."""

    id: int
    kind: Kind


@dataclass
class Fleet:
    """Everything that one house sends, and to whom."""

    house: House
    dice: random.Random
    ledger: Ledger
    phones: list[Phone] = field(default_factory=list)
    leavers: list[Phone] = field(default_factory=list)
    launched: list[Launched] = field(default_factory=list)
    stillnesses: list[Stillness] = field(default_factory=list)

    @cached_property
    def deps(self) -> Deps:
        """Return a bag of its own, which nobody kills."""
        given = {name.lower(): value for name, value in self.house.inside().items()}
        known = {name: value for name, value in given.items() if name in Settings.model_fields}
        return build_deps(Settings(_env_file=None, **known))

    @cached_property
    def operator(self) -> Actor:
        return an_actor(self.deps, Role.OPERATOR)

    @cached_property
    def approver(self) -> Actor:
        return an_actor(self.deps, Role.APPROVER)

    def disband(self) -> None:
        """Let go of the databases."""
        self.deps.turns.engine.dispose()
        self.deps.sessions.kw["bind"].dispose()

    def gather(self, count: int = FOLLOWERS) -> list[Phone]:
        """Have people follow, and write something."""
        phones = [self.house.wechat.phone() for _ in range(count)]
        self._all(phones, lambda phone: phone.follow())
        self._all(phones, lambda phone: phone.type("你好"))
        return phones

    def tag_all(self, name: str) -> int:
        """Have everybody carry a tag of the account; return its number."""
        tag_id = int(self._api("tags/create", {"tag": {"name": name}})["tag"]["id"])
        openids = [phone.openid for phone in (*self.phones, *self.leavers[-LEAVERS:])]
        self._api("tags/members/batchtagging", {"openid_list": openids, "tagid": tag_id})
        return tag_id

    def write(self, phones: list[Phone]) -> None:
        """Have people write: they can be answered for two days."""
        self._all(phones, lambda phone: phone.type("在吗"))

    def leave(self) -> None:
        """Have those leave who came only for that; nobody waits until it is heard."""
        for phone in self.leavers[-LEAVERS:]:
            self.house.wechat.ask("POST", f"phones/{phone.number}/unfollow", {})

    def launch(self, kind: Kind) -> Launched:
        """Plan, rehearse, approve and launch one."""
        campaign_id = campaigns.plan(self.deps, self.operator, kind.raw)
        campaigns.rehearse(self.deps, self.operator, campaign_id)
        campaigns.approve(self.deps, self.approver, campaign_id)
        campaigns.launch(self.deps, self.operator, campaign_id)
        self.launched.append(Launched(campaign_id, kind))
        return self.launched[-1]

    def change_minds(self) -> None:
        """Resume what is held, or hold something: from then on nothing leaves."""
        held = [one for one in self.stillnesses if one.until == "infinity" and self._is_held(one)]
        if held:
            self._resume(held[0])
            return
        sending = self.house.rows("SELECT id FROM campaigns WHERE state = 'sending'")
        if sending:
            (chosen,) = self.dice.choice(sending)
            with _unless():
                campaigns.pause(self.deps, self.operator, chosen)
                self.stillnesses.append(Stillness(chosen, self.ledger.now()))

    def cancel(self, launched: Launched) -> None:
        """End one, wherever it stands: nothing leaves any more."""
        with _unless():
            campaigns.cancel(self.deps, self.operator, launched.id)
            self.stillnesses.append(Stillness(launched.id, self.ledger.now()))

    def resume_all(self) -> None:
        """Let everything go on, whoever held it."""
        for one in self.stillnesses:
            if one.until == "infinity" and self._is_held(one):
                self._resume(one)
        for (campaign_id,) in self.house.rows("SELECT id FROM campaigns WHERE state = 'paused'"):
            with _unless():
                campaigns.resume(self.deps, self.operator, campaign_id)

    def settle(self, is_done: Callable[[], bool]) -> None:
        """Let time run until everything is done; where nothing moves, let more of it run."""
        before, stuck = None, 0
        while stuck < _STEPS:
            self.resume_all()
            if _within(is_done, _STEP_SECONDS):
                return
            now = self.house.rows(_OPEN)
            before, moves = now, now != before
            if moves:
                continue
            stuck += 1
            self._choose()
            if stuck % _STEPS_A_DAY:
                self.house.wechat.travel(seconds=_STEP.total_seconds())
            else:
                self.travel_to_morning(days=1)
        raise AssertionError(f"it never came to rest: {self.house.rows(_OPEN)}")

    def travel_to_morning(self, days: int) -> None:
        """Go to ten o'clock of a day to come, when everything may be sent."""
        now = self.deps.clock.now().astimezone(SHANGHAI)
        then = datetime.combine(now.date() + timedelta(days=days), _MORNING, tzinfo=SHANGHAI)
        self.house.wechat.travel(seconds=(then - now).total_seconds())

    def is_anybody_leaving(self) -> bool:
        """Wait for a moment in which somebody is written to whom no event is told of."""
        query = (
            "SELECT count(*) FROM campaign_recipients r JOIN campaigns c ON c.id = r.campaign_id"
            " WHERE r.state = 'sending' AND c.channel = 'service'"
        )
        return _within(lambda: not self._counts(query), _LEAVING_SECONDS)

    def is_all_sent(self) -> bool:
        """Say whether nobody waits but for the winner of an experiment."""
        return self._counts(
            "SELECT count(*) FROM campaign_recipients WHERE state = 'sending'"
            " OR state = 'queued' AND variant IS NOT NULL"
        )

    def is_all_over(self) -> bool:
        """Say whether every campaign is over, and what the platform took has been told."""
        return self.house.rows(_OPEN) == [] and self._counts(
            "SELECT count(*) FROM campaign_batches WHERE closed_at IS NULL AND msg_id IS NOT NULL"
        )

    def launches(self, launched: Launched) -> list[int]:
        """Return the number of a campaign, or of each launch of one that repeats."""
        query = "SELECT id, parent_id FROM campaigns WHERE launched_at IS NOT NULL ORDER BY id"
        return [number for number, of in self.house.rows(query) if launched.id in (number, of)]

    def status(self, campaign_id: int) -> dict[str, Any]:
        """Return where a campaign and everybody in it stands, as an operator is told."""
        return campaigns.status(self.deps, self.operator, campaign_id)

    def _api(self, path: str, body: Mapping[str, Any]) -> Any:
        """Call the platform as the account's console would."""
        inside = self.house.inside()
        asked = {
            "grant_type": "client_credential",
            "appid": inside["WECHAT_APP_ID"],
            "secret": inside["WECHAT_APP_SECRET"],
        }
        token = _posted(f"{self.house.page}cgi-bin/stable_token", asked)["access_token"]
        told = _posted(f"{self.house.page}cgi-bin/{path}?access_token={token}", body)
        assert told.get("errcode", 0) == 0, told
        return told

    def _counts(self, query: str) -> bool:
        return self.house.rows(query)[0][0] == 0

    def _is_held(self, one: Stillness) -> bool:
        paused = self.house.rows("SELECT id FROM campaigns WHERE state = 'paused'")
        return (one.campaign_id,) in paused

    def _choose(self) -> None:
        """Decide where too few were reached for the rule to decide; else the rule does."""
        for one in self.launched:
            if "experiment" in one.kind.raw:
                with _unless("experiment_by_rule"):
                    experiments.choose(self.deps, self.operator, one.id, "A", "样本不足")

    def _resume(self, one: Stillness) -> None:
        place = self.stillnesses.index(one)
        until_ = self.ledger.now()
        with _unless():
            campaigns.resume(self.deps, self.operator, one.campaign_id)
        self.stillnesses[place] = Stillness(one.campaign_id, one.since, until_)

    def _all(self, phones: list[Phone], act: Callable[[Phone], object]) -> None:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for _ in pool.map(act, phones):
                pass


def _posted(url: str, body: Mapping[str, Any]) -> Any:
    given = json.dumps(body, ensure_ascii=False).encode()
    with urlopen(url, given) as answer:  # noqa: S310 - our own simulator
        return json.load(answer)


@contextmanager
def _unless(why: str = "not_in_this_state") -> Iterator[None]:
    """Let pass that an operator may not act: things went on before, or go on by themselves."""
    try:
        yield
    except NotAllowed as refused:
        assert refused.why == why, refused  # noqa: PT017 - all else is a failure


def _within(is_done: Callable[[], bool], seconds: float) -> bool:
    try:
        until(is_done, "not yet", seconds)
    except AssertionError:
        return False
    return True
