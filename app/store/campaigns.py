"""Campaigns (群发任务): what is planned, one row per recipient, batches, what was done by whom."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Date,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.errors import NotFound
from app.store.base import Base

_ONLY = 1


class Campaign(Base):
    """One campaign, from the plan to the last recipient.

    `state`: as in `app/broadcast/lifecycle.py`. `definition` is the file as planned, `rehearsal`
    what its last rehearsal found. `approval_hash` is what was approved, `approved_until` when that
    lapses. `next_at`: when the clock launches it, or its next repetition. `pace_at`: no batch
    leaves before. `parent_id`: the repeating campaign that this is one launch of.
    """

    __tablename__ = "campaigns"
    __table_args__ = (
        # The clock: what is to be launched.
        Index("ix_campaigns_next_at", "next_at", postgresql_where=text("next_at IS NOT NULL")),
        # The senders: what is under way.
        Index("ix_campaigns_under_way", "id", postgresql_where=text("state = 'sending'")),
        # The list, the latest first, and the uses of a segment.
        Index("ix_campaigns_state", "state", "id"),
        Index("ix_campaigns_segment_id", "segment_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    klass: Mapped[str] = mapped_column(String(16))
    channel: Mapped[str] = mapped_column(String(12))
    segment: Mapped[str] = mapped_column(String)
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segments.id"))
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(String(12))
    made_by: Mapped[str] = mapped_column(String(64))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("operators.id"))
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    rehearsal: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    rehearsed_at: Mapped[datetime | None]
    approval_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    approved_by: Mapped[str | None] = mapped_column(String(64))
    approved_at: Mapped[datetime | None]
    approved_until: Mapped[datetime | None]
    cap_people: Mapped[int | None]
    launched_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    paused_because: Mapped[str | None] = mapped_column(String(48))
    next_at: Mapped[datetime | None]
    pace_at: Mapped[datetime | None]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("campaigns.id"))
    wording_pack: Mapped[str | None] = mapped_column(String(32))


class CampaignRecipient(Base):
    """One person in one campaign: by the key, never twice.

    `variant`: None waits for the winner of an experiment, '' is the one content there is. `state`:
    as in `app/broadcast/outcomes.py`. `tries`: how often the platform was too busy for them. No
    foreign key to people: a launch writes a million rows, and who is erased stays here under the
    random id until the proof of contact goes.
    """

    __tablename__ = "campaign_recipients"
    __table_args__ = (
        # The senders: who is next.
        Index(
            "ix_campaign_recipients_claim",
            "campaign_id",
            "variant",
            "person_id",
            postgresql_where=text("state = 'queued'"),
        ),
        # What was being sent when its worker died.
        Index(
            "ix_campaign_recipients_leased",
            "lease_until",
            postgresql_where=text("state = 'sending'"),
        ),
        # The counts of the campaign's page.
        Index("ix_campaign_recipients_counts", "campaign_id", "state", "reason", "variant"),
        # What became of a batch; a list is confirmed for its people.
        Index(
            "ix_campaign_recipients_batch_id",
            "batch_id",
            postgresql_where=text("batch_id IS NOT NULL"),
        ),
        # The contact budget, the timeline and the proof: by person, lately.
        Index(
            "ix_campaign_recipients_person_id",
            "person_id",
            "sent_at",
            postgresql_where=text("sent_at IS NOT NULL"),
        ),
        # What became of a template message, by the platform's id of it.
        Index(
            "ix_campaign_recipients_platform_id",
            "platform_id",
            postgresql_where=text("platform_id IS NOT NULL"),
        ),
        {"postgresql_with": {"fillfactor": 70}},
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    variant: Mapped[str | None] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(12), server_default="queued")
    reason: Mapped[str | None] = mapped_column(String(32))
    errcode: Mapped[int | None]
    batch_id: Mapped[int | None] = mapped_column(BigInteger)
    lease_until: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    sent_at: Mapped[datetime | None]
    platform_id: Mapped[str | None] = mapped_column(String(32))
    text_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))


class CampaignBatch(Base):
    """One mass send: a list of people and what the platform said of it.

    `client_msg_id` goes with the call, so that asking again is never sending again. `counts` is
    what the finished event or the status API told. `state`: sending, sent, unknown, confirmed,
    failed.
    """

    __tablename__ = "campaign_batches"
    __table_args__ = (
        Index("ix_campaign_batches_campaign_id", "campaign_id", "id"),
        # The finished event names it.
        Index("ix_campaign_batches_msg_id", "msg_id", postgresql_where=text("msg_id IS NOT NULL")),
        # The reconciler: what the platform has not yet told the end of.
        Index("ix_campaign_batches_open", "sent_at", postgresql_where=text("closed_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    variant: Mapped[str] = mapped_column(String(20))
    client_msg_id: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(12))
    size: Mapped[int]
    msg_id: Mapped[str | None] = mapped_column(String(32))
    errcode: Mapped[int | None]
    counts: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    lease_until: Mapped[datetime | None]
    sent_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class CampaignEvent(Base):
    """One thing that somebody, or the governor, did to a campaign."""

    __tablename__ = "campaign_events"
    __table_args__ = (Index("ix_campaign_events_campaign_id", "campaign_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(64))
    act: Mapped[str] = mapped_column(String(24))
    why: Mapped[str] = mapped_column(String(500), server_default="")
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")


class MassMonth(Base):
    """How many mass sends a person had in a month of Asia/Shanghai, counted before the platform.

    `month` is its first day.
    """

    __tablename__ = "mass_months"

    month: Mapped[date] = mapped_column(Date, primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    count: Mapped[int]


class ForeignMassJob(Base):
    """A mass send that ended, and that no list of ours is known to be (yet).

    Once `settled_at` is set nobody here started it: the official console did, and it counts for
    everybody's month. `status` and `counts` are the platform's words.
    """

    __tablename__ = "foreign_mass_jobs"
    __table_args__ = (Index("ix_foreign_mass_jobs_month", "month"),)

    msg_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    month: Mapped[date] = mapped_column(Date)
    seen_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(48), server_default="")
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    settled_at: Mapped[datetime | None]


class SendingMode(Base):
    """Whether the account is open for sending, one row: open, or trial for a list of guests.

    `guests`: the keyed indexes of their openids. No row: open in a local installation, else trial.
    """

    __tablename__ = "sending_mode"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mode: Mapped[str] = mapped_column(String(8))
    guests: Mapped[list[str]] = mapped_column(JSONB, server_default="[]")
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime]


def get(session: Session, campaign_id: int, *, lock: bool = False) -> Campaign:
    """Return a campaign; raise `NotFound`."""
    campaign = session.get(
        Campaign, campaign_id, with_for_update=lock or None, populate_existing=True
    )
    if campaign is None:
        raise NotFound(f"No campaign {campaign_id}.")
    return campaign


def list_latest(session: Session, limit: int = 50) -> Sequence[Campaign]:
    """List campaigns, the latest first."""
    return session.scalars(select(Campaign).order_by(Campaign.id.desc()).limit(limit)).all()


def list_using(session: Session, segment_id: int) -> Sequence[Campaign]:
    """List the campaigns that are not over and took over a segment's question."""
    return session.scalars(
        select(Campaign)
        .where(Campaign.segment_id == segment_id, Campaign.state.not_in(("finished", "cancelled")))
        .order_by(Campaign.id)
    ).all()


def note(  # noqa: PLR0913 - what happened, to what, by whom, when and why belong together
    session: Session, campaign_id: int, actor: str, act: str, now: datetime, *,
    why: str = "", facts: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """Write down what somebody did to a campaign."""
    session.add(
        CampaignEvent(
            campaign_id=campaign_id, at=now, actor=actor, act=act, why=why[:500], facts=facts or {}
        )
    )


def list_events(session: Session, campaign_id: int) -> Sequence[CampaignEvent]:
    """List the history of a campaign, the latest first."""
    return session.scalars(
        select(CampaignEvent)
        .where(CampaignEvent.campaign_id == campaign_id)
        .order_by(CampaignEvent.id.desc())
    ).all()


def keep_mode(session: Session, mode: str, guests: Sequence[str], by: str, now: datetime) -> None:
    """Open the account for sending, or limit it to guests."""
    values = {"mode": mode, "guests": list(guests), "set_by": by, "set_at": now}
    session.execute(
        insert(SendingMode)
        .values(id=_ONLY, **values)
        .on_conflict_do_update(index_elements=[SendingMode.id], set_=values)
    )
