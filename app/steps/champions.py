"""Put the published cards into the rules that decide; the shipped ones are the day-one champions.

Asked within the transaction that decides: a card published a moment ago decides there, in every
process, and the dossier says so. A card is parsed once a process, when its hash is first seen.
"""

from dataclasses import replace

from app.core.errors import NotFound
from app.deps import Deps
from app.store import models
from app.store.models import Model
from app.store.session import Transaction
from scoring.assess import RuleBook
from scoring.types import Kind, Source

KINDS: tuple[Kind, ...] = ("person", "firm")


def deciding_book(deps: Deps, session: Transaction) -> RuleBook:
    """Return the rules that decide now; one small statement."""
    shipped = deps.rulebook()
    published = models.champions(session)
    if not published:
        return shipped

    def read() -> RuleBook:
        book = shipped
        for kind in KINDS:
            if kind in published:
                book = book.with_card(kind, _text(session, published[kind]))
        return book

    return deps.champions.at(tuple(sorted(published.items())), read)


def book_of(deps: Deps, session: Transaction, kind: Kind, card: Source) -> RuleBook:
    """Return the rules with the card that decided; raise `NotFound` where nobody has it."""
    shipped = deps.rulebook()
    recorded = shipped.as_recorded(kind, replace(shipped.sources[kind], card=card))
    if recorded.sources[kind].card == card:
        return recorded
    return shipped.with_card(kind, _text(session, card.sha256))


def challenging_book(deps: Deps, session: Transaction, model: Model) -> RuleBook:
    """Return the rules that decide now, with a model in the champion's place; for the shadow."""
    kind: Kind = "firm" if model.kind == "firm" else "person"
    book = deciding_book(deps, session)
    if model.form == "trees":
        return book.with_challenger(kind, model.text)
    return book.with_card(kind, model.text)


def _text(session: Transaction, sha256: str) -> str:
    text = models.text_of(session, sha256)
    if text is None:
        raise NotFound(f"No card {sha256[:12]} in the registry.")
    return text
