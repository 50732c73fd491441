"""A small installation for the launcher's tests: real databases, and a program with children."""

import sys

from local.programs import Plan, Program
from local.refusal import CannotRun
from local.run import run
from local.settings import read_settings


def plan(port: int) -> Plan:
    prepare = (sys.executable, "-c", 'print(\'{"one_time_password": "sesame"}\')')
    family = Program("family", (sys.executable, "-m", "tests.faults.family", str(port)))
    sleeper = Program("sleeper", (sys.executable, "-c", "import time; time.sleep(600)"), copies=2)
    return Plan(prepare, (family, sleeper))


if __name__ == "__main__":
    settings = read_settings()
    try:
        run(settings, plan(settings.port))
    except CannotRun as refusal:
        sys.exit(str(refusal))
