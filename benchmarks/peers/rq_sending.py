"""The usual way to send to many: a job for each in RQ, and workers that take one after another."""

import os
import subprocess
import sys
import time

from redis import Redis
from rq import Queue, SimpleWorker

from app.core.config import ROOT
from benchmarks.broadcast_page import Peer

_QUEUE = "peer"


def send(_openid: str) -> None:
    """Do nothing with one recipient, as the provider that does nothing."""


def measure(people: int, workers: int) -> Peer:
    """Enqueue a job for each, and drain them with so many workers."""
    queue = Queue(_QUEUE, connection=_redis(), serializer="json")
    began = time.perf_counter()
    for number in range(people):
        queue.enqueue(send, f"oBench{number:022d}", result_ttl=0)
    enqueued = time.perf_counter() - began
    program = [sys.executable, "-m", "benchmarks.peers.rq_sending"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    ours = [subprocess.Popen(program, **pipes) for _ in range(workers)]  # type: ignore[call-overload]
    for one in ours:
        one.stdout.readline()
    began = time.perf_counter()
    for one in ours:
        one.stdin.write("go\n")
        one.stdin.flush()
    for one in ours:
        one.communicate()
    return Peer(people, enqueued, time.perf_counter() - began)


def main() -> None:
    """Wait for the word, and work until nothing waits."""
    connection = _redis()
    queue = Queue(_QUEUE, connection=connection, serializer="json")
    worker = SimpleWorker([queue], connection=connection, serializer="json")
    print("ready", flush=True)
    sys.stdin.readline()
    worker.work(burst=True, logging_level="ERROR", with_scheduler=False)


def _redis() -> Redis:
    return Redis.from_url(os.environ["REDIS_URL"])


if __name__ == "__main__":
    main()
