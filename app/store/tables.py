"""Every table in one place, for migrations: importing this module fills the metadata."""

from app.store import (
    approvals,
    audit,
    conversations,
    enquiries,
    events,
    list_exports,
    messages,
    operators,
    people,
    preferences,
    staff_notes,
    stops,
    tags,
)
from app.store.base import Base

metadata = Base.metadata
MODULES = (
    *(approvals, audit, conversations, enquiries, events),
    *(list_exports, messages, operators, people, preferences),
    *(staff_notes, stops, tags),
)
