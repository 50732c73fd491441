"""`flask stops`: stop everything that goes out, or one class of messages, and let it go on."""

import click

from app.core.clock import SHANGHAI
from app.queries import stops as pages
from app.services import stops as switch
from handlers.bag import bag
from handlers.commands.desk import Desk, acting

stops = Desk("stops", help="The switch that holds back what goes out.")

_CLASS = click.argument("klass", metavar="CLASS", type=click.Choice(switch.STOPPABLE))
_BY = click.option("--by", required=True, help="Who decides it.")
_REASON = click.option("--reason", required=True, help="Why; everybody reads it.")


@stops.command("set")
@_CLASS
@_BY
@_REASON
def set_stop(klass: str, by: str, reason: str) -> None:
    """Hold back a class of messages, or `all`, from the next message on."""
    is_new = switch.stop(bag(), acting(by), klass, reason)
    click.echo("Stopped." if is_new else "It was stopped already.")


@stops.command("lift")
@_CLASS
@_BY
@_REASON
def lift(klass: str, by: str, reason: str) -> None:
    """Let it go on; what was held and has not expired is delivered now, once."""
    switch.lift(bag(), acting(by), klass, reason)
    click.echo("Lifted.")


@stops.command("list")
def list_stops() -> None:
    """List what is stopped now."""
    for one in pages.standing(bag()):
        since = one.since.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        click.echo(f"{one.klass}  since {since}  by {one.by}  {one.reason}")
