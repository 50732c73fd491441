"""What only a rare turn writes: a complaint, a request under the law, the end of a message."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.store.replies import RATED
from app.store.writes import Writes

_EARLY = timedelta(minutes=10)
"""Within this time of a call its end may come before its answer was written down."""

# An end may overtake the answer that names it, or outlive it: the worker died, or the line broke.
# Then it belongs to the one message to this person that has no name yet; of two it is nobody's.
_NAME_AND_SETTLE = """
UPDATE campaign_recipients SET state = %s, reason = %s, platform_id = %s, lease_until = NULL
WHERE person_id = %s AND sent_at > %s AND state IN ('sending', 'sent', 'unknown')
AND coalesce(platform_id, %s) = %s
AND campaign_id = (
    SELECT min(r.campaign_id) FROM campaign_recipients r JOIN campaigns c ON c.id = r.campaign_id
    WHERE r.person_id = %s AND r.sent_at > %s AND r.state IN ('sending', 'sent', 'unknown')
    AND r.platform_id IS NULL AND c.channel = 'template'
    HAVING count(*) = 1
)
AND NOT EXISTS (SELECT FROM campaign_recipients WHERE platform_id = %s)
AND NOT EXISTS (SELECT FROM messages WHERE platform_id = %s)
AND NOT EXISTS (SELECT FROM messages WHERE person_id = %s AND created_at > %s
                AND state IN ('sending', 'unknown'))
"""
"""`coalesce`: its worker may be naming it at this very moment, and then it is the same."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """When something came, and by when it is answered: first, in full, and at the very latest."""

    received_at: datetime
    due_at: datetime
    last_due_at: datetime
    first_due_at: datetime | None = None


def complaint(writes: Writes, person_id: uuid.UUID, clocks: Clocks) -> None:
    """Open a case, unless the person has one open: then the words belong to that."""
    writes.add(
        "INSERT INTO complaints (person_id, source, state, received_at, received_by, first_due_at,"
        " final_due_at, last_due_at) VALUES (%s,'chat','received',%s,'chat',%s,%s,%s)"
        " ON CONFLICT (person_id) WHERE state NOT IN ('closed', 'withdrawn') DO NOTHING",
        *(person_id, clocks.received_at, clocks.first_due_at),
        *(clocks.due_at, clocks.last_due_at),
    )


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A request that came by the chat; `is_done`: what was asked for happened in this turn."""

    kind: str
    delivery_key: bytes
    is_done: bool
    words_sealed: bytes | None = None
    evidence: Mapping[str, str] | None = None


def request(writes: Writes, person_id: uuid.UUID, asked: NewRequest, clocks: Clocks) -> None:
    """Leave a request under PIPL 44-50: who writes from the chat is known to be who they are."""
    done_at = clocks.received_at if asked.is_done else None
    writes.add(
        "INSERT INTO subject_requests (person_id, kind, source, words_sealed, state, received_at,"
        " received_by, due_at, last_due_at, identity, identity_by, identity_at, acted_at,"
        " decided_at, decided_by, evidence, delivery_key)"
        " VALUES (%s,%s,'chat',%s,%s,%s,'chat',%s,%s,'chat','chat',%s,%s,%s,%s,%s::jsonb,%s)",
        *(person_id, asked.kind, asked.words_sealed, "done" if asked.is_done else "open"),
        *(clocks.received_at, clocks.due_at, clocks.last_due_at, clocks.received_at),
        *(done_at, done_at, "chat" if asked.is_done else None),
        json.dumps([dict(asked.evidence)] if asked.evidence else []),
        asked.delivery_key,
    )


def corrected(writes: Writes, person_id: uuid.UUID, enquiry_id: uuid.UUID, now: datetime) -> None:
    """Close the requests to correct that waited for the person to hand in the right answers."""
    writes.add(
        "UPDATE subject_requests SET state='done', decided_at=%s, decided_by='chat',"
        " evidence = evidence || %s::jsonb"
        " WHERE person_id=%s AND kind='correct' AND state='open' AND acted_at IS NOT NULL",
        *(now, json.dumps([{"kind": "enquiry", "id": str(enquiry_id)}]), person_id),
    )


def rated(writes: Writes, person_id: uuid.UUID, score: int, now: datetime) -> None:
    """Keep how the last answer was that the person was asked about; a second tap corrects it."""
    writes.add(
        "INSERT INTO ratings (message_id, person_id, score, rated_at)"
        " SELECT id, %s, %s::int, %s::timestamptz FROM messages WHERE person_id=%s AND copy_key=%s"
        " AND state IN ('sent', 'confirmed', 'unknown') ORDER BY created_at DESC LIMIT 1"
        " ON CONFLICT (message_id) DO UPDATE SET score=excluded.score, rated_at=excluded.rated_at",
        *(person_id, score, now, person_id, RATED),
    )


def template_ended(
    writes: Writes, person_id: uuid.UUID | None, platform_id: str, status: str
) -> None:
    """Settle a template message by what the platform says became of it."""
    delivered = status.replace(" ", "").lower() == "success"
    writes.add(
        "UPDATE messages SET state=%s, reason=%s, finished_at=%s"
        " WHERE platform_id=%s AND state IN ('sent', 'unknown')",
        "confirmed" if delivered else "refused",
        None if delivered else status[:48],
        *(writes.now, platform_id),
    )
    became = ("confirmed", None) if delivered else ("failed", f"platform:{status}"[:32])
    writes.add(
        "UPDATE campaign_recipients SET state=%s, reason=%s"
        " WHERE platform_id=%s AND state IN ('sent', 'unknown')",
        *(*became, platform_id),
    )
    if person_id is not None:
        _early_end(writes, person_id, platform_id, became)


def _early_end(
    writes: Writes, person_id: uuid.UUID, platform_id: str, became: tuple[str, str | None]
) -> None:
    """Name and settle the only message that it can be of, unless one has the name already."""
    since = writes.now - _EARLY
    writes.add(
        _NAME_AND_SETTLE,
        *(*became, platform_id, person_id, since, platform_id, platform_id, person_id, since),
        *(platform_id, platform_id, person_id, since),
    )
