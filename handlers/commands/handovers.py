"""`flask handovers`: people who want to go on to an application."""

import csv
import sys
from functools import partial
from pathlib import Path

import click

from app.core.errors import NotAllowed
from app.services import handovers as waiting
from handlers.bag import bag
from handlers.commands.desk import Desk

handovers = Desk("handovers", help="People who want to go on to an application.")


@handovers.command("list")
def list_handovers() -> None:
    """List who waits to be handed over, the most urgent first."""
    writer = csv.writer(sys.stdout, delimiter="\t")
    writer.writerow(waiting.COLUMNS)
    writer.writerows(line.cells() for line in waiting.list_handovers(bag()))


@handovers.command("export")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A CSV file to make.")
def export(out: Path | None) -> None:
    """Write who waits as CSV and mark them as handed over."""
    write = partial(click.echo, nl=False) if out is None else partial(_write, out)
    count = waiting.export_handovers(bag(), write)
    click.echo(f"Handed over: {count}", err=True)


def _write(path: Path, text: str) -> None:
    try:
        # Personal data: nobody else on this machine reads it. The mark makes Excel see UTF-8.
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(text, encoding="utf-8-sig", newline="")
    except FileExistsError:
        raise NotAllowed(f"{path} exists already.") from None
    except OSError as error:
        raise NotAllowed(f"{path} cannot be written: {error.strerror}.") from None
