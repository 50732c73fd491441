"""`flask complaints` and `flask rights`: what waits by the clocks of complaints and of the law."""

from datetime import datetime

import click

from app.core.clock import SHANGHAI
from app.services import complaints as cases
from app.services import rights as requests
from handlers.bag import bag
from handlers.commands.desk import Desk

complaints = Desk("complaints", help="Complaints and their clocks.")
rights = Desk("rights", help="Requests under the law on personal information.")


@complaints.command("list")
def list_complaints() -> None:
    """List open complaints, the most urgent first."""
    for case in cases.list_open(bag()):
        first = f"first answer due {_day(case.first_due_at)}  " if case.first_due_at else ""
        due = f"{first}due {_day(case.final_due_at)}"
        click.echo(f"{case.number}  {case.state}  by {case.source}  {case.who}  {due}")


@rights.command("list")
def list_requests() -> None:
    """List open requests, the most urgent first."""
    for asked in requests.list_open(bag()):
        who = f"{asked.who} ({asked.identity})"
        due = _day(asked.due_at)
        click.echo(f"{asked.number}  {asked.kind}  by {asked.source}  {who}  due {due}")


def _day(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
