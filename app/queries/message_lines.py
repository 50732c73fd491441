"""Messages as the console tells of them: what, when, how it ended, and the code of the reason."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from app.core.masking import mask_openid
from app.deps import Deps
from app.steps.person_key import openid_of
from app.store.messages import Message
from app.store.people import Person


@dataclass(frozen=True, slots=True)
class Line:
    """One message without its words."""

    id: uuid.UUID
    person_id: uuid.UUID
    klass: str
    copy_key: str
    state: str
    reason: str
    errcode: int | None
    channel: str
    attempts: int
    created_at: datetime
    not_before: datetime
    expires_at: datetime
    finished_at: datetime | None


def line_of(row: Message) -> Line:
    """Return a message's line."""
    return Line(
        id=row.id,
        person_id=row.person_id,
        klass=row.klass,
        copy_key=row.copy_key,
        state=row.state,
        reason=row.reason or "",
        errcode=row.errcode,
        channel=row.channel or "",
        attempts=row.attempts,
        created_at=row.created_at,
        not_before=row.not_before,
        expires_at=row.expires_at,
        finished_at=row.finished_at,
    )


def shown_name(deps: Deps, person: Person) -> str:
    """Name somebody on a page: an openid of which most is hidden, or the id of who was erased."""
    if person.openid_sealed is None or person.wrapped_key is None:
        return str(person.id)[:8]
    return mask_openid(openid_of(deps, person).value)
