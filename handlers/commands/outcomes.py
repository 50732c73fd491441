"""`flask outcomes`: what became of the loans, by file; `flask scoring`: how the cards do."""

from pathlib import Path

import click

from app.services import monitoring
from app.services import outcomes as files
from app.services.outcomes import Handed
from handlers.bag import bag
from handlers.commands.desk import Desk, acting
from handlers.console.words import words

outcomes = Desk("outcomes", help="What became of the loans, as the lender tells it by file.")
scoring = Desk("scoring", help="How the cards do.")


@outcomes.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", required=True, help="The operator who hands it in.")
@click.option("--dry-run", is_flag=True, help="Only say what it would do.")
@click.option("--all-or-nothing", is_flag=True, help="One bad line keeps all of them out.")
@click.option("--reason", default="", help="Where it comes from; goes into the audit log.")
@click.pass_context
def take_in(
    context: click.Context, file: Path, by: str, dry_run: bool, all_or_nothing: bool, reason: str
) -> None:
    """Take in FILE (CSV, XLSX or Parquet); status 1 when a line, or all of it, is not usable.

    Columns: reference (a hand-over's number, or the id of a decision or enquiry), outcome (good,
    bad, indeterminate), observed_on; and if known days_past_due, lent_yuan, owed_yuan.
    """
    handed = Handed(file.name, file.read_bytes(), reason, all_or_nothing)
    row = files.import_now(bag(), acting(by), handed, dry=dry_run)
    said = words("outcomes")
    if row.problem:
        raise click.ClickException(said["file_problems"][row.problem])
    for number, field, problem in row.problems:
        click.echo(f"{number}: {said['fields'][field]}: {said['line_problems'][problem]}", err=True)
    if row.rows_bad > len(row.problems):
        click.echo(f"… and {row.rows_bad - len(row.problems)} more.", err=True)
    done = "Written" if row.state == "applied" else "Nothing written; it would be"
    click.echo(
        f"{done}: {row.rows_new} new, {row.rows_changed} corrected, {row.rows_same} known already,"
        f" {row.rows_bad} bad of {row.rows_total}. Too young to count: {row.rows_young}."
    )
    if row.rows_bad:
        context.exit(1)


@scoring.command("monitor")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
def monitor(out: Path) -> None:
    """Write a page of plots and monitor.json about every card that decided, into a folder."""
    alerts = monitoring.write_report(bag(), out)
    click.echo(f"{out / 'index.html'}  alerts: {alerts}")
