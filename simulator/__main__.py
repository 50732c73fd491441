"""Run the pretend platform: `python -m simulator`."""

from __future__ import annotations

import logging
import signal
import sys
import threading

from simulator.factory import create_simulator
from simulator.serving import make_http_server
from simulator.settings import BadSettings, from_environment
from simulator.stage import EXTENSION, Platform

log = logging.getLogger("simulator")

_VERIFY_AGAIN_SECONDS = 2.0


def main() -> int:
    """Serve until told to stop; the phones are on disk before this returns."""
    logging.basicConfig(level=logging.INFO, format="simulator: %(message)s")
    try:
        settings = from_environment()
    except BadSettings as mistake:
        log.error("%s", mistake)  # noqa: TRY400 (a sentence, not a traceback)
        return 2
    app = create_simulator(settings)
    platform: Platform = app.extensions[EXTENSION]
    try:
        server = make_http_server(app, settings.host, settings.port)
    except (OSError, SystemExit):
        log.error("Port %s is taken.", settings.port)  # noqa: TRY400
        return 1
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    work = (server.serve_forever, lambda: verify_until_it_works(platform, stop))
    for task in work:
        threading.Thread(target=task, daemon=True).start()
    log.info("phones on http://%s:%s/", settings.host, settings.port)
    platform.world.keep_saving(stop)
    return 0


def verify_until_it_works(platform: Platform, stop: threading.Event) -> None:
    """Repeat the verification until the webhook is up and echoes."""
    while not stop.is_set():
        problem = platform.courier.verify()
        verification = {"state": "waiting" if problem else "ok", "detail": problem}
        if verification != platform.world.verification:
            with platform.world.changing():
                platform.world.verification = verification
        if not problem:
            log.info("webhook verified")
            return
        stop.wait(_VERIFY_AGAIN_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
