"""`flask operators`: who may sign in to the console."""

import click

from app.core.access import Role, system_actor
from app.core.clock import SHANGHAI
from app.services import operators as accounts
from handlers.bag import bag
from handlers.commands.desk import Desk

operators = Desk("operators", help="Who may sign in to the console.")

_SHELL = system_actor("terminal")
"""Whoever can run commands here holds the keys of the installation already."""


@operators.command("add")
@click.argument("name")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice([role.value for role in Role]),
    help="What for; may be given more than once. An auditor holds no other role.",
)
@click.option("--marketing-authorised", is_flag=True, help="May write and approve marketing.")
def add(name: str, roles: tuple[str, ...], marketing_authorised: bool) -> None:
    """Add an operator and print the one-time password."""
    password = accounts.add(
        bag(), _SHELL, name, [Role(role) for role in roles], may_market=marketing_authorised
    )
    click.echo(password)


@operators.command("link")
@click.argument("name")
@click.option("--openid", default=None, help="Their own WeChat account; left out, none is.")
def link(name: str, openid: str | None) -> None:
    """Say which WeChat account is an operator's own: tests of campaigns go there."""
    accounts.link(bag(), _SHELL, name, openid)
    click.echo("Linked." if openid else "Not linked any more.")


@operators.command("list")
def list_operators() -> None:
    """List everybody who may sign in."""
    for one in accounts.list_accounts(bag(), _SHELL):
        seen = "never"
        if one.last_seen_at is not None:
            seen = one.last_seen_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        state = "open" if one.is_active else "closed"
        linked = "  gets tests" if one.is_linked else ""
        market = "  marketing-authorised" if one.is_marketing_authorised else ""
        click.echo(f"{one.name}  {','.join(one.roles)}  {state}  last seen {seen}{market}{linked}")
