"""`flask reviews`: cases that wait for a person's decision."""

import click

from app.core.clock import SHANGHAI
from app.core.errors import NotAllowed
from app.services import decisions
from handlers.bag import bag
from handlers.commands.desk import Desk

reviews = Desk("reviews", help="Cases that wait for a person's decision.")

_FEN = 100


@reviews.command("list")
def list_reviews() -> None:
    """List open cases, the most urgent first."""
    for case in decisions.list_reviews(bag()):
        due = case.due_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        reasons = ", ".join(case.reasons)
        click.echo(f"{case.id}  {case.kind}  due {due}  enquiry {case.enquiry_id}  {reasons}")


@reviews.command("decide")
@click.argument("review_id", type=int)
@click.option("--by", required=True, help="Who decides.")
@click.option("--approve", "yuan", type=click.IntRange(min=1), help="Approve this many yuan.")
@click.option("--decline", is_flag=True, help="Decline.")
@click.option("--note", default="", help="Why; kept sealed, never told to the person.")
def decide(review_id: int, by: str, yuan: int | None, decline: bool, note: str) -> None:
    """Decide a case; the person is told."""
    if (yuan is None) != decline:
        raise NotAllowed("Say either --approve YUAN or --decline.")
    approved_fen = yuan * _FEN if yuan is not None else None
    try:
        decision = decisions.decide_review(
            bag(), review_id, by=by, approved_fen=approved_fen, note=note
        )
    except ValueError as beyond:
        # Law or product stand against the amount; the sentence names which.
        raise NotAllowed(f"This is {beyond}.") from None
    click.echo(f"Decided: {decision}")
