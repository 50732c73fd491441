"""A platform at its worst: late, refusing, cutting off, and telling ends never, twice or askew."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.phones import SEND, PretendWeChat

MASS, TAG = "/cgi-bin/message/mass/send", "/cgi-bin/message/mass/sendall"
TEMPLATE = "/cgi-bin/message/template/send"
PATHS = (MASS, TAG, TEMPLATE, SEND)
# What is refused was not done. 48001 and 45028 pause the campaigns until an operator resumes them.
CODES = {
    MASS: (-1, 42001, 45011, 45066, 45028, 48001),
    TAG: (-1, 42001, 45011, 45028),
    TEMPLATE: (-1, 42001, 45011, 48001),
    SEND: (-1, 42001, 45011, 45047, 48001),
}
ORDERLY = {"copies": 1, "out_of_order": False}
PROMPT = {"mass_outcomes": "pushed", "template_outcomes": "pushed", "late_seconds": 4}
_BETWEEN_SECONDS = (0.2, 0.8)
# More than a caller's patience, which is five seconds: done, when nobody waits for it any more.
_TOO_LATE_MS = 5500
_ANSWERED_MS, _SOME_LATE, _MANY_LATE = 2500, 4, 40


@dataclass
class Misbehaviour:
    """What the platform does to an account that has deserved better."""

    wechat: PretendWeChat
    dice: random.Random

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Misbehave beside the caller; afterwards everything works again."""
        stop = threading.Event()
        thread = threading.Thread(target=self._go_on, args=(stop,))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
            self.end()

    def end(self) -> None:
        """Let everything work again."""
        self.wechat.ask("DELETE", "faults", {})
        self.wechat.switch(**ORDERLY, **PROMPT)

    def answer_late(self) -> None:
        """Do what the next calls ask for, and let them wait for the answer."""
        for path in PATHS:
            calls = _MANY_LATE if path == SEND else _SOME_LATE
            self.wechat.fault("slow_after", path, _ANSWERED_MS, calls)

    def _go_on(self, stop: threading.Event) -> None:
        while not stop.wait(self.dice.uniform(*_BETWEEN_SECONDS)):
            self._misbehave(self.dice.choice(PATHS))

    def _misbehave(self, path: str) -> None:
        kind = self.dice.choices(
            ("slow_after", "slow", "drop_before", "drop_after", "errcode", "errcode_after", "told"),
            (12, 1, 2, 3, 3, 1, 4),
        )[0]
        if kind == "told":
            self._tell_otherwise()
        elif kind == "slow_after":
            calls = self.dice.randint(1, 6)
            self.wechat.fault(kind, path, self.dice.randint(100, 900), calls)
        elif kind == "errcode":
            self.wechat.fault(kind, path, self.dice.choice(CODES[path]))
        elif kind == "errcode_after":
            # Only of broadcasts it is known that "system error" may answer what was done.
            self.wechat.fault(kind, self.dice.choice((MASS, TAG)), -1)
        else:
            self.wechat.fault(kind, path, _TOO_LATE_MS)

    def _tell_otherwise(self) -> None:
        self.wechat.switch(
            mass_outcomes=self.dice.choice(("pushed", "twice", "late", "lost", "failed")),
            template_outcomes=self.dice.choice(("pushed", "twice", "late", "lost")),
            copies=self.dice.randint(1, 3),
            out_of_order=self.dice.random() < 0.5,
        )
