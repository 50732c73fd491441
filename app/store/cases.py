"""One enquiry with its decision, review and hand-over: what 我的额度 and 为什么 are told from."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

FetchOne = Callable[[str, Mapping[str, Any]], Any]

_CASE = """
SELECT e.form, e.form_version, d.id, d.assessment, d.decided_at, d.decided_by,
       r.opened_at, r.due_at, h.asked_at, h.due_at, h.good_time
FROM enquiries e
LEFT JOIN LATERAL (
    SELECT id, assessment, decided_at, decided_by FROM decisions
    WHERE enquiry_id = e.id ORDER BY decided_at DESC, decided_by = 'auto' LIMIT 1
) d ON true
LEFT JOIN LATERAL (
    SELECT opened_at, due_at FROM reviews
    WHERE enquiry_id = e.id AND state = 'open' AND kind IN ('policy', 'asked') LIMIT 1
) r ON true
LEFT JOIN LATERAL (
    SELECT asked_at, due_at, good_time FROM handovers
    WHERE person_id = e.person_id AND state = 'open' LIMIT 1
) h ON true
WHERE e.id = %(enquiry)s
"""


@dataclass(frozen=True, slots=True)
class Case:
    """An enquiry and how it stands; the decision is the one in force."""

    form: str
    form_version: int
    decision_id: uuid.UUID | None
    assessment: dict[str, Any] | None
    decided_at: datetime | None
    decided_by: str | None
    review_opened_at: datetime | None
    review_due_at: datetime | None
    handover_asked_at: datetime | None
    handover_due_at: datetime | None
    good_time: str | None

    @property
    def is_by_person(self) -> bool:
        """Say whether a reviewer decided."""
        return self.decided_by not in (None, "auto")


def fetch_case(fetch_one: FetchOne, enquiry_id: uuid.UUID) -> Case | None:
    """Return the case of an enquiry."""
    row = fetch_one(_CASE, {"enquiry": enquiry_id})
    return Case(*row) if row else None
