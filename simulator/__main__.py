"""Run the pretend platform: `python -m simulator`."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from functools import partial

from simulator.factory import create_simulator
from simulator.serving import make_http_server
from simulator.settings import BadSettings, from_environment
from simulator.stage import EXTENSION, Platform

log = logging.getLogger("simulator")

_VERIFY_AGAIN_SECONDS = 2.0
_STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT}


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
    # Blocked before any thread starts, so that only the wait below ever sees them.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)
    stop = threading.Event()
    saver = threading.Thread(target=platform.world.keep_saving, args=(stop,))
    saver.start()
    for task in (server.serve_forever, partial(verify_until_it_works, platform, stop)):
        threading.Thread(target=task, daemon=True).start()
    log.info("phones on http://%s:%s/", settings.host, server.server_port)
    signal.sigwait(_STOP_SIGNALS)
    stop.set()
    saver.join()
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
