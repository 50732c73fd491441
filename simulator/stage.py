"""Hold together what every part of the pretend platform is handed."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app

from simulator.clock import Clock
from simulator.delivery import Courier
from simulator.settings import Settings
from simulator.world import World

EXTENSION = "simulator"


@dataclass(frozen=True)
class Platform:
    """The settings, the time, the account and the way to the webhook."""

    settings: Settings
    clock: Clock
    world: World
    courier: Courier


def current_platform() -> Platform:
    """Return the platform of the running application."""
    platform: Platform = current_app.extensions[EXTENSION]
    return platform
