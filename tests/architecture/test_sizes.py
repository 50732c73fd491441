"""No file of code is longer than a person reads in one go."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
MOST_LINES = 400
PACKAGES = ("app", "benchmarks", "handlers", "local", "scoring", "simulator", "tests", "workers")


def test_no_file_is_over_four_hundred_lines():
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    sizes = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in files
    }
    assert len(sizes) > 100
    assert {name: lines for name, lines in sizes.items() if lines > MOST_LINES} == {}
