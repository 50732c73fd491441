"""Run a whole installation in the foreground: databases first, then everything else, until told."""

import signal
import sys
from types import FrameType

from local import checks, leftovers, lock
from local.launcher import Launcher
from local.programs import Plan, plan
from local.refusal import CannotRun
from local.settings import Settings, read_settings
from local.terminal import say

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run(settings: Settings, what: Plan) -> None:
    """Run the plan until a signal ends it, or refuse to start."""
    checks.make_folders(settings)
    with lock.hold(settings.lock):
        if remains := leftovers.of_installation(settings.folder):
            say(f"Ending {len(remains)} processes that an earlier start left behind.")
            leftovers.end(remains)
        checks.check_room(settings.folder)
        checks.check_ports(settings)
        launcher = Launcher(settings, what)
        for ending in ENDINGS:
            signal.signal(ending, _interrupt)
        try:
            launcher.start()
            launcher.keep_running()
        except KeyboardInterrupt:
            say("Stopping …")
        finally:
            _ignore_endings()
            launcher.stop()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    # Whoever is impatient must not interrupt the stopping.
    _ignore_endings()
    raise KeyboardInterrupt


def _ignore_endings() -> None:
    for ending in ENDINGS:
        signal.signal(ending, signal.SIG_IGN)


def main() -> None:
    """Run what the settings describe."""
    try:
        settings = read_settings()
        run(settings, plan(settings))
    except CannotRun as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
