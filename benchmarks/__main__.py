"""Measure webhook and card beside their peers, the way to the quota, and pages on a crowd."""

import argparse
import json
import os
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import broadcasts, contest, crowd, installation, load, processes, telling, turn
from benchmarks.broadcast_page import Broadcasts, broadcast_page
from benchmarks.effort import FULL, QUICK, Effort
from benchmarks.report import Report, crowd_page

RESULTS = Path(__file__).with_name("results")


def measure(effort: Effort) -> Report:
    """Start an installation, measure everything, stop it."""
    with (
        tempfile.TemporaryDirectory(prefix="prequal-bench-") as name,
        installation.running() as one,
    ):
        folder = Path(name)
        tellings = telling.tell(one, effort.telling_seconds)
        memory = processes.memory_of(one.folder)
        runs = contest.Contest(one, effort, folder).hold()
        with (folder / "turn.log").open("w") as log:
            anatomy = turn.dissect(one, effort.profiled_people, log)
    crowded = crowd.look(effort.crowd)
    return Report(
        measured_on=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        generator=load.generator(),
        processors=len(os.sched_getaffinity(0)),
        rounds=effort.rounds,
        seconds=effort.seconds,
        runs=runs,
        anatomy=anatomy,
        memory=memory,
        tellings=tellings,
        crowded=crowded,
        broadcasts=broadcasts.measure(effort.recipients, effort.crowd),
    )


def look(effort: Effort) -> str:
    """Measure the console's pages alone."""
    return crowd_page(crowd.look(effort.crowd))


def main() -> None:
    """Measure as asked and write the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="see that it works, in a minute")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the files go")
    parser.add_argument("--pages", action="store_true", help="only what operators look at")
    parser.add_argument("--campaigns", action="store_true", help="only what sends campaigns")
    parser.add_argument("--scoring", action="store_true", help="only the card beside its peers")
    parser.add_argument("--data", type=Path, help="a folder of real sets for scoring")
    parser.add_argument(
        "--only",
        nargs="+",
        default=(),
        help="with --scoring: contenders, speed or plots, once more",
    )
    asked = parser.parse_args()
    effort = QUICK if asked.quick else FULL
    if asked.pages:
        print(look(effort))
        return
    if asked.campaigns:
        _keep_campaigns(broadcasts.measure(effort.recipients, effort.crowd), asked.results)
        return
    if not asked.scoring:
        _keep_all(measure(effort), asked.results)
    # Only this needs the libraries of the peers.
    from benchmarks.scoring import run  # noqa: PLC0415

    run.keep(asked.results, asked.data, asked.only, quick=asked.quick)


def _keep_all(report: Report, folder: Path) -> None:
    """Write what was measured of the installation."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "latest.json").write_text(report.to_json() + "\n", encoding="utf-8")
    (folder / "latest.md").write_text(report.to_markdown(), encoding="utf-8")
    print(report.to_markdown())


def _keep_campaigns(measured: Broadcasts, folder: Path) -> None:
    """Write what was measured of campaigns alone, beside the rest."""
    folder.mkdir(parents=True, exist_ok=True)
    told = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    page = f"# Latest figures of campaigns\n\nMeasured {told}.\n\n{broadcast_page(measured)}\n"
    (folder / "campaigns.json").write_text(json.dumps(asdict(measured), indent=1) + "\n", "utf-8")
    (folder / "campaigns.md").write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
