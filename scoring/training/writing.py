"""Write a file whole or not at all, so that nobody ever reads half of one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from scoring.training.data import DataUnusable


@contextmanager
def written(out: Path) -> Iterator[IO[str]]:
    """Open a file that takes its place when all is written; a pipe or a device is written to."""
    demand_place(out)
    if out.exists() and not out.is_file():
        with out.open("w", encoding="utf-8", newline="") as file:
            yield file
        return
    place = out.resolve()  # a link stays one
    unfinished = place.with_name(place.name + ".part")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            yield file
        unfinished.replace(place)
    finally:
        unfinished.unlink(missing_ok=True)


def demand_place(out: Path) -> None:
    """Refuse a place where no file can be, before any work is done for it."""
    if out.is_dir():
        raise DataUnusable(f"{out}: a folder; name a file")
    if not out.parent.is_dir():
        raise DataUnusable(f"{out}: there is no folder {out.parent}")
