"""List who stands behind a number of the funnel: acts in a span, keyset by keyset."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.store.people import Person

# Each detail walks the index on (kind, detail, at) backwards from where the last page ended, and
# stops after a page; a walk over several details at once would have to sort them all.
_ACTS = """
SELECT x.* FROM unnest(CAST(:details AS text[])) AS d (detail) CROSS JOIN LATERAL (
    SELECT e.id, e.person_id, e.at, e.channel FROM events e
    WHERE e.kind = :kind AND e.detail = d.detail AND e.at >= :since AND e.at < :until
        AND (e.at, e.id) < (:at, :id)
        AND (:channel = '' OR e.channel = :channel)
        AND (:form = '' OR (e.form = :form AND e.form_version = :version))
"""
_LEFT = """
        AND NOT EXISTS (SELECT FROM events a WHERE a.person_id = e.person_id AND a.at >= e.at
                        AND a.kind = 'answered' AND a.detail = e.detail)
"""
_ORDER = """
    ORDER BY e.at DESC, e.id DESC LIMIT :limit
) x ORDER BY x.at DESC, x.id DESC LIMIT :limit
"""
_ALL, _ONLY_LEFT = text(_ACTS + _ORDER), text(_ACTS + _LEFT + _ORDER)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which acts: `kind` left means reached and never answered since; empty text means any."""

    kind: str
    details: Sequence[str]
    since: datetime
    until: datetime
    channel: str = ""
    form: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class ActOf:
    """One act with who did it."""

    id: int
    person: Person
    at: datetime
    channel: str


def list_acts(
    session: Session, wanted: Wanted, after: tuple[datetime, int] | None, limit: int
) -> Sequence[ActOf]:
    """List acts, the latest first, from after an act on; two statements."""
    at, last = after or (wanted.until, 0)
    values: Mapping[str, Any] = {
        "kind": "reached" if wanted.kind == "left" else wanted.kind,
        "details": list(wanted.details),
        "since": wanted.since,
        "until": wanted.until,
        "channel": wanted.channel,
        "form": wanted.form,
        "version": wanted.version,
        "at": at,
        "id": last,
        "limit": limit,
    }
    rows = session.execute(_ONLY_LEFT if wanted.kind == "left" else _ALL, values).all()
    ids: set[uuid.UUID] = {row.person_id for row in rows}
    found = session.scalars(
        select(Person).where(Person.id.in_(ids), Person.wrapped_key.is_not(None))
    )
    people = {one.id: one for one in found}
    # Somebody may have been erased between the two.
    here = [row for row in rows if row.person_id in people]
    return [ActOf(row.id, people[row.person_id], row.at, row.channel) for row in here]
