"""Send prepared requests over sixteen connections: with wrk to measure, from Python to prepare."""

import itertools
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from threading import Lock

from benchmarks import deliveries
from benchmarks.deliveries import Request
from benchmarks.figures import percentile

CONNECTIONS = 16
XML = "<xml>"
_SCRIPT = Path(__file__).with_name("replay.lua")
_OK = 200


@dataclass(frozen=True)
class Load:
    """What one run of the load generator saw."""

    answers: int
    sent: int
    seconds: float
    p50_ms: float
    p99_ms: float
    wrong: int
    broken: int
    ran_out: int

    @property
    def per_second(self) -> float:
        """Return answers a second."""
        return self.answers / self.seconds


def generator() -> str:
    """Name what sends the requests."""
    return "wrk" if shutil.which("wrk") else "python (wrk is not installed)"


def drive(port: int, path: Path, seconds: int, *, again: bool = False) -> Load:
    """Send the file's requests for some seconds; `again` begins anew when they are used up."""
    if not shutil.which("wrk"):
        return _drive_from_python(port, path, seconds, again=again)
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(_SCRIPT)]
    command += [f"http://127.0.0.1:{port}", "--", str(path), "again" if again else "once", XML]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Load(**json.loads(done.stdout.splitlines()[-1]))


def send_each(port: int, requests: Iterable[Request]) -> int:
    """Send every request once and insist on an answer in words; return how many there were."""
    answers = _Answers((one.raw for one in requests), deadline=None)
    answers.collect(port)
    if answers.wrong:
        raise RuntimeError(f"{answers.wrong} of {len(answers.seconds)} were not answered in words.")
    return len(answers.seconds)


class _Answers:
    """What connections of our own have brought so far."""

    def __init__(self, requests: Iterable[bytes], deadline: float | None) -> None:
        self._rest = iter(requests)
        self._deadline = deadline
        self._lock = Lock()
        self.sent = self.wrong = 0
        self.seconds: list[float] = []

    def collect(self, port: int) -> None:
        """Send over all connections until nothing is left or the time is over."""
        with ThreadPoolExecutor(CONNECTIONS) as threads:
            for one in [threads.submit(self._talk, port) for _ in range(CONNECTIONS)]:
                one.result()

    def _next(self) -> bytes | None:
        with self._lock:
            if self._deadline is not None and time.monotonic() > self._deadline:
                return None
            request = next(self._rest, None)
            self.sent += request is not None
            return request

    def _talk(self, port: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            while (request := self._next()) is not None:
                began = time.perf_counter()
                connection.sendall(request)
                response = HTTPResponse(connection)
                response.begin()
                body = response.read()
                is_right = response.status == _OK and XML.encode() in body
                with self._lock:
                    self.wrong += not is_right
                    self.seconds.append(time.perf_counter() - began)


def _drive_from_python(port: int, path: Path, seconds: int, *, again: bool) -> Load:
    requests = list(deliveries.read(path))
    began = time.monotonic()
    answers = _Answers(itertools.cycle(requests) if again else requests, began + seconds)
    answers.collect(port)
    return Load(
        answers=len(answers.seconds),
        sent=answers.sent,
        seconds=time.monotonic() - began,
        p50_ms=percentile(answers.seconds, 50) * 1000,
        p99_ms=percentile(answers.seconds, 99) * 1000,
        wrong=answers.wrong,
        broken=0,
        ran_out=int(not again and answers.sent == len(requests)),
    )
