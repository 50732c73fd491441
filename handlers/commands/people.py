"""`flask people` and `flask keys`: who follows, who wants to be forgotten, under which key."""

import uuid

import click

from app.services import followers, privacy
from app.services import keys as ring
from handlers.bag import bag
from handlers.commands.desk import Desk

people = Desk("people", help="Who follows, and who wants to be forgotten.")
keys = Desk("keys", help="The keys under which personal data is sealed.")

_RESTS = {
    "none": "Everybody is known.",
    "job": "A job goes on with the rest.",
    "unnamed": "The platform names our account in its first delivery; nobody can be taken in yet.",
}


@people.command("import")
def import_followers() -> None:
    """Take in silently whoever followed before we existed; a job goes on if there are many."""
    imported = followers.import_followers(bag())
    click.echo(f"New: {imported.people}. {_RESTS[imported.rest]}")


@people.command("erase")
@click.argument("person_id", type=click.UUID)
def erase(person_id: uuid.UUID) -> None:
    """Erase a person by our own id; an open review or complaint is answered first."""
    if privacy.erase_person(bag(), person_id):
        click.echo("Erased.")
    else:
        click.echo("Restricted: an open review or complaint is answered first, then it is erased.")


@keys.command("rotate")
def rotate() -> None:
    """Wrap every person's key by the first key of DATA_KEYS."""
    click.echo(f"Wrapped anew: {ring.rotate_keys(bag())}")
