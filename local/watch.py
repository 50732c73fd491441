"""Outlive the launcher for some seconds, so that nothing else does.

Started by the launcher as `python -m local.watch LAUNCH`; the pipe on its standard input ends when
the launcher does, however it ended.
"""

import sys
import time

from local import leftovers

# supervisord hears of the launcher's death from the kernel, and needs this to stop in order.
GRACE_SECONDS = 8


def main() -> None:
    """Wait for the launcher's end, then for supervisord's, and end what is left."""
    launch = sys.argv[1]
    sys.stdin.read()
    deadline = time.monotonic() + GRACE_SECONDS
    while leftovers.of_launch(launch, "supervisor.supervisord") and time.monotonic() < deadline:
        time.sleep(0.2)
    while remaining := leftovers.of_launch(launch):
        leftovers.end(remaining)


if __name__ == "__main__":
    main()
