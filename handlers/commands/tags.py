"""`flask tags`: which tags there are and who holds them; set them all anew."""

import click

from app.core.access import system_actor
from app.queries import tag_pages
from app.services import tagging
from handlers.bag import bag
from handlers.commands.desk import Desk

tags = Desk("tags", help="The tags: what there is, who holds it, and setting them anew.")


@tags.command("list")
def list_tags() -> None:
    """List every tag by family, with how many held it when they were last counted."""
    page = tag_pages.tree_page(bag(), system_actor("flask tags list"))
    for family in page.families:
        click.echo(f"{family.key}  {family.name}")
        for line in family.lines:
            if line.tag is not None:
                held = "-" if line.holders is None else line.holders
                overdue = "  review overdue" if line.is_overdue else ""
                click.echo(f"  {line.key}  {line.name}  {held}{overdue}")


@tags.command("evaluate")
def evaluate() -> None:
    """Look at everybody now, as every night; a run that is cut short goes on with the next."""
    done = tagging.evaluate_everybody(bag(), now_please=True)
    rest = "" if done.is_whole else " A job goes on with the rest."
    click.echo(f"Set: {done.added}, ended: {done.ended}.{rest}")
