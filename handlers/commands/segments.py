"""`flask segments`: how many people a question means, and the questions that are kept."""

import json

import click

from app.audience.protections import PURPOSES
from app.core.access import system_actor
from app.services import segments as use_cases
from handlers.bag import bag
from handlers.commands.desk import Desk

segments = Desk("segments", help="Questions about people: count them, list those that are kept.")

_SHELL = system_actor("terminal")


@segments.command("count")
@click.argument("query")
@click.option(
    "--for", "purpose", type=click.Choice(PURPOSES), default="service", show_default=True,
    help="What the audience is for; marketing leaves out whom the law protects.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def count(query: str, purpose: str, as_json: bool) -> None:
    """Count whom QUERY means, and by reason whom marketing may not reach."""
    figures = use_cases.count(bag(), _SHELL, query, purpose)
    if as_json:
        told = {"people": figures.people, "kept_out": dict(figures.kept_out)}
        click.echo(json.dumps(told))
        return
    click.echo(f"{figures.people:,} people  ({figures.seconds:.2f} s)")
    for reason, number in figures.kept_out.items():
        click.echo(f"{number:>12,}  kept out: {reason.replace('_', ' ')}")


@segments.command("list")
def list_segments() -> None:
    """List the segments that are kept, the latest saved first."""
    for one in use_cases.list_segments(bag(), _SHELL):
        click.echo(
            f"{one.id}  {one.name}  {one.purpose}  version {one.version}"
            f"  {one.people:,} people when saved  {one.query}"
        )
