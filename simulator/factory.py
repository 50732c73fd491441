"""Build the pretend platform as a Flask application."""

from __future__ import annotations

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from simulator import control, page
from simulator.api import gate
from simulator.clock import Clock, SharedClock
from simulator.delivery import Courier, Run, run_in_thread
from simulator.settings import Settings
from simulator.stage import EXTENSION, Platform
from simulator.transport import HttpTransport, Transport
from simulator.world import World


def create_simulator(
    settings: Settings,
    *,
    transport: Transport | None = None,
    clock: Clock | None = None,
    run: Run = run_in_thread,
) -> Flask:
    """Build the application; tests bring their own way to the webhook, time and threads."""
    folder = settings.data_dir
    clock = clock or SharedClock(
        folder / "clock" if folder else None, settings.clock_offset_seconds
    )
    world = World(folder / "simulator.json" if folder else None)
    courier = Courier(settings, clock, world, transport or HttpTransport(), run)
    app = Flask(__name__)
    app.extensions[EXTENSION] = Platform(settings, clock, world, courier)
    provider = DefaultJSONProvider(app)
    provider.sort_keys = provider.ensure_ascii = False
    app.json = provider
    for blueprint in (gate.blueprint, control.blueprint, page.blueprint):
        app.register_blueprint(blueprint)
    return app
