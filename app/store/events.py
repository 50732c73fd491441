"""What people did and what reached them, one row an act: behaviour, by codes only.

Tags, segments and the lists behind the funnel read it; it goes with the person. Nothing here is
sealed, so nothing here may be personal: no words, no numbers that a person typed. The same call
leaves the anonymous count that stays (`funnel_events`), so that the two cannot drift apart.
"""

import json
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, String, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.base import Base

DETAIL_LENGTH = 64
UNCOUNTED = frozenset({"menu", "messaged"})
"""Without an anonymous count: there are many, and deliveries are counted (app/store/writes.py)."""


class Event(Base):
    """One act of one person, or one message that reached them.

    `kind`: followed, unfollowed, scanned, menu, messaged, consented, refused, withdrew, reached,
    answered, corrected, stopped, submitted, decided, reviewed, told, handover, received, opted_out.
    `detail`, by kind: followed: new, or again; scanned: the scene; menu: the key; messaged: text,
    place or what it was; consented, refused, withdrew: the purpose; reached, answered, corrected:
    the question; stopped: the cause; decided, reviewed, told: the outcome; received: the class.
    `form` and `form_version` are set for steps of a form; `channel` is the person's latest.
    Nobody has unfollowed: who leaves is erased, and only counted.
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


@dataclass(frozen=True, slots=True)
class Happened:
    """One act to record outside a turn. Without a person it is only counted, `count` times."""

    kind: str
    at: datetime
    channel: str
    person_id: uuid.UUID | None = None
    detail: str = ""
    form: str = ""
    form_version: int = 0
    count: int = 1


_ADD = text("""
WITH given AS (
    SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
        person_id uuid, kind text, detail text, channel text, form text, form_version int,
        at timestamptz, count bigint, place int)
), acts AS (
    INSERT INTO events (person_id, kind, detail, channel, form, form_version, at)
    SELECT p.id, g.kind, g.detail, g.channel, g.form, g.form_version, g.at
    FROM given g JOIN people p ON p.id = g.person_id AND p.state <> 'erased'
    ORDER BY g.place
)
INSERT INTO funnel_events (day, channel, form, form_version, step, question, count)
SELECT date_trunc('hour', at), channel, form, form_version, kind, detail, count
FROM given WHERE kind <> ALL(:uncounted)
""")

_HOLD = text("SELECT 1 FROM people WHERE id = :person FOR SHARE")


def add(session: Session, happened: Sequence[Happened]) -> None:
    """Record acts and their counts in one go; somebody erased meanwhile is only counted."""
    if happened:
        rows = json.dumps(
            [{**asdict(one), "place": place} for place, one in enumerate(happened)], default=str
        )
        session.execute(_ADD, {"rows": rows, "uncounted": list(UNCOUNTED)})


def hold_person(session: Session, person_id: uuid.UUID) -> None:
    """Keep an erasure waiting until this transaction ends, so that it finds what is added."""
    session.execute(_HOLD, {"person": person_id})
