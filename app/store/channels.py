"""Channels (渠道): the scene that a QR code carries, the code itself, and what it cost."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import BigInteger, Date, ForeignKey, Identity, Index, String, Text, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.errors import NotFound
from app.store.base import Base


class Channel(Base):
    """One way by which people come, known by its scene, which stays with them.

    `code_state`: due → making → made | refused | unknown, what became of asking the platform for a
    code; `lasting_seconds` is None for a code that lasts. `poster` are the words beside the code.
    """

    __tablename__ = "channels"
    __table_args__ = (
        Index(
            "ix_channels_code_due",
            "id",
            postgresql_where=text("code_state IN ('due', 'making')"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    scene: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    note: Mapped[str] = mapped_column(String(200), server_default="")
    poster: Mapped[str] = mapped_column(Text, server_default="")
    poster_rules: Mapped[str | None] = mapped_column(String(32))
    lasting_seconds: Mapped[int | None]
    is_archived: Mapped[bool] = mapped_column(server_default=text("false"))
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    code_state: Mapped[str] = mapped_column(String(12))
    code_error: Mapped[int | None]
    code_tries: Mapped[int] = mapped_column(server_default="0")
    code_asked_at: Mapped[datetime | None]
    code_url: Mapped[str | None] = mapped_column(String(200))
    code_until: Mapped[datetime | None]


class ChannelCost(Base):
    """What a channel cost over some days, both included; entered by hand, taken back by hand."""

    __tablename__ = "channel_costs"
    __table_args__ = (Index("ix_channel_costs_channel_id", "channel_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id"))
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date] = mapped_column(Date)
    fen: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str] = mapped_column(String(200), server_default="")
    entered_by: Mapped[str] = mapped_column(String(64))
    entered_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


def get(session: Session, channel_id: int, *, lock: bool = False) -> Channel:
    """Return a channel; raise `NotFound`."""
    statement = select(Channel).where(Channel.id == channel_id)
    channel = session.scalar(statement.with_for_update() if lock else statement)
    if channel is None:
        raise NotFound(f"No channel {channel_id}.")
    return channel


def get_cost(session: Session, channel_id: int, cost_id: int) -> ChannelCost:
    """Lock and return a cost of a channel that stands; raise `NotFound`."""
    cost = session.scalar(
        select(ChannelCost)
        .where(
            ChannelCost.id == cost_id,
            ChannelCost.channel_id == channel_id,
            ChannelCost.removed_at.is_(None),
        )
        .with_for_update()
    )
    if cost is None:
        raise NotFound(f"No cost {cost_id} of channel {channel_id}.")
    return cost


def is_taken(session: Session, scene: str) -> bool:
    """Say whether a scene names a channel already."""
    return session.scalar(select(Channel.id).where(Channel.scene == scene)) is not None


def list_costs(session: Session, channel_ids: Sequence[int]) -> Sequence[ChannelCost]:
    """List the costs of channels that stand, the latest first."""
    return session.scalars(
        select(ChannelCost)
        .where(ChannelCost.channel_id.in_(channel_ids), ChannelCost.removed_at.is_(None))
        .order_by(ChannelCost.since.desc(), ChannelCost.id.desc())
    ).all()


def claim_codes(session: Session, now: datetime, stale: datetime, limit: int) -> list[Channel]:
    """Lock channels whose code nobody has asked for, or whose asking never came back."""
    found = session.scalars(
        select(Channel)
        .where(
            (Channel.code_state == "due")
            | ((Channel.code_state == "making") & (Channel.code_asked_at < stale))
        )
        .order_by(Channel.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for channel in found:
        channel.code_state, channel.code_asked_at = "making", now
        channel.code_tries += 1
    return list(found)
