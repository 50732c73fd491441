"""Keep the operators' accounts: who may sign in, and what for."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.access import Actor, Permission, Role, permissions_of
from app.core.errors import NotAllowed, NotFound
from app.deps import Deps
from app.steps import audit, passwords
from app.steps.sign_in_rules import sign_in_rules
from app.store import imports, people
from app.store import operators as store
from app.store.operators import Operator
from app.store.people import Person
from app.store.session import Transaction

FIRST = "admin"
FIRST_ROLES = (
    Role.ADMINISTRATOR,
    Role.OPERATOR,
    Role.REVIEWER,
    Role.APPROVER,
    Role.RISK,
)
"""Who sets up a local installation tries everything; two people are still needed to release."""

_NAME = re.compile(r"[\w.-]{2,32}")


@dataclass(frozen=True, slots=True)
class Account:
    """An account as administrators see it."""

    id: int
    name: str
    roles: tuple[Role, ...]
    is_active: bool
    is_marketing_authorised: bool
    has_second_factor: bool
    locked_until: datetime | None
    last_seen_at: datetime | None
    is_linked: bool


def list_accounts(deps: Deps, actor: Actor) -> Sequence[Account]:
    """List every account; administrators and auditors only."""
    if not actor.may(Permission.ADMINISTER):
        actor.require(Permission.AUDIT)
    with deps.sessions.begin() as session:
        return [_account(operator) for operator in store.list_operators(session)]


def get_account(deps: Deps, actor: Actor, operator_id: int) -> Account:
    """Return one account."""
    actor.require(Permission.ADMINISTER)
    with deps.sessions.begin() as session:
        return _account(store.get(session, operator_id))


def add(
    deps: Deps, actor: Actor, name: str, roles: Iterable[Role], *, may_market: bool = False
) -> str:
    """Add an operator; return the one-time password, which is shown once and kept nowhere."""
    actor.require(Permission.ADMINISTER)
    held = _checked(roles)
    if not _NAME.fullmatch(name):
        raise NotAllowed("A name has 2 to 32 letters, digits, dots or dashes.", why="operator_name")
    password = passwords.one_time_password()
    now = deps.clock.real()
    with deps.sessions.begin() as session:
        if store.find_by_name(session, name) is not None:
            raise NotAllowed(f"{name} exists already.", why="operator_exists")
        operator = Operator(
            name=name,
            roles=[role.value for role in held],
            is_marketing_authorised=may_market,
            password_hash=passwords.hashed(password),
            password_until=_until(now),
            created_at=now,
        )
        session.add(operator)
        session.flush()  # the audit names its id
        changes = {"roles": ("", _plain(held)), "marketing": (False, may_market)}
        act = audit.Act("operator_added", "operator", operator.id, changes=changes)
        audit.record(deps, session, actor, act)
    return password


def first_password(deps: Deps, actor: Actor) -> str | None:
    """Make sure that somebody can sign in first; return the one-time password until it was used.

    What was printed at an earlier start is replaced: only its hash was kept.
    """
    with deps.sessions.begin() as session:
        others = store.count_operators(session)
        first = store.find_by_name(session, FIRST)
        is_waiting = first is not None and first.last_seen_at is None
        if first is not None and is_waiting and others == 1:
            return _reset(deps, session, actor, first)
    return None if others else add(deps, actor, FIRST, FIRST_ROLES)


def set_roles(
    deps: Deps, actor: Actor, operator_id: int, roles: Iterable[Role], *, may_market: bool
) -> None:
    """Change what somebody may do; every session of theirs ends at once."""
    held = _checked(roles)
    with deps.sessions.begin() as session:
        operator = _others(session, actor, operator_id)
        changes = {
            "roles": (",".join(operator.roles), _plain(held)),
            "marketing": (operator.is_marketing_authorised, may_market),
        }
        operator.roles = [role.value for role in held]
        operator.is_marketing_authorised = may_market
        store.end_sessions(session, operator.id)
        act = audit.Act("operator_roles_set", "operator", operator.id, changes=changes)
        audit.record(deps, session, actor, act)


def link(deps: Deps, actor: Actor, name: str, openid: str | None) -> None:
    """Say which WeChat account is an operator's own, or that none is; it gets tests from then on.

    Raise `NotAllowed` for somebody who has never written to the account, or follows no more.
    """
    actor.require(Permission.ADMINISTER)
    with deps.sessions.begin() as session:
        operator = store.find_by_name(session, name, lock=True)
        if operator is None:
            raise NotFound(f"No operator {name}.")
        person = _follower(deps, session, openid) if openid else None
        operator.person_id = person.id if person is not None else None
        what = "operator_linked" if person is not None else "operator_unlinked"
        audit.record(deps, session, actor, audit.Act(what, "operator", operator.id, person=person))


def _follower(deps: Deps, session: Transaction, openid: str) -> Person:
    account = imports.find_account(session)
    index = deps.keyring.index("openid", f"{account}\0{openid.strip()}")
    person = people.find_by_openid(session, str(account), index)
    if person is None or not person.follows:
        raise NotAllowed("This account does not follow us.", why="not_following")
    return person


def set_active(deps: Deps, actor: Actor, operator_id: int, *, is_active: bool) -> None:
    """Close or reopen an account; closing ends every session at once."""
    with deps.sessions.begin() as session:
        operator = _others(session, actor, operator_id)
        operator.is_active = is_active
        store.end_sessions(session, operator.id)
        what = "operator_opened" if is_active else "operator_closed"
        audit.record(deps, session, actor, audit.Act(what, "operator", operator.id))


def reset(deps: Deps, actor: Actor, operator_id: int) -> str:
    """Take password and second factor away; return a one-time password. Nobody chooses for others.

    ASVS 6.4.6: administrators reset, and never choose a password.
    """
    with deps.sessions.begin() as session:
        return _reset(deps, session, actor, _others(session, actor, operator_id))


def _reset(deps: Deps, session: Transaction, actor: Actor, operator: Operator) -> str:
    password = passwords.one_time_password()
    operator.password_hash = passwords.hashed(password)
    operator.password_is_temporary, operator.password_until = True, _until(deps.clock.real())
    operator.totp_sealed, operator.failures, operator.locked_until = None, 0, None
    store.end_sessions(session, operator.id)
    audit.record(deps, session, actor, audit.Act("operator_reset", "operator", operator.id))
    return password


def _others(session: Transaction, actor: Actor, operator_id: int) -> Operator:
    actor.require(Permission.ADMINISTER)
    if actor.id == operator_id:
        raise NotAllowed("Nobody changes their own account this way.", why="own_account")
    return store.get(session, operator_id, lock=True)


def _checked(roles: Iterable[Role]) -> tuple[Role, ...]:
    held = tuple(sorted(set(roles)))
    if not held:
        raise NotAllowed("An operator has at least one role.", why="operator_roles")
    permissions_of(held)
    return held


def _until(now: datetime) -> datetime:
    return now + timedelta(hours=sign_in_rules(now).temporary_hours)


def _plain(roles: Iterable[Role]) -> str:
    return ",".join(role.value for role in roles)


def _account(operator: Operator) -> Account:
    return Account(
        id=operator.id,
        name=operator.name,
        roles=tuple(Role(role) for role in operator.roles),
        is_active=operator.is_active,
        is_marketing_authorised=operator.is_marketing_authorised,
        has_second_factor=operator.totp_sealed is not None,
        locked_until=operator.locked_until,
        last_seen_at=operator.last_seen_at,
        is_linked=operator.person_id is not None,
    )
