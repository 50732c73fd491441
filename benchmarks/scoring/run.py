"""Measure scoring as asked, keep what an earlier run knows of the others, and write it down."""

import platform
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.scoring import page, plots, quality, sets, speed
from benchmarks.scoring.contenders import CONTENDERS
from benchmarks.scoring.page import Measured
from benchmarks.scoring.quality import Outcome

_IMAGES = Path(__file__).parents[2] / "docs" / "images"
_LARGE = 10_000
"""Rows above which the folds of one split say enough: more would take hours."""
_LIBRARIES = ("optbinning", "toad", "scikit-learn", "lightgbm", "numpy", "pandas")


def keep(results: Path, data: Path | None, only: Sequence[str], *, quick: bool) -> None:
    """Measure, and write `scoring.json` and `scoring.md`, anew after each result.

    With `only` some contenders, `speed` or `plots` are made again; the rest stands as it was
    measured, for the folds are always the same.
    """
    warnings.simplefilter("ignore")  # the peers' own: of numpy, pandas and each other
    results.mkdir(parents=True, exist_ok=True)
    before = results / "scoring.json"
    measured = page.read(before.read_text("utf-8")) if only and before.exists() else Measured()
    for one in _judged(data, only, quick=quick):
        measured = measured.with_outcome(one)
        _write(measured, results)
    if not only or "speed" in only:
        measured = replace(measured, speed=speed.measure(5_000 if quick else 100_000))
    print(_write(measured, results))
    if not quick and (not only or "plots" in only):
        plots.draw(measured, _IMAGES)


def _write(measured: Measured, results: Path) -> str:
    versions = [f"{name} {version(name)}" for name in _LIBRARIES]
    dated = replace(
        measured,
        measured_on=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        libraries=", ".join([f"Python {platform.python_version()}", *versions]),
    )
    (results / "scoring.json").write_text(dated.to_json() + "\n", encoding="utf-8")
    markdown = dated.to_markdown()
    (results / "scoring.md").write_text(markdown, encoding="utf-8")
    return markdown


def _judged(data: Path | None, only: Sequence[str], *, quick: bool) -> Iterator[Outcome]:
    contenders = [one for one in CONTENDERS if not only or one.name in only]
    if not contenders:
        return
    given = [sets.known(2_000 if quick else 10_000), *(sets.real(data) if data else ())]
    for one in given:
        repeats = 1 if quick or len(one.bad) > _LARGE else 3
        yield from quality.measure(one, contenders, repeats)
