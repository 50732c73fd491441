"""Find one person by what names them; personal data is compared by keyed look-ups only (P-82)."""

import uuid

from sqlalchemy import ColumnElement, select, text

from app.core.access import Actor, Permission
from app.core.errors import NotAllowed
from app.deps import Deps
from app.store.people import Person
from app.store.session import Transaction


def find_person(deps: Deps, actor: Actor, wanted: str) -> uuid.UUID | None:
    """Find a person by openid, phone or our own id; only keyed look-ups are compared."""
    actor.require(Permission.LOOK)
    asked = wanted.strip()
    if not asked:
        raise NotAllowed("Nothing to look for.", why="nothing_to_find")
    with deps.sessions.begin() as session:
        return session.scalar(
            select(Person.id).where(_is(deps, session, asked), Person.state != "erased").limit(1)
        )


def _is(deps: Deps, session: Transaction, wanted: str) -> ColumnElement[bool]:
    try:
        return Person.id == uuid.UUID(wanted)
    except ValueError:
        pass
    digits = "".join(char for char in wanted if char.isdigit())
    if len(digits) >= _PHONE_DIGITS and len(digits) == len(wanted.lstrip("+").replace(" ", "")):
        return Person.phone_index == phone_index(deps, digits)
    accounts = session.scalars(_ACCOUNTS).all()
    indexes = [deps.keyring.index("openid", f"{account}\0{wanted}") for account in accounts]
    return Person.account.in_(accounts) & Person.openid_index.in_(indexes)


_PHONE_DIGITS = 11


def phone_index(deps: Deps, digits: str) -> bytes:
    """Return the keyed look-up of a mainland mobile number, however its country was written."""
    return deps.keyring.index("phone", f"+86{digits[-_PHONE_DIGITS:]}")


# Jumps from one value to the next in the index, instead of reading a million entries.
_ACCOUNTS = text("""
WITH RECURSIVE accounts AS (
    (SELECT account FROM people ORDER BY account LIMIT 1)
    UNION ALL
    SELECT (SELECT account FROM people WHERE account > accounts.account
            ORDER BY account LIMIT 1)
    FROM accounts WHERE accounts.account IS NOT NULL
)
SELECT account FROM accounts WHERE account IS NOT NULL
""")
