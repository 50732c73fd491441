"""`flask inbox`: what people left for the staff."""

import click

from app.core.clock import SHANGHAI
from app.services import inbox as notes
from handlers.bag import bag
from handlers.commands.desk import Desk, acting

inbox = Desk("inbox", help="What people left for the staff.")

_WAYS = {
    "now": "The answer goes out now.",
    "later": "The answer goes out when hours allow.",
    "held": "Sending is stopped; the answer goes out when that is lifted.",
    "next_contact": "Nothing carries it now; it opens the reply to the person's next message.",
}


@inbox.command("list")
def list_notes() -> None:
    """List open notes, distress and complaints first."""
    for note in notes.list_notes(bag()):
        left, due = (
            moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
            for moment in (note.left_at, note.due_at)
        )
        click.echo(f"{note.id}  {note.kind}  {note.who}  left {left}  due {due}")
        for line in note.words.splitlines():
            # A person's words must not be able to steer a terminal.
            click.echo("    " + "".join(sign for sign in line if sign.isprintable()))


@inbox.command("answer")
@click.argument("note_id", type=int)
@click.argument("words", nargs=-1, required=True)
@click.option("--by", required=True, help="Who answers.")
def answer(note_id: int, words: tuple[str, ...], by: str) -> None:
    """Answer a note and close it."""
    way = notes.answer_note(bag(), acting(by), note_id, words=" ".join(words))
    click.echo(_WAYS[way])
