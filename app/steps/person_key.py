"""Open what is sealed under a person's own key, from the person's row."""

from app.core.crypto import Sealer, WrappedKey
from app.core.types import Secret
from app.deps import Deps
from app.store.people import Person


def wrapped_key(person: Person) -> WrappedKey:
    """Return the key as it is stored; of an erased person it opens nothing."""
    return WrappedKey(str(person.master_id), bytes(person.wrapped_key or b""))


def sealer_of(deps: Deps, person: Person) -> Sealer:
    """Return the person's key, ready to use; raise `CannotOpen` when it is gone."""
    return deps.keyring.unwrap(wrapped_key(person))


def openid_of(deps: Deps, person: Person) -> Secret:
    """Return how the platform names the person."""
    return Secret(sealer_of(deps, person).open_text(bytes(person.openid_sealed or b"")))
