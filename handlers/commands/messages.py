"""`flask messages`: what is owed to people because nothing could carry it."""

import click

from app.core.clock import SHANGHAI
from app.services import delivery
from handlers.bag import bag
from handlers.commands.desk import Desk

messages = Desk("messages", help="Messages that did not reach their person.")


@messages.command("owed")
def list_owed() -> None:
    """List what opens the reply to a person's next message, and why it could not be sent."""
    for row in delivery.list_owed(bag()):
        since = row.since.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        click.echo(f"{since}  {row.state}  {row.reason}  {row.copy_key}  person {row.person_id}")
