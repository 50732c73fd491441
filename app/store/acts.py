"""The part of a turn's statement that says what its person did, and counts it without a name."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.store.events import DETAIL_LENGTH

# One person a turn: who and when are said once, so that many acts have few parameters.
_EVENTS = (
    "INSERT INTO events (person_id, channel, at, kind, detail, form, form_version)"
    " SELECT %s, %s, %s, a.* FROM (VALUES "
)
_EVENT = "(%s,%s,%s,%s)"
COUNT = (
    "INSERT INTO funnel_events (day, channel, form, form_version, step, question)"
    " SELECT date_trunc('hour', at), channel, form, form_version, kind, detail FROM {}"
    " WHERE kind NOT IN ('menu', 'messaged')"
)
"""Made of the rows that the insertion of the acts, named here, returns."""
COUNT_LEAVING = (
    "INSERT INTO funnel_events (day, channel, form, form_version, step, question)"
    " SELECT date_trunc('hour', %s::timestamptz), %s, '', 0, 'unfollowed', coalesce(("
    "SELECT klass FROM messages WHERE person_id=%s AND state IN ('sent', 'confirmed')"
    " AND finished_at > %s ORDER BY finished_at DESC LIMIT 1), '')"
)


@dataclass(frozen=True, slots=True)
class Happening:
    """One act of the turn's person, as a code; see `Event`."""

    kind: str
    detail: str = ""
    form: str = ""
    form_version: int = 0


def insert_acts(
    person_id: uuid.UUID, channel: str, at: datetime, acts: Sequence[Happening]
) -> tuple[str, list[Any]]:
    """Return the insertion of acts with its parameters."""
    params: list[Any] = [person_id, channel, at]
    for act in acts:
        params += (act.kind, act.detail[:DETAIL_LENGTH], act.form, act.form_version)
    rows = ",".join([_EVENT] * len(acts))
    returned = "at, channel, form, form_version, kind, detail"
    return f"{_EVENTS}{rows}) AS a RETURNING {returned}", params
