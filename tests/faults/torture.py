"""Months in which everything goes wrong: campaigns of every kind, kills, and the platform's moods.

Two days in each month, half of the kills on either; between them an experiment finds its winner.
"""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

from tests.faults import kinds
from tests.faults.fleet import LEAVERS, Fleet, Launched
from tests.faults.killing import Killer
from tests.faults.kinds import Kind
from tests.faults.ledger import Ledger
from tests.faults.misbehaviour import Misbehaviour
from tests.faults.oracle import Oracle
from tests.house import House
from tests.phones import Phone

_PAUSE_SECONDS = (0.1, 0.7)
# Who sends dies most often; the web hears the callbacks.
_WEIGHTS = {"workers": 6, "relay": 2, "clock": 1, "web": 1}
_TICK_SECONDS, _TIMES_FASTER = 0.5, 5
_MONTH_DAYS = 32
_TAKEN_SECONDS = 0.5


class Torture:
    """One house, and everything that is done to it."""

    def __init__(self, house: House, seed: int) -> None:
        dice = random.Random(seed)  # noqa: S311 - a torturer's dice
        self._house, self._dice, self._number = house, dice, 0
        self._ledger = Ledger(house)
        self._fleet = Fleet(house, dice, self._ledger)
        self._platform = Misbehaviour(house.wechat, dice)
        self._killer = Killer(house, dice, _WEIGHTS)
        self.oracle = Oracle(self._fleet)

    @property
    def killed(self) -> int:
        """Say how many processes were killed."""
        return self._killer.killed

    @contextmanager
    def going_on(self) -> Iterator[Self]:
        """Have people follow, and every step of every row be kept."""
        self._ledger.begin()
        self._fleet.travel_to_morning(days=1)
        self._fleet.phones = self._fleet.gather()
        try:
            yield self
        finally:
            self._fleet.disband()

    def month(self, kills: int) -> None:
        """Send campaigns of every kind, and judge what came of them."""
        fleet = self._fleet
        fleet.launched, fleet.leavers, fleet.stillnesses = [], [], []
        repeating = self._launch(kinds.repeating)
        experiment = self._launch(kinds.with_winner)
        self._day(kills // 2, lambda number: kinds.by_tag(number, fleet.tag_all(f"全部{number}")))
        self._like_one_variant(experiment)
        fleet.travel_to_morning(days=kinds.WINNER_DAYS + 1)
        with self._somebody_blocks() as blocking:
            fleet.write([one for one in fleet.phones if one != blocking])
            # Three broadcasts a month are what the rules leave to education.
            self._day(kills - kills // 2, self._dice.choice((kinds.by_list, kinds.in_variants)))
            fleet.cancel(repeating)
            fleet.settle(fleet.is_all_over)
            self.oracle.judge({blocking.openid})
        fleet.travel_to_morning(days=_MONTH_DAYS)
        fleet.write(fleet.phones)

    def _day(self, kills: int, broadcast: Callable[[int], Kind]) -> None:
        """Launch by every way; one of the campaigns is cancelled."""
        self._fleet.leavers += self._fleet.gather(LEAVERS)
        self._platform.answer_late()
        # First, so that it is under way when all workers are killed at once.
        self._launch(kinds.by_customer_service)
        doomed = self._launch(kinds.by_template)
        for kind in (broadcast, kinds.by_template):
            self._launch(kind)
        deeds = self._deeds(kills, doomed)
        end = self._killer.killed + kills
        with self._time_flying():
            with self._platform.going_on():
                self._hit_between_call_and_record()
                while self._killer.killed < end:
                    self._killer.wait(*_PAUSE_SECONDS)
                    self._killer.one()
                    for at in [one for one in deeds if one <= self._killer.killed]:
                        deeds.pop(at)()
            self._fleet.settle(self._fleet.is_all_sent)

    def _deeds(self, kills: int, doomed: Launched) -> dict[int, Callable[[], None]]:
        """Return what else is done, by after how many kills."""
        deeds: dict[int, Callable[[], None]] = {
            share * kills // 10: self._fleet.change_minds for share in (2, 5, 7, 9)
        }
        deeds |= {
            4 * kills // 10: lambda: self._fleet.cancel(doomed),
            3 * kills // 10: self._fleet.leave,
            6 * kills // 10: self._house.empty_redis,
        }
        return {self._killer.killed + after: deed for after, deed in deeds.items()}

    def _hit_between_call_and_record(self) -> None:
        """Kill every worker while the platform has done what it has not yet answered."""
        if self._fleet.is_anybody_leaving():
            self._killer.wait(_TAKEN_SECONDS, _TAKEN_SECONDS)
            self._killer.all_of("workers.main")

    def _launch(self, kind: Callable[[int], Kind]) -> Launched:
        self._number += 1
        return self._fleet.launch(kind(self._number))

    def _like_one_variant(self, experiment: Launched) -> None:
        """Have those write who were sent the second variant: it is to win."""
        mark = experiment.kind.marks["B"]
        self._fleet.write([one for one in self._fleet.phones if mark in "".join(one.heard())])

    @contextmanager
    def _somebody_blocks(self) -> Iterator[Phone]:
        """Have somebody refuse messages: what was taken for them is never shown."""
        somebody = self._dice.choice(self._fleet.phones)
        somebody.block(on=True)
        try:
            yield somebody
        finally:
            somebody.block(on=False)

    @contextmanager
    def _time_flying(self) -> Iterator[None]:
        """Let every clock go faster: leases run out while calls are still on their way."""
        stop = threading.Event()

        def fly() -> None:
            while not stop.wait(_TICK_SECONDS):
                self._house.wechat.travel(seconds=_TICK_SECONDS * (_TIMES_FASTER - 1))

        thread = threading.Thread(target=fly)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
