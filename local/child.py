"""Start one program so that it never outlives its parent and, where asked, not as root.

Used as `python -m local.child [--user NAME --reach PATH…] [--signal NAME] -- PROGRAM ARGUMENT…`.
"""

import argparse
import ctypes
import os
import pwd
import signal
from pathlib import Path

# linux/prctl.h, linux/securebits.h and linux/capability.h
PR_SET_PDEATHSIG = 1
PR_SET_SECUREBITS = 28
SECBIT_NO_SETUID_FIXUP = 1 << 2
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def prctl(option: int, *arguments: int) -> None:
    """Ask the kernel for one change to this process; OSError when it refuses."""
    padded = [ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0, 0)[:4]]
    _checked(_libc.prctl(option, *padded))


def is_open_to(account: pwd.struct_passwd, path: Path) -> bool:
    """Say whether the account can pass through every folder above the path."""
    return all(
        folder.stat().st_uid == account.pw_uid or folder.stat().st_mode & 0o001
        for folder in path.resolve().parents
    )


def become(account: pwd.struct_passwd, *, passing_closed_folders: bool) -> None:
    """Give up root for good, keeping at most the right to pass folders that are closed to others.

    A clone under /root is closed to everybody else; opening its parents instead would last longer
    than we run, and would let everybody in.
    """
    if passing_closed_folders:
        # The bit keeps capabilities over the change of user, and makes access(2) honour them:
        # initdb asks it whether the other programs may be run.
        prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP)
    os.setgroups([])
    os.setresgid(account.pw_gid, account.pw_gid, account.pw_gid)
    os.setresuid(account.pw_uid, account.pw_uid, account.pw_uid)
    if passing_closed_folders:
        header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
        bit = 1 << CAP_DAC_OVERRIDE
        sets = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)
        _checked(_libc.capset(header, sets))
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE)


def main() -> None:
    """Prepare this process as asked and turn it into the program."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--user")
    parser.add_argument("--reach", action="append", type=Path, default=[])
    parser.add_argument("--signal", default="SIGTERM")
    parser.add_argument("program", nargs="+")
    asked = parser.parse_args()
    if asked.user:
        account = pwd.getpwnam(asked.user)
        closed = not all(is_open_to(account, path) for path in asked.reach)
        become(account, passing_closed_folders=closed)
    # After the change of user, which clears it.
    prctl(PR_SET_PDEATHSIG, signal.Signals[asked.signal])
    os.execvp(asked.program[0], asked.program)  # noqa: S606  # no shell is wanted


def _checked(result: int) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


if __name__ == "__main__":
    main()
