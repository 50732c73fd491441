"""Choose who is killed, and kill."""

import contextlib
import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass

import psutil

from tests.house import House

Weights = Mapping[str, int]


@dataclass
class Killer:
    """Kill processes of a house at random; `weights` says how often which of them."""

    house: House
    dice: random.Random
    weights: Weights
    killed: int = 0

    def one(self) -> None:
        """Kill somebody, unless everybody is dead already."""
        living = [(group, weight) for group, weight in self._groups() if group]
        if not living:  # all dead at once, and not yet started again
            return
        (chosen,) = self.dice.choices(*zip(*living, strict=True))
        self._kill(self.dice.choice(chosen))

    def all_of(self, program: str) -> None:
        """Kill every process of a program at once."""
        for process in self.house.processes(program):
            self._kill(process)

    def wait(self, least: float, most: float) -> None:
        """Let a random while go by."""
        threading.Event().wait(self.dice.uniform(least, most))

    def _kill(self, process: psutil.Process) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):  # gone with the one before it
            process.kill()
            self.killed += 1

    def _groups(self) -> list[tuple[list[psutil.Process], int]]:
        web = self.house.processes("granian")
        found = {
            "workers": self.house.processes("workers.main"),
            "relay": self.house.processes("workers.relay"),
            "clock": self.house.processes("workers.clock"),
            # Without the web's parent nobody is heard at all.
            "web": web[1:],
            "web's parent": web[:1],
        }
        return [(found[name], weight) for name, weight in self.weights.items()]
