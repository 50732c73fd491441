"""Seal and open the words of a case: under its person's key, or by the ring if it has none."""

from app.core.crypto import CannotOpen
from app.deps import Deps
from app.steps.person_key import sealer_of
from app.store.people import Person


def seal(deps: Deps, person: Person | None, words: str) -> bytes | None:
    """Seal words; None where there are none."""
    if not words.strip():
        return None
    if person is None:
        return deps.keyring.seal(words.strip().encode())
    return sealer_of(deps, person).seal_text(words.strip())


def opened(deps: Deps, person: Person | None, sealed: bytes | None) -> str:
    """Open words; nothing where there are none, or none any more."""
    if sealed is None:
        return ""
    try:
        if person is None:
            return deps.keyring.open(bytes(sealed)).decode()
        return sealer_of(deps, person).open_text(bytes(sealed))
    except CannotOpen:
        return ""
