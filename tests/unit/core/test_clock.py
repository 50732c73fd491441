"""The clock follows the machine, and in a rehearsal the file that the simulator writes."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core.clock import SystemClock, monotonic, pause

JUST_NOW = timedelta(seconds=5)


def ahead(clock):
    """How far a clock runs ahead of one without any offset."""
    return clock.now() - SystemClock().now()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "clock"


def looks_again(clock):
    """The time between two looks, gone by."""
    clock._looked = -1.0


def test_the_time_is_aware_and_in_utc():
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert abs(now - datetime.fromtimestamp(now.timestamp(), UTC)) < JUST_NOW


def test_an_offset_moves_it():
    assert abs(ahead(SystemClock(3600)) - timedelta(hours=1)) < JUST_NOW


def test_without_the_file_the_given_offset_holds(file):
    assert abs(ahead(SystemClock(60, file)) - timedelta(minutes=1)) < JUST_NOW


def test_the_file_is_read_before_the_first_answer(file):
    file.write_text("86400")
    assert abs(ahead(SystemClock(0, file)) - timedelta(days=1)) < JUST_NOW


def test_a_journey_while_it_runs_is_noticed_and_so_is_the_way_back(file):
    clock = SystemClock(0, file)
    assert abs(ahead(clock)) < JUST_NOW
    for seconds in ("7200.5", "-60"):
        file.with_suffix(".new").write_text(seconds)
        file.with_suffix(".new").rename(file)
        looks_again(clock)
        assert abs(ahead(clock) - timedelta(seconds=float(seconds))) < JUST_NOW


def test_between_two_looks_the_file_is_left_alone(file):
    clock = SystemClock(0, file)
    clock.now()
    clock._looked += 1000
    file.write_text("7200")
    assert abs(ahead(clock)) < JUST_NOW


@pytest.mark.parametrize("garbage", ["", "soon", "1,5", "ä"])
def test_garbage_in_the_file_moves_nothing(file, garbage):
    file.write_text("3600")
    clock = SystemClock(0, file)
    clock.now()
    file.unlink()
    file.write_text(garbage, encoding="utf-8")
    looks_again(clock)
    assert abs(ahead(clock) - timedelta(hours=1)) < JUST_NOW


def test_the_seconds_for_deadlines_only_move_forward():
    before = monotonic()
    pause(0.001)
    assert monotonic() - before >= 0.001
