"""Have supervisor run the programs: write its configuration, start it, tell it what to start."""

import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from xmlrpc.client import ServerProxy

from supervisor.xmlrpc import SupervisorTransport  # type: ignore[import-untyped]

from local.programs import Program
from local.settings import ROOT

# supervisor stops one group after the other, each within this; two groups fit into ten seconds.
STOP_SECONDS = 3

_HEAD = """\
; Written by local/supervision.py at every start.
[supervisord]
nodaemon = true
silent = true
logfile = {logs}/supervisor.log
pidfile = {run}/supervisor.pid
childlogdir = {logs}
directory = {root}
{user}
[unix_http_server]
file = {socket}
chmod = 0600

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""

_GROUP = """
[group:{name}]
programs = {programs}
priority = {priority}
"""

_PROGRAM = """
[program:{name}]
command = {command}
process_name = {process_name}
numprocs = {copies}
autostart = {autostart}
autorestart = true
; It would give up after three quick failures; a machine that is busy or full may recover.
startretries = 999999
startsecs = 1
stopsignal = {stop_signal}
stopwaitsecs = {stop_seconds}
stopasgroup = {as_group}
killasgroup = true
redirect_stderr = true
stdout_logfile = {logs}/{log_name}.log
stdout_logfile_maxbytes = 10MB
stdout_logfile_backups = 3
"""


@dataclass(frozen=True)
class Supervision:
    """What one supervisord keeps alive: databases at once, programs when told."""

    run_dir: Path
    logs_dir: Path
    socket: Path
    databases: tuple[Program, ...]
    programs: tuple[Program, ...]

    def start(self, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        """Start supervisord, which starts the databases."""
        path = self.run_dir / "supervisor.conf"
        path.write_text(self.configuration())
        command = [sys.executable, "-m", "local.child", "--"]
        command += [sys.executable, "-m", "supervisor.supervisord", "-c", str(path)]
        # A session of its own: Ctrl-C is for the launcher, which stops everything in order.
        return subprocess.Popen(
            command, env=environment, cwd=ROOT, stdin=subprocess.DEVNULL, start_new_session=True
        )

    def start_programs(self) -> None:
        """Start the programs without waiting for them; OSError when supervisord is gone."""
        transport = SupervisorTransport(None, None, f"unix://{self.socket}")
        with ServerProxy("http://localhost", transport=transport) as server:
            server.supervisor.startProcessGroup("programs", False)

    def logs(self) -> dict[str, Path]:
        """Return the log file of each copy of each program."""
        names = [name for program in self.programs for name in _copy_names(program)]
        return {name: self.logs_dir / f"{name}.log" for name in names}

    def configuration(self) -> str:
        """Return supervisord's configuration."""
        # Without the line supervisord warns that it runs as root.
        user = "user = root\n" if os.geteuid() == 0 else ""
        parts = [
            _HEAD.format(
                logs=_escaped(self.logs_dir),
                run=_escaped(self.run_dir),
                root=_escaped(ROOT),
                socket=_escaped(self.socket),
                user=user,
            )
        ]
        # Stopping goes from the highest priority down: programs first, then their databases.
        for priority, (name, programs) in enumerate(
            [("databases", self.databases), ("programs", self.programs)], start=1
        ):
            if programs:
                listed = ",".join(program.name for program in programs)
                parts.append(_GROUP.format(name=name, programs=listed, priority=priority))
        parts += [self._section(program, is_database=True) for program in self.databases]
        parts += [self._section(program, is_database=False) for program in self.programs]
        return "".join(parts)

    def _section(self, program: Program, *, is_database: bool) -> str:
        has_copies = program.copies > 1
        name = "%(program_name)s-%(process_num)d" if has_copies else "%(program_name)s"
        command = list(program.command)
        if not is_database:
            command = [sys.executable, "-m", "local.child", "--", *command]
        return _PROGRAM.format(
            name=program.name,
            command=_escaped(shlex.join(command)),
            process_name=name,
            copies=program.copies,
            autostart=str(is_database).lower(),
            stop_signal=program.stop_signal,
            stop_seconds=STOP_SECONDS,
            # PostgreSQL's children must hear of the end from their postmaster alone.
            as_group=str(not is_database).lower(),
            # supervisor expands this one twice.
            logs=_escaped(_escaped(self.logs_dir)),
            log_name=name,
        )


def _copy_names(program: Program) -> list[str]:
    if program.copies == 1:
        return [program.name]
    return [f"{program.name}-{number}" for number in range(program.copies)]


def _escaped(value: object) -> str:
    return str(value).replace("%", "%%")
