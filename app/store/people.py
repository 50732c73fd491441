"""The people: who they are to the platform (sealed), what we may do, when we heard from them."""

import uuid
from datetime import datetime

from sqlalchemy import ARRAY, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base


class Person(Base):
    """One person on one account, under a random id that means nothing outside.

    `wrapped_key` is the person's own key; destroying it is the erasure of everything sealed.
    `state`: active, restricted (kept only because the law or an open case asks), erased.
    `message_*` and `event_*` are the customer-service allowances of the reachability ledger.
    """

    __tablename__ = "people"
    # No index on what every turn changes, and room in each page: rows are updated in place.
    __table_args__ = (
        UniqueConstraint("account", "openid_index"),
        {"postgresql_with": {"fillfactor": 80}},
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(64))
    openid_index: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    openid_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    master_id: Mapped[str | None] = mapped_column(String(64))
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(16), server_default="active")
    follows: Mapped[bool] = mapped_column(server_default=text("false"))
    is_imported: Mapped[bool] = mapped_column(server_default=text("false"))
    followed_at: Mapped[datetime | None]
    first_channel: Mapped[str | None] = mapped_column(String(128))
    latest_channel: Mapped[str | None] = mapped_column(String(128))
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
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
