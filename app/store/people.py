"""The people: who they are to the platform (sealed), what we may do, when we heard from them."""

import uuid
from datetime import datetime

from sqlalchemy import (
    ARRAY,
    Computed,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    func,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.errors import NotFound
from app.store.base import Base
from app.store.turns import TurnKey

_HERE = text("state <> 'erased'")


class Person(Base):
    """One person on one account, under a random id that means nothing outside.

    `wrapped_key` is the person's own key; destroying it is the erasure of everything sealed.
    `state`: active, restricted (kept only because the law or an open case asks), erased.
    `left_at`: when they last unfollowed; it stays after the erasure, so that a campaign that drives
    people away is known for it. Nobody's who was erased for another reason, or left unheard.
    `message_*` and `event_*` are the customer-service allowances of the reachability ledger.
    `seen_hour` is `last_seen_at` cut to the hour, for lists: it changes once an hour, not with
    every turn. The phone is filled in by stage two.
    """

    __tablename__ = "people"
    # No index on what every turn changes, and room in each page: rows are updated in place
    # (docs/decisions/0010-a-list-of-a-million.md). Each index is for the list of people.
    __table_args__ = (
        UniqueConstraint("account", "openid_index"),
        # Segments: who is there at all, and what keeps people out, without their wide rows.
        Index(
            "ix_people_active",
            "id",
            postgresql_where=text("state = 'active'"),
            postgresql_include=["follows", "is_muted", "marketing_stopped", "on_hold", "consents"],
        ),
        # Everybody, the latest first.
        Index("ix_people_seen_hour", "seen_hour", "id", postgresql_where=_HERE),
        # Who came by a channel, at first or lately.
        Index(
            "ix_people_first_channel", "first_channel", "seen_hour", "id", postgresql_where=_HERE
        ),
        Index(
            "ix_people_latest_channel", "latest_channel", "seen_hour", "id", postgresql_where=_HERE
        ),
        # Who is on hold, and for what.
        Index(
            "ix_people_on_hold",
            "on_hold",
            "seen_hour",
            "id",
            postgresql_where=text("on_hold IS NOT NULL"),
        ),
        # Who stopped following and is kept all the same.
        Index(
            "ix_people_gone",
            "seen_hour",
            "id",
            postgresql_where=text("NOT follows AND state <> 'erased'"),
        ),
        # Search by phone.
        Index(
            "ix_people_phone_index",
            "phone_index",
            postgresql_where=text("phone_index IS NOT NULL"),
        ),
        {"postgresql_with": {"fillfactor": 80}},
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(64))
    openid_index: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    openid_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    master_id: Mapped[str | None] = mapped_column(String(64))
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(16), server_default="active")
    follows: Mapped[bool] = mapped_column(server_default=text("false"))
    is_imported: Mapped[bool] = mapped_column(server_default=text("false"))
    followed_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    first_channel: Mapped[str | None] = mapped_column(String(128))
    latest_channel: Mapped[str | None] = mapped_column(String(128))
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    seen_hour: Mapped[datetime] = mapped_column(
        Computed(
            "date_trunc('hour', last_seen_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'",
            persisted=True,
        )
    )
    last_message_at: Mapped[datetime | None]
    consents: Mapped[list[str]] = mapped_column(ARRAY(String(32)), server_default="{}")
    marketing_asked_at: Mapped[datetime | None]
    marketing_stopped: Mapped[bool] = mapped_column(server_default=text("false"))
    is_muted: Mapped[bool] = mapped_column(server_default=text("false"))
    on_hold: Mapped[str | None] = mapped_column(String(32))
    message_left: Mapped[int] = mapped_column(server_default="0")
    message_until: Mapped[datetime | None]
    event_left: Mapped[int] = mapped_column(server_default="0")
    event_until: Mapped[datetime | None]


class Suppression(Base):
    """An unnamed, keyed marker that outlives an erasure: whom not to market to, who was stopped."""

    __tablename__ = "suppressions"

    openid_index: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    set_at: Mapped[datetime]


def take(session: Session, person_id: uuid.UUID) -> Person:
    """Wait for the person's turn to end and keep the next one waiting; raise `NotFound`.

    A turn writes back what it read: whoever changes a person outside a turn takes the same lock.
    """
    index = session.scalar(select(Person.openid_index).where(Person.id == person_id))
    if index is not None:
        lock = TurnKey("", bytes(index), b"").lock
        session.execute(select(func.pg_advisory_xact_lock(lock)))
    person = session.get(Person, person_id, with_for_update=True, populate_existing=True)
    if person is None or person.state == "erased":
        raise NotFound(f"No person {person_id}.")
    return person


def find(session: Session, person_id: uuid.UUID) -> Person:
    """Return a person, erased or not; raise `NotFound`."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound(f"No person {person_id}.")
    return person


def find_by_openid(session: Session, account: str, openid_index: bytes) -> Person | None:
    """Return who has this openid in our account, by its keyed index."""
    return session.scalar(
        select(Person).where(Person.account == account, Person.openid_index == openid_index)
    )


def is_marked(session: Session, person: Person, kind: str) -> bool:
    """Say whether an unnamed marker of this kind stands for the person."""
    marker = select(Suppression.kind).where(
        Suppression.openid_index == person.openid_index, Suppression.kind == kind
    )
    return session.scalar(marker) is not None
