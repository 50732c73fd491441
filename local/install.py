"""Make .venv and install the pinned requirements into it, unless nothing has changed.

Run as `python local/install.py REQUIREMENTS.txt` by whatever Python there is: standard library
only, and nothing that Python 3.6 could not read, because it has to say that it is too old.
"""

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"

OLDEST, NEWEST = (3, 11), (3, 12)
# What .venv takes with everything in it, and as much again while pip unpacks.
NEEDED_MEGABYTES = 2000


def problem_with_python(version: tuple) -> str:  # type: ignore[type-arg]  # old Pythons read this
    """Return why this Python will not do, or nothing."""
    if OLDEST <= version[:2] <= NEWEST:
        return ""
    spelled = ".".join(str(part) for part in version[:3])
    return (
        f"Python 3.11 or 3.12 is needed, and only {spelled} was found.\n"
        "Install one, or say where it is: make PYTHON=/path/to/python3.11"
    )


def problem_with_machine(system: str, machine: str, settings: str) -> str:
    """Return which servers must be named on such a machine, or nothing."""
    if (system, machine) == ("Linux", "x86_64"):
        return ""
    missing = [
        name
        for name in ("DATABASE_URL", "REDIS_URL")
        if not re.search(rf"^[ \t]*(export[ \t]+)?{name}[ \t]*=[ \t]*\S", settings, re.MULTILINE)
    ]
    if not missing:
        return ""
    return (
        f"PostgreSQL and Redis come along for x86-64 Linux only; this is {system} {machine}.\n"
        f"Set {' and '.join(missing)} in the environment or in .env."
    )


def problem_with_disk(folder: Path, needed_megabytes: int = NEEDED_MEGABYTES) -> str:
    """Return how much room is missing, or nothing."""
    free = shutil.disk_usage(str(folder)).free // 1000000
    if free >= needed_megabytes:
        return ""
    return (
        f"The disk under {folder} has {free} MB free; installing takes up to {needed_megabytes} MB."
    )


def install(requirements: Path) -> None:
    """Bring .venv to what the file pins."""
    stamp = VENV / f"installed-{requirements.name}"
    wanted = _fingerprint(requirements)
    if stamp.is_file() and stamp.read_text() == wanted and _can_run():
        return
    problem = problem_with_disk(ROOT)
    if problem:
        sys.exit(problem)
    print(f"Installing {requirements.name} into .venv; the first time this takes a minute or two.")
    _make_venv()
    pip = [str(VENV_PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # The file names everything: asked for dependencies too, an old pip looks at releases that came
    # after it for a package with extras, and refuses them for want of a pin.
    if subprocess.call([*pip, "--no-deps", "--require-hashes", "-r", str(requirements)]) != 0:
        sys.exit("pip could not install what we need; its last lines say why.")
    stamp.write_text(wanted)


def _make_venv() -> None:
    # A folder that was moved or whose Python has gone is no venv any more.
    is_sound = _can_run() and _prefix() == str(VENV)
    command = [sys.executable, "-m", "venv", *([] if is_sound else ["--clear"]), str(VENV)]
    if subprocess.call(command) != 0:
        sys.exit(
            "Python could not make .venv. On Debian and Ubuntu: "
            f"apt-get install python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        )


def _can_run() -> bool:
    return os.access(str(VENV_PYTHON), os.X_OK)


def _prefix() -> str:
    command = [str(VENV_PYTHON), "-c", "import sys; print(sys.prefix)"]
    asked = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    return asked.stdout.decode().strip()


def _fingerprint(requirements: Path) -> str:
    parts = [requirements.read_bytes(), sys.version.encode(), str(VENV).encode()]
    return hashlib.sha256(b"\n".join(parts)).hexdigest()


def _settings() -> str:
    environment = "\n".join(f"{name}={value}" for name, value in os.environ.items())
    written = ROOT / ".env"
    return environment + "\n" + (written.read_text() if written.is_file() else "")


def main() -> None:
    """Check the machine, then install the file named on the command line."""
    problem = problem_with_python(sys.version_info) or problem_with_machine(
        platform.system(), platform.machine(), _settings()
    )
    if problem:
        sys.exit(problem)
    install(ROOT / sys.argv[1])


if __name__ == "__main__":
    main()
