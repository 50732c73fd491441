"""Whatever is named as work has a function, a queue and a process; nothing is named in vain."""

import inspect
from pathlib import Path

from app.core.jobs import JobName, QueueName, queue_of
from local.programs import plan
from local.settings import Settings
from workers import clock, jobs, main

ROOT = Path(__file__).parents[2]


def functions_that_take_a_trail(module):
    found = inspect.getmembers(module, inspect.isfunction)
    public = [(name, one) for name, one in found if not name.startswith("_")]
    return {name for name, one in public if list(inspect.signature(one).parameters) == ["trail"]}


def processes():
    lines = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    named = [line.partition(": ") for line in lines if not line.startswith("#")]
    return {name: command.split() for name, _, command in named}


def test_every_job_is_a_function_that_takes_a_trail_and_every_such_function_is_a_job():
    assert functions_that_take_a_trail(jobs) == {job.value for job in JobName}


def test_every_entry_of_the_timetable_is_a_job_with_a_pause():
    assert set(clock.TIMETABLE) <= set(JobName)
    assert min(clock.TIMETABLE.values()) > 0


def test_work_whose_bell_was_lost_is_found_by_the_clock():
    assert {job for job in JobName if queue_of(job) is QueueName.URGENT} <= set(clock.TIMETABLE)


def test_every_queue_has_work_and_the_worker_serves_it():
    assert {queue_of(job) for job in JobName} == set(QueueName)
    assert "for name in QueueName" in inspect.getsource(main)


def test_every_process_in_production_runs_here_too_and_the_other_way_round():
    here = plan(Settings(_env_file=None, simulator="off")).programs
    assert {program.name for program in here} == set(processes())


def test_every_process_is_a_module_that_exists():
    modules = [command[2] for command in processes().values() if command[:2] == ["python", "-m"]]
    assert len(modules) == 3
    assert [name for name in modules if not (ROOT / f"{name.replace('.', '/')}.py").exists()] == []
