"""Look before starting whether this machine has what an installation needs."""

import os
import shutil
import socket
from pathlib import Path

import psutil

from local.refusal import CannotRun
from local.settings import Settings

MEGABYTE = 1_000_000
# An empty cluster and its write-ahead log take 100; the rest is room to work.
NEEDED_MEGABYTES = 500


def make_folders(settings: Settings) -> None:
    """Create the folders under DATA_DIR, or refuse when they cannot be written."""
    try:
        settings.folder.mkdir(parents=True, exist_ok=True)
        # Others may pass through, not look: PostgreSQL's socket is below.
        settings.run_dir.mkdir(exist_ok=True, mode=0o711)
        logs = settings.folder / "logs"
        logs.mkdir(exist_ok=True, mode=0o700)
        metrics = settings.run_dir / "metrics"
        shutil.rmtree(metrics, ignore_errors=True)
        metrics.mkdir(mode=0o700)
    except OSError as error:
        raise CannotRun(f"DATA_DIR cannot be written: {error.strerror}: {error.filename}") from None


def check_room(folder: Path, needed_megabytes: int = NEEDED_MEGABYTES) -> None:
    """Refuse when the disk is nearly full."""
    free = shutil.disk_usage(folder).free // MEGABYTE
    if free < needed_megabytes:
        raise CannotRun(
            f"The disk under {folder} is nearly full: {free} MB are free, "
            f"{needed_megabytes} MB are needed."
        )


def check_ports(settings: Settings) -> None:
    """Refuse when somebody listens where we would, all ports in one list."""
    wanted = {"PORT": settings.port}
    if settings.simulator == "on":
        wanted["SIMULATOR_PORT"] = settings.simulator_port
    problems = [
        f"  {name}={port}: {problem}"
        for name, port in wanted.items()
        if (problem := _problem(settings.host, port))
    ]
    if problems:
        listed = "\n".join(problems)
        raise CannotRun(f"We cannot listen on {settings.host}:\n{listed}\nGive others.")


def _problem(host: str, port: int) -> str | None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, protocol) as candidate:
            candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            candidate.bind(address)
    except OSError as error:
        holder = _listener(port)
        return f"taken by {holder}" if holder else str(error.strerror).lower()
    return None


def _listener(port: int) -> str | None:
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        return None
    for connection in connections:
        # Its local address: host and port.
        if connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,):
            if connection.pid is None:
                return "another program"
            return f"pid {connection.pid} ({psutil.Process(connection.pid).name()})"
    return None


def make_socket_dir(path: Path) -> Path:
    """Create the folder of the sockets, or refuse one that somebody else made."""
    path.mkdir(mode=0o711, exist_ok=True)
    owner = path.lstat()
    # In /tmp anybody may have been there first.
    if owner.st_uid != os.geteuid() or path.is_symlink():
        raise CannotRun(f"{path} belongs to somebody else; give a DATA_DIR with a shorter path.")
    return path
