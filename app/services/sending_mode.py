"""Open the account for sending, or let only guests receive what it pushes."""

from collections.abc import Sequence

from app.core.access import Actor, Permission
from app.core.errors import NotAllowed
from app.deps import Deps
from app.steps import audit
from app.store import campaigns, imports

OPEN, TRIAL = "open", "trial"


def open_account(deps: Deps, actor: Actor) -> None:
    """Let everybody receive what the rules allow."""
    _set(deps, actor, OPEN, ())


def limit_to(deps: Deps, actor: Actor, openids: Sequence[str]) -> int:
    """Let only these people receive what is pushed; return how many they are."""
    named = sorted({one.strip() for one in openids if one.strip()})
    if not named:
        raise NotAllowed("A trial needs at least one guest.", why="no_guests")
    return _set(deps, actor, TRIAL, named)


def _set(deps: Deps, actor: Actor, mode: str, openids: Sequence[str]) -> int:
    actor.require(Permission.ADMINISTER)
    with deps.sessions.begin() as session:
        account = imports.find_account(session)
        if openids and account is None:
            raise NotAllowed("Nobody has written to the account yet.", why="account_unknown")
        guests = [deps.keyring.index("openid", f"{account}\0{one}").hex() for one in openids]
        campaigns.keep_mode(session, mode, guests, actor.name, deps.clock.now())
        act = audit.Act("sending_mode_set", "account", mode, changes={"guests": ("", len(guests))})
        audit.record(deps, session, actor, act)
    return len(guests)
