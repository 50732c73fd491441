"""Let models in the shadow score what was just decided: after the answer, beside it, unheard.

The same facts never get two prices (P-30): nothing here writes a decision or a message, and nothing
that decides reads what is written here.
"""

from datetime import timedelta
from typing import Any

from app.core.jobs import JobName
from app.core.log import get_logger
from app.deps import Deps
from app.steps.champions import challenging_book
from app.steps.person_key import sealer_of
from app.store import models as store
from app.store import outbox, shadow_scores
from app.store.enquiries import Decision
from app.store.models import Model
from app.store.people import Person
from scoring.assess import Dossier, RuleBook, assess

_BATCH = 50
_LOOK_BACK = timedelta(days=1)
"""What a crash or a pause left unscored is found for so long."""

log = get_logger()


def score_along(deps: Deps) -> int:
    """Score a batch of fresh decisions by every model in the shadow; return how many scores."""
    with deps.sessions() as session:
        waiting = [model.id for model in store.shadows(session)]
    return sum(_score_along(deps, model_id) for model_id in waiting)


def _score_along(deps: Deps, model_id: int) -> int:
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        model = store.get(session, model_id)
        since = max(model.shadow_from or now, now - _LOOK_BACK)
        fresh = shadow_scores.list_unscored(session, model, since, _BATCH)
        if not fresh:
            return 0
        book = challenging_book(deps, session, model)
        rows = [_row(deps, model, book, decision, person) for decision, person in fresh]
        shadow_scores.add(session, rows)
        if len(fresh) == _BATCH:
            outbox.add(session, JobName.SCORE_DUE.value, "shadow", now)
    return len(rows)


def _row(
    deps: Deps, model: Model, book: RuleBook, decision: Decision, person: Person
) -> dict[str, Any]:
    """Judge the same facts by the same policy with the other model."""
    stored = Dossier.from_json(sealer_of(deps, person).open_text(bytes(decision.dossier_sealed)))
    said = assess(stored.facts, stored.circumstances, book)
    offer, score = said.offer or said.proposal, said.score
    return {
        "decision_id": decision.id,
        "model_id": model.id,
        "outcome": said.outcome,
        "tier": said.tier,
        "high_fen": offer.high_fen if offer else 0,
        "total": score.total if score else None,
        "pd": score.pd if score else None,
        "pd_high": score.pd_high if score else None,
        "scored_at": deps.clock.now(),
    }
