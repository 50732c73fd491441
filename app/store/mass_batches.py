"""Lists handed to the platform: what was sent under which id, and what came back of it."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from app.store.campaigns import CampaignBatch, CampaignRecipient, ForeignMassJob

_REPEATS_ARE_KNOWN = timedelta(hours=23)
"""The platform knows a client id for 24 hours."""


def add(session: Session, batch: CampaignBatch) -> int:
    """Keep a list that is about to leave; return its number."""
    session.add(batch)
    session.flush()
    return batch.id


def take(session: Session, batch_id: int) -> CampaignBatch:
    """Return a list, locked."""
    return session.get_one(CampaignBatch, batch_id, with_for_update=True, populate_existing=True)


def people_of(session: Session, batch: CampaignBatch) -> list[uuid.UUID]:
    """List the people of a list."""
    return list(
        session.scalars(
            select(CampaignRecipient.person_id).where(CampaignRecipient.batch_id == batch.id)
        )
    )


def has_left(session: Session, campaign_id: int, variant: str) -> bool:
    """Say whether a list of a variant went to the platform, as far as anybody knows."""
    went = exists().where(
        CampaignBatch.campaign_id == campaign_id,
        CampaignBatch.variant == variant,
        CampaignBatch.state != "failed",
    )
    return bool(session.scalar(select(went)))


def list_stalled(session: Session, now: datetime) -> Sequence[CampaignBatch]:
    """List lists whose worker never came back, locked."""
    return session.scalars(
        select(CampaignBatch)
        .where(
            CampaignBatch.closed_at.is_(None),
            CampaignBatch.state == "sending",
            CampaignBatch.lease_until < now,
        )
        .with_for_update(skip_locked=True)
    ).all()


def list_unanswered(session: Session, before: datetime, limit: int) -> Sequence[CampaignBatch]:
    """List lists that the platform took and has not told the end of, the oldest first."""
    return session.scalars(
        select(CampaignBatch)
        .where(
            CampaignBatch.closed_at.is_(None),
            CampaignBatch.msg_id.is_not(None),
            CampaignBatch.sent_at < before,
        )
        .order_by(CampaignBatch.sent_at)
        .limit(limit)
    ).all()


def find_by_job(session: Session, msg_id: str) -> CampaignBatch | None:
    """Return the list that the platform's job is, locked."""
    return session.scalar(
        select(CampaignBatch).where(CampaignBatch.msg_id == msg_id).with_for_update()
    )


def list_nameless(session: Session, size: int, now: datetime) -> Sequence[CampaignBatch]:
    """List lists of a size whose answer was lost within the day: whose job it may be."""
    return session.scalars(
        select(CampaignBatch)
        .where(
            CampaignBatch.closed_at.is_(None),
            CampaignBatch.state == "unknown",
            CampaignBatch.msg_id.is_(None),
            CampaignBatch.size == size,
            CampaignBatch.sent_at > now - _REPEATS_ARE_KNOWN,
        )
        .order_by(CampaignBatch.id)
        .with_for_update()
    ).all()


def list_ends(session: Session) -> Sequence[ForeignMassJob]:
    """List finished jobs that nobody has matched yet, locked."""
    return session.scalars(
        select(ForeignMassJob)
        .where(ForeignMassJob.settled_at.is_(None))
        .order_by(ForeignMassJob.seen_at)
        .with_for_update(skip_locked=True)
    ).all()


def forget_end(session: Session, msg_id: str) -> None:
    """Drop a finished job that was ours: its list has the counts now."""
    session.execute(delete(ForeignMassJob).where(ForeignMassJob.msg_id == msg_id))


def call_foreign(session: Session, msg_id: str, now: datetime) -> None:
    """Write down that nobody here started this job."""
    session.execute(
        update(ForeignMassJob).where(ForeignMassJob.msg_id == msg_id).values(settled_at=now)
    )


def counted(batch: CampaignBatch, counts: Mapping[str, Any] | None) -> bool:
    """Say whether every one of a list was sent to, and nobody else, as the platform counted."""
    if counts is None or counts.get("TotalCount", batch.size) != batch.size:
        return False
    return counts.get("SentCount") == batch.size
