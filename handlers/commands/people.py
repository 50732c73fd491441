"""`flask people` and `flask keys`: who follows, what may be done with one, under which key."""

import uuid
from datetime import datetime

import click

from app.core.clock import SHANGHAI
from app.core.errors import NotAllowed
from app.queries import conversations, people_pages, reachability
from app.services import followers, privacy
from app.services import keys as ring
from app.services import people as staff
from handlers.bag import bag
from handlers.commands.desk import Desk, acting

people = Desk("people", help="Who follows, and what may be done with one of them.")
keys = Desk("keys", help="The keys under which personal data is sealed.")

_RESTS = {
    "none": "Everybody is known.",
    "job": "A job goes on with the rest.",
    "unnamed": "The platform names our account in its first delivery; nobody can be taken in yet.",
}
_BY = click.option("--by", required=True, help="Who acts.")


@people.command("import")
def import_followers() -> None:
    """Take in silently whoever followed before we existed; a job goes on if there are many."""
    imported = followers.import_followers(bag())
    click.echo(f"New: {imported.people}. {_RESTS[imported.rest]}")


@people.command("show")
@click.argument("person_id", type=click.UUID)
@_BY
@click.option("--last", default=10, type=click.IntRange(0, 40), help="How much of the talk.")
def show(person_id: uuid.UUID, by: str, last: int) -> None:
    """Print what the console's page says of a person, masked."""
    actor = acting(by)
    header = people_pages.header_of(bag(), actor, person_id)
    card = reachability.card_of(bag(), actor, person_id)
    row = header.row
    click.echo(f"{header.openid or 'erased'}  {row.state}  {row.stage}  {row.tier or 'no tier'}")
    click.echo(f"first {row.first_channel or '-'}, latest {row.latest_channel or '-'},")
    click.echo(f"seen {_at(row.last_seen_at)}, on hold: {row.on_hold or 'no'}")
    left = f"{card.window.left} until {_at(card.window.until)}" if card.window else "closed"
    click.echo(f"window: {left}")
    for way in card.ways:
        when = f" at {_at(way.at)}" if way.at else ""
        click.echo(f"  {way.klass}: {way.verdict}{when} {way.channel or way.because}")
    page = conversations.conversation_of(bag(), actor, person_id)
    for bubble in page.bubbles[-last:] if last else ():
        said = bubble.words.replace("\n", " / ") or bubble.kind or bubble.copy_key
        click.echo(f"{_at(bubble.at)}  {bubble.side}: {said}")


@people.command("hold")
@click.argument("person_id", type=click.UUID)
@_BY
@click.option("--why", type=click.Choice([staff.PAUSE, *staff.STOPS]), default=staff.PAUSE)
@click.option("--release", is_flag=True, help="Let messages go again instead.")
@click.option("--reason", required=True, help="For the audit log; no personal data.")
def hold(person_id: uuid.UUID, by: str, why: str, release: bool, reason: str) -> None:
    """Hold back marketing, reminders and collection, or let them go again."""
    if release:
        staff.release(bag(), acting(by), person_id, reason=reason)
        click.echo("Released.")
    else:
        staff.hold(bag(), acting(by), person_id, why=why, reason=reason)
        click.echo(f"On hold: {why}.")


@people.command("erase")
@click.argument("person_id", type=click.UUID)
@click.option("--by", help="Who acts; production asks for it.")
@click.option("--reason", default="", help="For the audit log; no personal data.")
def erase(person_id: uuid.UUID, by: str | None, reason: str) -> None:
    """Erase a person by our own id; an open review or complaint is answered first."""
    if by is None and bag().settings.environment != "local":
        raise NotAllowed("Say with --by who acts.")
    actor = acting(by) if by is not None else None
    if privacy.erase_person(bag(), person_id, actor=actor, reason=reason):
        click.echo("Erased.")
    else:
        click.echo("Restricted: an open review or complaint is answered first, then it is erased.")


@keys.command("rotate")
def rotate() -> None:
    """Wrap every person's key by the first key of DATA_KEYS."""
    click.echo(f"Wrapped anew: {ring.rotate_keys(bag())}")


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%m-%d %H:%M}"
