"""Take out what a card can be trained on: what cards read, and what came of it; nobody is named.

A card trained on this file fits our form as it is: the columns are the declared inputs of cards,
the target is `bad`, and the dictionary groups them as the reasons that we have words for. What may
decide only with a written reason is marked protected there: what stands for it is found.
"""

import csv
import io
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.core.access import Actor, Permission
from app.core.dated import day_of
from app.core.errors import NotAllowed
from app.deps import Deps
from app.steps import audit
from app.steps.champions import deciding_book
from app.steps.person_key import sealer_of
from app.store import deciding, outcomes, training
from app.store.session import Transaction
from app.store.training import Known
from scoring.assess import REASONED, Dossier, RuleBook, card_inputs

_BATCH = 500
_LEAST_WORDS = 4
_NEEDED = {"answers", "sensitive"}
_RISKIER = {"rises": -1, "falls": 1, "free": 0}
"""A card's sign goes with its points, a dictionary's with the risk."""
TARGET = "bad"


@dataclass(frozen=True, slots=True)
class Taken:
    """The file, how many rows and bads it holds, and the dictionary to train with."""

    csv: str
    rows: int
    bads: int
    dictionary: Mapping[str, Any]


def take(deps: Deps, actor: Actor, kind: str, *, reason: str) -> Taken:
    """Write the matured applications of a kind, in an order that says nothing; recorded."""
    actor.require(Permission.KEEP_MODELS)
    if len(reason.strip()) < _LEAST_WORDS:
        raise NotAllowed("It needs a reason.", why="reason_missing")
    with deps.sessions.begin() as session:
        book = deciding_book(deps, session)
        card = book.cards["firm" if kind == "firm" else "person"]
        names = sorted({*card.inputs, *REASONED})
        rows = sorted(_rows(deps, session, book, kind, names))
        act = audit.Act("training_data_taken", "model", kind, reason.strip())
        audit.record(deps, session, actor, act)
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow([*names, TARGET])
    writer.writerows(rows)
    fields = {
        field.name: {
            "kind": card.inputs[field.name],
            "sign": _RISKIER[field.sign] if card.inputs[field.name] == "number" else 0,
            "group": field.group,
            "why": field.why,
        }
        for field in card.data.fields
    }
    for name in {*REASONED} - {*fields}:
        fields[name] = {"kind": "choice", "protected": True}
    bads = sum(row[-1] == "1" for row in rows)
    dictionary = {"applicants": kind, "fields": fields}
    return Taken(written.getvalue(), len(rows), bads, dictionary)


def _rows(
    deps: Deps, session: Transaction, book: RuleBook, kind: str, names: list[str]
) -> Iterator[list[str]]:
    counts = outcomes.counts(book.maturity.window_months, day_of(deps.clock.now()))
    after: uuid.UUID | None = None
    while True:
        batch = training.list_known(session, kind, counts, after, _BATCH)
        consents = deciding.live_consents(session, [one.person.id for one in batch])
        for one in batch:
            if set(consents[one.person.id]) >= _NEEDED:
                yield [*_inputs(deps, book, one, names), "1" if one.outcome == "bad" else "0"]
        if len(batch) < _BATCH:
            return
        after = batch[-1].decision.id


def _inputs(deps: Deps, book: RuleBook, one: Known, names: list[str]) -> list[str]:
    """Read what the card would, out of what was decided on; an answer not given stays empty."""
    sealer = sealer_of(deps, one.person)
    facts = Dossier.from_json(sealer.open_text(bytes(one.decision.dossier_sealed))).facts
    inputs = card_inputs(facts, book)
    return ["" if inputs[name] is None else str(inputs[name]) for name in names]
