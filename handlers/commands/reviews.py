"""`flask reviews`: cases that wait for a person's decision."""

import click

from app.core.clock import SHANGHAI
from app.core.errors import NotAllowed
from app.services import decisions, verdicts
from app.services import reviews as desk
from app.services.verdicts import Verdicted
from handlers.bag import bag
from handlers.commands.desk import Desk, acting

reviews = Desk("reviews", help="Cases that wait for a person's decision.")

_FEN = 100
_BY = click.option("--by", required=True, help="Who decides.")


@reviews.command("list")
def list_reviews() -> None:
    """List open cases, the most urgent first."""
    for case in decisions.list_reviews(bag()):
        due = case.due_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        reasons = ", ".join(case.reasons)
        click.echo(f"{case.id}  {case.kind}  due {due}  enquiry {case.enquiry_id}  {reasons}")


@reviews.command("next")
@_BY
def take_next(by: str) -> None:
    """Take the most urgent case that nobody works on, and print its id."""
    case = desk.take_next(bag(), acting(by))
    click.echo(case if case is not None else "Nothing waits.")


@reviews.command("decide")
@click.argument("review_id", type=int)
@_BY
@click.option("--approve", "yuan", type=click.IntRange(min=1), help="Approve this many yuan.")
@click.option("--decline", is_flag=True, help="Decline.")
@click.option("--reason", default="in_words", help="A code of app/reviewing/rules.json.")
@click.option("--note", default="", help="Why; kept sealed, never told to the person.")
def decide(
    review_id: int, by: str, yuan: int | None, decline: bool, reason: str, note: str
) -> None:
    """Take a case and decide it; the person is told, or a second person is asked first."""
    if (yuan is None) != decline:
        raise NotAllowed("Say either --approve YUAN or --decline.")
    actor = acting(by)
    approved_fen = yuan * _FEN if yuan is not None else None
    desk.take(bag(), actor, review_id)
    wanted = Verdicted(approved_fen, reason=reason, note=note)
    decided = verdicts.decide_review(bag(), actor, review_id, wanted)
    if decided.waits_for_second:
        click.echo("Past the policy: it waits for a second person (flask reviews release).")
    else:
        click.echo(f"Decided: {decided.decision_id or 'all stays as it was'}")


@reviews.command("release")
@click.argument("review_id", type=int)
@click.option("--by", required=True, help="Who releases; not whoever asked.")
@click.option("--refuse", "why", default="", help="Send the case back, and say why.")
def release(review_id: int, by: str, why: str) -> None:
    """Release a decision past the policy, or send it back."""
    decided = verdicts.answer_release(bag(), acting(by), review_id, approve=not why, words=why)
    click.echo(f"Decided: {decided.decision_id}" if not why else "Sent back.")
