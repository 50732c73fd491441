"""`flask content`: what is said now, and how to take it back when the console is out of reach."""

import click

from app.core.errors import NotFound
from app.queries import contents as pages
from app.services import contents
from handlers.bag import bag
from handlers.commands.desk import Desk, acting

content = Desk("content", help="What operators have edited: greeting, keywords, answers, menu.")

_KIND = click.Choice(contents.KINDS)
_BY = click.option("--by", required=True, help="Who acts.")


@content.command("list")
@_BY
def list_kinds(by: str) -> None:
    """List every kind: the version that holds, and the draft."""
    for card in pages.overview(bag(), acting(by)):
        held, draft = card.holding, card.draft
        push = f", menu {held.push_state}" if held.push_state else ""
        click.echo(f"{card.kind}: version {held.number} by {held.by}{push}")
        if draft is not None:
            click.echo(f"  version {draft.number}, {draft.state}, by {draft.made_by}")


@content.command("release")
@click.argument("kind", type=_KIND)
@_BY
@click.option("--reason", default="", help="For the audit log.")
def release(kind: str, by: str, reason: str) -> None:
    """Release the version that was handed in; whoever made it cannot."""
    actor = acting(by)
    draft = pages.editor(bag(), actor, kind).draft
    if draft is None:
        raise NotFound(f"Nothing of {kind} waits to be released.")
    contents.release(bag(), actor, kind, draft.id, reason)
    click.echo(f"Version {draft.number} holds from the next message on.")


@content.command("rollback")
@click.argument("kind", type=_KIND)
@_BY
@click.option("--reason", required=True, help="For the audit log.")
def rollback(kind: str, by: str, reason: str) -> None:
    """Release the former version again, at once."""
    actor = acting(by)
    page = pages.editor(bag(), actor, kind)
    if page.former is None or page.holding.release_id is None:
        raise NotFound(f"There is no former version of {kind}.")
    number = contents.roll_back(
        bag(), actor, kind, release_id=page.holding.release_id, version_id=page.former.id,
        reason=reason,
    )  # fmt: skip
    click.echo(f"Version {number} holds again from the next message on.")
