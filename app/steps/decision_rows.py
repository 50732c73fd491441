"""The rows that a decision leaves, whoever made it: the decision itself and the message to tell."""

import json
import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol

from app.core.clock import SHANGHAI
from app.deps import Deps
from app.steps.person_key import sealer_of
from app.store.enquiries import Enquiry
from app.store.people import Person

_TELL_WITHIN = timedelta(days=7)


class Assessed(Protocol):
    """What scoring concluded, as far as the columns hold it."""

    @property
    def outcome(self) -> str: ...  # noqa: D102
    @property
    def valid_until(self) -> date: ...  # noqa: D102
    @property
    def inputs_sha256(self) -> str: ...  # noqa: D102
    def to_json(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Made:
    """A decision as it was made: what was concluded, and the whole dossier."""

    assessment: Assessed
    dossier_json: str


def decision_row(
    deps: Deps, person: Person, enquiry: Enquiry, made: Made, now: datetime, by: str
) -> dict[str, Any]:
    """Return the row of a decision; its dossier is sealed under the person's own key."""
    assessment = made.assessment
    until = datetime.combine(assessment.valid_until, time(23, 59, 59), tzinfo=SHANGHAI)
    return {
        "id": uuid.uuid4(),
        "enquiry_id": enquiry.id,
        "person_id": person.id,
        "outcome": assessment.outcome,
        "assessment": json.loads(assessment.to_json()),
        "dossier_sealed": sealer_of(deps, person).seal_text(made.dossier_json),
        "inputs_hash": assessment.inputs_sha256,
        "decided_at": now,
        "valid_until": until,
        "decided_by": by,
    }


def telling_row(
    enquiry: Enquiry, decision_id: uuid.UUID | None, copy_key: str, now: datetime
) -> dict[str, Any]:
    """Return the message that tells a decision."""
    return {
        "id": uuid.uuid4(),
        "person_id": enquiry.person_id,
        "klass": "decision",
        "copy_key": copy_key,
        "decision_id": decision_id,
        "state": "queued",
        "created_at": now,
        "not_before": now,
        "expires_at": now + _TELL_WITHIN,
        "trail": enquiry.trail,
    }
