"""What people did and what reached them, one row an act: behaviour, by codes only.

The funnel, tags and segments read it; it goes with the person. Nothing here is sealed, so nothing
here may be personal: no words, no numbers that a person typed.
"""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base


class Event(Base):
    """One act of one person, or one message that reached them.

    `kind`: followed, unfollowed, scanned, menu, messaged, consented, refused, withdrew, reached,
    answered, corrected, stopped, submitted, decided, reviewed, told, handover, received, opted_out.
    `detail`: the channel, menu key, purpose, question, outcome or message class, by kind.
    `form` and `form_version` are set for steps of a form; `channel` is the person's latest.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_person_id_at", "person_id", "at"),
        Index("ix_events_kind_detail_at", "kind", "detail", "at", "person_id"),
        Index("ix_events_at", "at", postgresql_using="brin"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(String(16))
    detail: Mapped[str] = mapped_column(String(64), server_default="")
    channel: Mapped[str] = mapped_column(String(128), server_default="")
    form: Mapped[str] = mapped_column(String(32), server_default="")
    form_version: Mapped[int] = mapped_column(server_default="0")
    at: Mapped[datetime]
