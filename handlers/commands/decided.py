"""`flask decisions`: why something was decided, and whether it would be again."""

import json
import sys
import uuid

import click

from app.services import decisions as made
from handlers.bag import bag
from handlers.commands.desk import Desk

decisions = Desk("decisions", help="Why something was decided, and whether it would be again.")


@decisions.command("list")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, help="How many, at most.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_decisions(limit: int, as_json: bool) -> None:
    """List the latest decisions of the machine, with the card that made each."""
    lines = made.list_decisions(bag(), limit)
    if as_json:
        click.echo(json.dumps(lines, ensure_ascii=False, indent=2))
        return
    for one in lines:
        what = f"{one['outcome']} {one['tier']}"
        click.echo(f"{one['decision']}  {one['decided_at']}  {what:<18} {one['card']}")


@decisions.command("show")
@click.argument("decision_id", type=click.UUID)
def show(decision_id: uuid.UUID) -> None:
    """Print the dossier of a decision."""
    dossier = made.show_decision(bag(), decision_id)
    click.echo(json.dumps(dossier, ensure_ascii=False, indent=2, default=str))


@decisions.command("replay")
@click.argument("decision_id", type=click.UUID)
def replay(decision_id: uuid.UUID) -> None:
    """Compute a decision again from what is stored; status 1 when it comes out different."""
    if made.replay_decision(bag(), decision_id):
        click.echo("identical")
        return
    click.echo("different")
    sys.exit(1)
