"""Run a command in the environment of the running installation: `make shell CMD="…"`."""

import os
import sys

from local import environment, lock
from local.environment import INSTALLATION_MARK, LAUNCH_MARK
from local.refusal import CannotRun
from local.settings import read_settings


def main() -> None:
    """Become the command."""
    command = " ".join(sys.argv[1:])
    if not command.strip():
        sys.exit('Say what to run: make shell CMD="flask reviews list"')
    try:
        variables = {**os.environ, **_running_environment()}
    except CannotRun as refusal:
        sys.exit(str(refusal))
    # Its own man: the next launcher must not take it for something left behind.
    for mark in (INSTALLATION_MARK, LAUNCH_MARK):
        variables.pop(mark, None)
    os.execvpe("sh", ["sh", "-c", command], variables)  # noqa: S606  # a shell is what was asked


def _running_environment() -> dict[str, str]:
    settings = read_settings()
    if not lock.is_held(settings.lock):
        raise CannotRun(f"Nothing is running on {settings.folder}. Start it with `make run`.")
    try:
        return environment.read(settings)
    except FileNotFoundError:
        raise CannotRun("The installation is starting or stopping; try again shortly.") from None


if __name__ == "__main__":
    main()
