"""`flask decisions`: why something was decided, and whether it would be again."""

import json
import sys
import uuid

import click

from app.services import decisions as made
from handlers.bag import bag
from handlers.commands.desk import Desk

decisions = Desk("decisions", help="Why something was decided, and whether it would be again.")


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
