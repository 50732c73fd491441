"""Every table in one place, for migrations: importing this module fills the metadata."""

from app.store import conversations, enquiries, messages, people
from app.store.base import Base

metadata = Base.metadata
MODULES = (conversations, enquiries, messages, people)
