"""Mark one recipient as leaving and write down who has gone before, in one round trip.

Written once, for every person of every campaign that is sent one by one: building and sending the
four statements that this is took longer than running them.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.store.sending import Charge

# The ledger of `app/contact/ledger.py`: every window that is open is charged.
# The person is locked before the recipient, as turns and erasures do. A pause is read, not waited
# for: whoever was marked before it was committed is leaving, as is whoever was called for before.
_DEPART = """
WITH gone AS (
    UPDATE campaign_recipients
    SET state = 'sent', reason = NULL, lease_until = NULL, platform_id = %(platform_id)s
    WHERE campaign_id = %(campaign)s AND person_id = %(gone)s AND state IN ('sending', 'unknown')
), person AS (
    SELECT people.id, message_until, event_until,
           coalesce(message_left > 0 AND message_until > %(now)s, false) AS is_message_open,
           coalesce(event_left > 0 AND event_until > %(now)s, false) AS is_event_open
    FROM people WHERE people.id = %(person)s
        AND EXISTS (SELECT FROM campaigns WHERE id = %(campaign)s AND state = 'sending')
    FOR UPDATE
), leaving AS (
    UPDATE campaign_recipients
    SET state = 'sending', reason = NULL, sent_at = %(now)s, lease_until = %(lease_until)s,
        text_hash = %(text_hash)s
    FROM person
    WHERE campaign_id = %(campaign)s AND person_id = person.id AND state = 'queued'
        AND (NOT %(is_charged)s OR is_message_open OR is_event_open)
    RETURNING person_id
), charged AS (
    UPDATE people SET message_left = message_left - is_message_open::int,
                      event_left = event_left - is_event_open::int
    FROM person, leaving WHERE people.id = person.id AND %(is_charged)s
    RETURNING people.id
)
SELECT campaigns.state = 'sending', leaving.person_id IS NOT NULL,
       CASE WHEN is_message_open AND charged.id IS NOT NULL THEN message_until END,
       CASE WHEN is_event_open AND charged.id IS NOT NULL THEN event_until END
FROM campaigns LEFT JOIN person ON true LEFT JOIN leaving ON true LEFT JOIN charged ON true
WHERE campaigns.id = %(campaign)s
"""


@dataclass(frozen=True, slots=True)
class Gone:
    """Somebody whose message the platform took."""

    person_id: uuid.UUID
    platform_id: str | None


@dataclass(frozen=True, slots=True)
class Departure:
    """Whether the campaign still sends, whether the message leaves, and what was charged."""

    is_sending: bool
    has_left: bool
    charge: Charge


def depart(  # noqa: PLR0913 - one statement for all that a departure is
    session: Session, *, campaign_id: int, person_id: uuid.UUID, is_charged: bool,
    text_hash: bytes, now: datetime, lease_until: datetime, gone: Gone | None,
) -> Departure:  # fmt: skip
    """Settle who has gone, and mark the next as leaving; committed when it returns.

    Nobody leaves who is not queued any more, nor through windows that are all closed.
    """
    connection = session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
    row = connection.exec_driver_sql(
        _DEPART,
        {
            "campaign": campaign_id,
            "person": person_id,
            "is_charged": is_charged,
            "text_hash": text_hash,
            "now": now,
            "lease_until": lease_until,
            "gone": gone.person_id if gone else None,
            "platform_id": gone.platform_id if gone else None,
        },
    ).one()
    return Departure(row[0], row[1], Charge(row[2], row[3]))
