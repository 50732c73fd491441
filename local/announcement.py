"""Tell on the terminal where an installation can be reached, once it can be."""

import json
import socket

from local.settings import Settings
from local.terminal import say


def is_reachable(settings: Settings) -> bool:
    """Say whether all that people open answers."""
    ports = [settings.port]
    if settings.simulator == "on":
        ports.append(settings.simulator_port)
    return all(_listens(settings.address, port) for port in ports)


def announce(settings: Settings, notes: dict[str, str]) -> None:
    """Print the addresses, and what the first start wants its operator to know."""
    web = settings.url(settings.port)
    lines = {
        "the console": f"{web}/console/",
        "the webhook": f"{web}/wechat",
        "the privacy notice": f"{web}/privacy",
    }
    if settings.simulator == "on":
        lines = {"the pretend phone": settings.url(settings.simulator_port) + "/", **lines}
    lines |= notes
    say("\nPrequal is up.")
    for name, value in lines.items():
        say(f"  {name:<28} {value}")
    say(f"Ctrl-C stops everything. The logs are in {settings.folder / 'logs'}.\n")


def notes_in(output: str) -> dict[str, str]:
    """Return what a step says once only, in JSON, under names that begin with `one_time`."""
    try:
        said = json.loads(output)
    except ValueError:
        return {}
    if not isinstance(said, dict):
        return {}
    return {
        str(name).replace("_", " "): str(value)
        for name, value in said.items()
        if str(name).startswith("one_time")
    }


def _listens(address: str, port: int) -> bool:
    try:
        with socket.create_connection((address, port), timeout=1):
            return True
    except OSError:
        return False
