"""`flask account`: open the account for sending, or limit it to guests."""

import click

from app.core.access import system_actor
from app.services import sending_mode
from handlers.bag import bag
from handlers.commands.desk import Desk

account = Desk("account", help="Whether everybody receives what is pushed, or only guests.")

_SHELL = system_actor("terminal")


@account.command("open")
def open_account() -> None:
    """Let everybody receive what the rules allow."""
    sending_mode.open_account(bag(), _SHELL)
    click.echo("Open.")


@account.command("trial")
@click.option(
    "--guest", "guests", multiple=True, required=True, metavar="OPENID",
    help="Who receives all the same; may be given more than once.",
)  # fmt: skip
@click.argument("more", nargs=-1, metavar="[OPENID]...")
def trial(guests: tuple[str, ...], more: tuple[str, ...]) -> None:
    """Let only guests receive what is pushed: `--guest A B`, or `--guest A --guest B`."""
    number = sending_mode.limit_to(bag(), _SHELL, [*guests, *more])
    click.echo(f"Trial: {number} guest{'' if number == 1 else 's'}.")
