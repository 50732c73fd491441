"""What became of the people of an experiment, variant by variant, and what was made of it.

Only those count to whom something was sent before the verdict: whoever gets the winner afterwards
tried nothing. A verdict is an event of the campaign and holds its numbers, which then never change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.store.campaigns import CampaignEvent

VERDICT = "experiment_judged"
STOPPED = "variant_stopped"
HELD_OUT = "held_out"


@dataclass(frozen=True, slots=True)
class VariantSums:
    """The people of one variant; `counted` and what they did: those whose window has closed.

    Whoever left is erased, and with them what they did before; when they left is kept.
    """

    variant: str
    assigned: int
    sent: int
    counted: int
    started: int
    finished: int
    left: int
    complained: int
    left_so_far: int
    complained_so_far: int
    open: int
    first_sent_at: datetime | None


_SUMS = text("""
SELECT variant, count(*) AS assigned, count(*) FILTER (WHERE is_sent) AS sent,
       count(*) FILTER (WHERE is_counted) AS counted,
       count(*) FILTER (WHERE is_counted AND has_started) AS started,
       count(*) FILTER (WHERE is_counted AND has_finished) AS finished,
       count(*) FILTER (WHERE is_counted AND has_left) AS "left",
       count(*) FILTER (WHERE is_counted AND has_complained) AS complained,
       count(*) FILTER (WHERE is_sent AND has_left) AS left_so_far,
       count(*) FILTER (WHERE is_sent AND has_complained) AS complained_so_far,
       count(*) FILTER (WHERE is_open) AS open,
       min(sent_at) FILTER (WHERE is_sent) AS first_sent_at
FROM (
    SELECT r.variant, r.sent_at, r.is_sent, r.state IN ('queued', 'sending') AS is_open,
           r.is_sent AND r.sent_at <= :now - :window AS is_counted,
           did.has_started, did.has_finished,
           EXISTS (SELECT FROM people p
                   WHERE r.is_sent AND p.id = r.person_id AND p.left_at >= r.sent_at
                   AND p.left_at < r.sent_at + :window) AS has_left,
           EXISTS (SELECT FROM complaints c
                   WHERE r.is_sent AND c.person_id = r.person_id AND c.received_at >= r.sent_at
                   AND c.received_at < r.sent_at + :window) AS has_complained
    FROM (SELECT variant, person_id, sent_at, state, reason,
                 sent_at IS NOT NULL AND state IN ('sent', 'confirmed') AS is_sent
          FROM campaign_recipients
          WHERE campaign_id = :campaign AND variant <> ''
          AND reason IS DISTINCT FROM :held_out) r
    CROSS JOIN LATERAL (
        SELECT bool_or(e.kind IN ('messaged', 'menu')) AS has_started,
               bool_or(e.kind = 'submitted') AS has_finished
        FROM events e
        WHERE r.is_sent AND e.person_id = r.person_id AND e.at >= r.sent_at
        AND e.at < r.sent_at + :window AND e.kind IN ('messaged', 'menu', 'submitted')) did
) each
GROUP BY variant ORDER BY variant COLLATE "C"
""")
_WAITING = text("""
SELECT count(*) FILTER (WHERE variant IS NULL AND state = 'queued') AS waiting,
       count(*) FILTER (WHERE reason = :held_out) AS held_out
FROM campaign_recipients WHERE campaign_id = :campaign
""")


def sum_up(
    session: Session, campaign_id: int, window: timedelta, now: datetime
) -> list[VariantSums]:
    """Count what the people of each variant did within the window; one statement."""
    given = {"campaign": campaign_id, "window": window, "now": now, "held_out": HELD_OUT}
    return [VariantSums(**row) for row in session.execute(_SUMS, given).mappings()]


def count_others(session: Session, campaign_id: int) -> tuple[int, int]:
    """Return how many wait for the winner, and how many get nothing."""
    given = {"campaign": campaign_id, "held_out": HELD_OUT}
    waiting, held_out = session.execute(_WAITING, given).one()
    return waiting, held_out


def verdict_of(session: Session, campaign_id: int) -> tuple[datetime, Mapping[str, Any]] | None:
    """Return when the rule was applied for good, and what it found."""
    found = session.execute(
        select(CampaignEvent.at, CampaignEvent.facts)
        .where(CampaignEvent.campaign_id == campaign_id, CampaignEvent.act == VERDICT)
        .order_by(CampaignEvent.id)
        .limit(1)
    ).first()
    return (found.at, found.facts) if found else None


_UNJUDGED = text("""
SELECT c.id FROM campaigns c
WHERE c.state IN ('sending', 'paused', 'finished') AND c.launched_at IS NOT NULL
AND jsonb_typeof(c.definition -> 'experiment') = 'object'
AND c.launched_at > :since
AND NOT EXISTS (SELECT FROM campaign_events e WHERE e.campaign_id = c.id AND e.act = :verdict)
ORDER BY c.id
""")
_RELEASE = text("""
UPDATE campaign_recipients SET variant = :variant
WHERE campaign_id = :campaign AND variant IS NULL AND state = 'queued'
""")
_STOP = text("""
UPDATE campaign_recipients SET state = 'skipped', reason = 'guardrail', lease_until = NULL
WHERE campaign_id = :campaign AND variant = :variant AND state = 'queued'
""")


def list_unjudged(session: Session, since: datetime) -> list[int]:
    """List campaigns launched since whose experiment has no verdict yet."""
    given = {"since": since, "verdict": VERDICT}
    return list(session.scalars(_UNJUDGED, given))


def release(session: Session, campaign_id: int, variant: str) -> int:
    """Give the variant to everybody who waits; return how many they are."""
    return _changed(session.execute(_RELEASE, {"campaign": campaign_id, "variant": variant}))


def stop(session: Session, campaign_id: int, variant: str) -> int:
    """Skip everybody who has not been sent the variant yet; return how many they are."""
    return _changed(session.execute(_STOP, {"campaign": campaign_id, "variant": variant}))


def has_stopped(session: Session, campaign_id: int, variant: str) -> bool:
    """Say whether a guardrail stopped the variant before."""
    return bool(
        session.scalar(
            select(
                select(CampaignEvent.id)
                .where(
                    CampaignEvent.campaign_id == campaign_id,
                    CampaignEvent.act == STOPPED,
                    CampaignEvent.facts["variant"].astext == variant,
                )
                .exists()
            )
        )
    )


def _changed(result: object) -> int:
    return int(getattr(result, "rowcount", 0))
