"""Databases that live as long as one test run or one check, and leave nothing behind."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from local.embedded import Postgres, PostgresMajor, Redis, make_private_dir
from local.keys import make_keys

START_SECONDS = 60

# Nothing here outlives the run, so nothing needs to survive a power cut.
_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@contextmanager
def a_postgres(major: PostgresMajor = "18", *, is_durable: bool = False) -> Iterator[str]:
    """Yield TEST_DATABASE_URL when it is set, else the address of an empty PostgreSQL.

    `is_durable`: it waits for the disk as in production, for whoever measures it.
    """
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    with _folder() as folder:
        server = Postgres(
            folder / "postgres", folder, "throwaway", major, {} if is_durable else _FORGETFUL
        )
        with _running(server, folder):
            yield server.url


@contextmanager
def a_redis() -> Iterator[str]:
    """Yield TEST_REDIS_URL when it is set, else the address of an empty Redis."""
    given = os.environ.get("TEST_REDIS_URL")
    if given:
        yield given
        return
    with _folder() as folder:
        server = Redis(folder / "redis", folder, is_durable=False)
        with _running(server, folder):
            yield server.url


@contextmanager
def _folder() -> Iterator[Path]:
    # In /tmp whatever TMPDIR says: a unix socket's address has room for 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="prequal-", dir="/tmp"))  # mode 0700
    try:
        yield make_private_dir(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(server: Postgres | Redis, folder: Path) -> Iterator[None]:
    server.initialise()
    log = folder / "server.log"
    with ExitStack() as stack:
        output = stack.enter_context(log.open("wb"))
        process = stack.enter_context(
            subprocess.Popen(
                server.command(), stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
        )
        # A fast shutdown: killed outright, PostgreSQL would leave its children to init.
        stack.callback(process.send_signal, signal.SIGINT)
        deadline = time.monotonic() + START_SECONDS
        while not server.answers():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"The server did not start:\n{log.read_text()}")
            time.sleep(0.02)
        yield


def main() -> int:
    """Run the command with the addresses of empty servers and secrets made for the occasion."""
    with a_postgres() as database_url, a_redis() as redis_url:
        addresses = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        environment = {**os.environ, **make_keys(with_account=True), **addresses, "PATH": path}
        return subprocess.run(sys.argv[1:], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
