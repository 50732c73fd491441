"""Start, keep and stop what an installation consists of, leaving no process behind."""

import http.client
import platform
import secrets
import shutil
import subprocess
import sys
import time

import psutil

from local import child, environment, keys, leftovers
from local.announcement import announce, is_reachable, notes_in
from local.checks import make_socket_dir
from local.embedded import Postgres, Redis, make_private_dir
from local.programs import Plan, Program
from local.refusal import CannotRun
from local.settings import ROOT, Settings
from local.supervision import Supervision
from local.terminal import Follower, say

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h

LOOK_SECONDS = 0.2
DATABASE_SECONDS = 60
# A stop has ten seconds altogether; the rest is for killing and for looking again.
STOP_SECONDS = 8.5


class Launcher:
    """One start of one installation."""

    def __init__(self, settings: Settings, plan: Plan) -> None:
        self._settings = settings
        self._plan = plan
        self._launch = secrets.token_hex(8)
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._notes: dict[str, str] = {}
        self._has_announced = False
        self._servers = _embedded_servers(settings)
        self._environment = environment.compute(
            settings,
            keys.keep_keys(settings.folder / "keys", with_account=settings.simulator == "on"),
            {server.setting: server.url for server in self._servers},
        )
        self._supervision = Supervision(
            run_dir=settings.run_dir,
            logs_dir=settings.folder / "logs",
            socket=settings.socket_dir / "supervisor.sock",
            databases=tuple(
                Program(server.name, tuple(server.command()), stop_signal=server.stop_signal)
                for server in self._servers
            ),
            programs=plan.programs,
        )
        self._followers = [Follower(path, name) for name, path in self._supervision.logs().items()]

    def start(self) -> None:
        """Bring everything up for the first time."""
        if platform.system() == "Linux":
            child.prctl(PR_SET_CHILD_SUBREAPER, 1)
        self._start_watch()
        for server in self._servers:
            server.initialise()
        environment.write(self._settings, self._environment)
        self._start_databases()
        self._prepare()
        self._start_programs()

    def keep_running(self) -> None:
        """Show logs, bring back what dies, end what the dead leave; until interrupted."""
        while True:
            self._show_logs()
            if not self._has_announced and is_reachable(self._settings):
                self._has_announced = True
                announce(self._settings, self._notes)
            leftovers.end_orphans(self._living())
            if not self._is_alive("watch"):
                self._start_watch()
            if not self._is_alive("supervisord"):
                say("supervisord has died; everything is started again.")
                self._start_databases()
                self._start_programs()
            time.sleep(LOOK_SECONDS)

    def stop(self) -> None:
        """Stop everything in order, then whatever would not stop."""
        deadline = time.monotonic() + STOP_SECONDS
        if self._is_alive("supervisord"):
            self._children["supervisord"].terminate()
        while self._is_alive("supervisord") and time.monotonic() < deadline:
            self._show_logs()
            time.sleep(LOOK_SECONDS / 4)
        self._end_rest()
        self._show_logs()
        for follower in self._followers:
            follower.close()
        environment.forget(self._settings)
        shutil.rmtree(self._settings.socket_dir, ignore_errors=True)
        if self._is_alive("watch"):
            self._children["watch"].communicate()

    def _start_watch(self) -> None:
        marked = environment.with_marks({}, self._settings, self._launch)
        # It looks for that mark, and must not find itself.
        del marked[environment.LAUNCH_MARK]
        self._children["watch"] = subprocess.Popen(
            [sys.executable, "-m", "local.watch", self._launch],
            stdin=subprocess.PIPE,
            cwd=ROOT,
            env=marked,
            start_new_session=True,
        )

    def _end_rest(self) -> None:
        def rest() -> list[psutil.Process]:
            everybody = leftovers.of_installation(self._settings.folder)
            return [process for process in everybody if process.pid not in self._living()]

        while remains := rest():
            leftovers.end(remains)
            leftovers.end_orphans(self._living())

    def _start_databases(self) -> None:
        self._end_rest()
        for server in self._servers:
            server.unlock()
        marked = environment.with_marks(self._environment, self._settings, self._launch)
        self._children["supervisord"] = self._supervision.start(marked)
        deadline = time.monotonic() + DATABASE_SECONDS
        for server in self._servers:
            while not server.answers() and self._is_alive("supervisord"):
                if time.monotonic() > deadline:
                    log = self._settings.folder / "logs" / f"{server.name}.log"
                    raise CannotRun(f"{server.name} does not start. Its log: {log}")
                time.sleep(LOOK_SECONDS / 4)
        # Killed, it is started again; ended by itself, it would end again.
        if (self._children["supervisord"].poll() or 0) > 0:
            raise CannotRun("supervisord does not start; what it says is above.")

    def _start_programs(self) -> None:
        try:
            self._supervision.start_programs()
        except (OSError, http.client.HTTPException):
            # Killed at this very moment, or not listening: it is started again.
            self._children["supervisord"].kill()

    def _prepare(self) -> None:
        say("Preparing the database …")
        done = subprocess.run(
            self._plan.preparation,
            env=environment.with_marks(self._environment, self._settings, self._launch),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CannotRun(f"Preparing failed:\n{done.stdout}{done.stderr}".rstrip())
        self._notes |= notes_in(done.stdout)

    def _show_logs(self) -> None:
        for follower in self._followers:
            follower.show()

    def _is_alive(self, name: str) -> bool:
        return name in self._children and self._children[name].poll() is None

    def _living(self) -> set[int]:
        return {self._children[name].pid for name in self._children if self._is_alive(name)}


def _embedded_servers(settings: Settings) -> list[Postgres | Redis]:
    sockets = make_socket_dir(settings.socket_dir)
    servers: list[Postgres | Redis] = []
    if not settings.database_url:
        password = keys.keep_postgres_password(settings.folder / "keys")
        own = make_private_dir(sockets / "postgres")
        servers.append(Postgres(settings.folder / "postgres", own, password))
    if not settings.redis_url:
        servers.append(Redis(settings.folder / "redis", sockets))
    return servers
