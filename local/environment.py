"""Compute, in one place, the environment that every process of an installation gets."""

import json
import os
import sys
from pathlib import Path

from local.settings import Settings, given

# Set by us alone, so a process that carries it is ours: see local/leftovers.py.
INSTALLATION_MARK = "PREQUAL_INSTALLATION"
LAUNCH_MARK = "PREQUAL_LAUNCH"


def compute(
    settings: Settings,
    keys: dict[str, str],
    servers: dict[str, str],
) -> dict[str, str]:
    """Return the variables, beyond the caller's own, that make a process part of this one."""
    said = given()
    web = settings.url(settings.port)
    defaults: dict[str, str] = {}
    computed = {
        "HOST": settings.host,
        "PORT": str(settings.port),
        "SIMULATOR": settings.simulator,
        "SIMULATOR_PORT": str(settings.simulator_port),
        "ENVIRONMENT": settings.environment,
        "DATA_DIR": str(settings.folder),
        "FLASK_APP": "wsgi",
        "PROMETHEUS_MULTIPROC_DIR": str(settings.run_dir / "metrics"),
        "PYTHONUNBUFFERED": "1",
        # Eight processes read the same modules: compiled once, they start in half the time.
        "PYTHONDONTWRITEBYTECODE": "",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), said.get("PATH", os.defpath)]),
    }
    if settings.environment == "local":
        defaults |= keys | {"PUBLIC_BASE_URL": web}
    if settings.simulator == "on":
        defaults["WECHAT_API_BASE_URL"] = settings.url(settings.simulator_port)
        computed["WEBHOOK_URL"] = f"{web}/wechat"
    written = {name: value for name, value in said.items() if name not in os.environ}
    return {**written, **_unless_said(defaults, said), **computed, **servers}


def write(settings: Settings, environment: dict[str, str]) -> None:
    """Leave the environment where `make shell` finds it; it holds secrets, so 0600."""
    path = _path(settings)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(environment, file)


def read(settings: Settings) -> dict[str, str]:
    """Return what the running installation wrote."""
    environment: dict[str, str] = json.loads(_path(settings).read_text())
    return environment


def forget(settings: Settings) -> None:
    """Take the written environment away; its secrets are of use to nobody any more."""
    _path(settings).unlink(missing_ok=True)


def with_marks(environment: dict[str, str], settings: Settings, launch: str) -> dict[str, str]:
    """Return the whole environment of a process that this launch must find again."""
    marks = {INSTALLATION_MARK: str(settings.folder), LAUNCH_MARK: launch}
    return {**os.environ, **environment, **marks}


def _unless_said(defaults: dict[str, str], said: dict[str, str]) -> dict[str, str]:
    # An empty AES key is an answer (plaintext mode); any other empty setting is none.
    return {
        name: value
        for name, value in defaults.items()
        if not said.get(name) and not (name == "WECHAT_ENCODING_AES_KEY" and name in said)
    }


def _path(settings: Settings) -> Path:
    return settings.run_dir / "environment.json"
