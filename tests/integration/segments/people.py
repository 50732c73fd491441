"""People of every kind that an audience may or may not hold."""

import uuid
from typing import Any

from sqlalchemy import insert

from app.deps import Deps
from app.store.enquiries import Decision, Enquiry
from app.store.events import Event
from app.store.messages import Note
from app.store.people import Person, Suppression
from tests.builders import ACCOUNT


def someone(deps: Deps, *, consents: tuple[str, ...] = ("marketing",), **given: Any) -> uuid.UUID:
    """Write a follower who has consented to marketing; return the id."""
    sealer, wrapped = deps.keyring.new_person_key()
    person = uuid.uuid4()
    now = deps.clock.now()
    row = {
        "id": person,
        "account": ACCOUNT,
        "openid_index": person.bytes * 2,
        "openid_sealed": sealer.seal_text(f"o{person.hex[:27]}"),
        "master_id": wrapped.master_id,
        "wrapped_key": wrapped.sealed,
        "follows": True,
        "first_seen_at": now,
        "last_seen_at": now,
        "consents": list(consents),
        **given,
    }
    with deps.sessions.begin() as session:
        session.execute(insert(Person).values(**row))
    return person


def marked(deps: Deps, kind: str) -> None:
    """Write somebody of whom an unnamed marker stands."""
    person = someone(deps)
    with deps.sessions.begin() as session:
        session.execute(
            insert(Suppression).values(
                openid_index=person.bytes * 2, kind=kind, set_at=deps.clock.now()
            )
        )


def complained(deps: Deps, kind: str = "complaint") -> None:
    """Write somebody whose words to the staff are open."""
    person, now = someone(deps), deps.clock.now()
    with deps.sessions.begin() as session:
        session.execute(
            insert(Note).values(
                person_id=person, kind=kind, state="open", words_sealed=b"", left_at=now, due_at=now
            )
        )


def decided(
    deps: Deps, outcome: str, *reasons: str, tier: str | None = None, answers: Any = None,
    **given: Any,
) -> uuid.UUID:  # fmt: skip
    """Write somebody about whom a decision was made just now."""
    person, enquiry, now = someone(deps, **given), uuid.uuid4(), deps.clock.now()
    with deps.sessions.begin() as session:
        session.execute(
            insert(Enquiry).values(
                id=enquiry, person_id=person, form="personal", form_version=1, trail="",
                answers=answers or {}, by_person=False, state="decided", submitted_at=now,
            )
        )  # fmt: skip
        session.execute(
            insert(Decision).values(
                id=uuid.uuid4(), enquiry_id=enquiry, person_id=person, outcome=outcome,
                assessment={"tier": tier, "reasons": [{"code": code} for code in reasons]},
                dossier_sealed=b"", inputs_hash="", decided_at=now, decided_by="auto",
                consent_ids=[],
            )
        )  # fmt: skip
    return person


def did(deps: Deps, person: uuid.UUID, *kinds: str) -> None:
    """Write what somebody did, now."""
    with deps.sessions.begin() as session:
        for kind in kinds:
            session.execute(insert(Event).values(person_id=person, kind=kind, at=deps.clock.now()))
