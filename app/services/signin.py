"""Sign operators in: password, second factor, a new token at each step, and time-outs."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from app.core.access import Actor, Role, permissions_of
from app.core.errors import NotAllowed
from app.deps import Deps
from app.steps import audit, passwords, second_factor
from app.steps.sign_in_rules import SignInRules, sign_in_rules
from app.store import operators
from app.store.operators import Operator, OperatorSession
from app.store.session import Transaction

Stage = Literal["password", "enrol", "open"]
"""How far a session is: a code is to come; password or second factor are to be set up; open."""

_SEEN_EVERY = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who a session belongs to. `is_fresh`: the password was given within the last minutes."""

    operator_id: int
    name: str
    roles: tuple[Role, ...]
    stage: Stage
    is_fresh: bool
    needs_password: bool

    def actor(self, request_id: str) -> Actor:
        """Return whoever acts in this session; nobody acts before it is open."""
        permissions = permissions_of(self.roles) if self.stage == "open" else frozenset()
        return Actor(self.operator_id, self.name, permissions, request_id)


def begin(deps: Deps, name: str, password: str, request_id: str) -> str:
    """Check a password; return the token of a session that still asks for the second factor.

    Raise `NotAllowed`, in the same words for a wrong name, a wrong password and a closed account.
    """
    now = deps.clock.real()
    rules = sign_in_rules(now)
    with deps.sessions.begin() as session:
        operator = operators.find_by_name(session, name, lock=True)
        is_right = passwords.is_right(operator.password_hash if operator else None, password)
        is_open = operator is not None and operator.is_active and not _is_locked(operator, now)
        if operator is not None and is_right and is_open and not _has_lapsed(operator, now):
            _record(deps, session, operator, "signed_in_password", request_id)
            stage: Stage = "password" if operator.totp_sealed is not None else "enrol"
            return _new_session(session, operator, stage, now)
        if operator is not None and is_open:
            _count_failure(operator, rules, now)
        if operator is not None:
            _record(deps, session, operator, "sign_in_refused", request_id)
    # Outside the transaction: what was counted stays counted.
    raise NotAllowed("Name or password is wrong, or the account is closed.", why="sign_in_wrong")


def give_code(deps: Deps, token: str, code: str, request_id: str) -> str:
    """Check the second factor; return the token of a new, open session."""
    now = deps.clock.real()
    with deps.sessions.begin() as session:
        owned, operator = _session_of(session, token, ("password",), now)
        if not _is_locked(operator, now) and second_factor.accepts(deps, operator, code, now):
            operators.end_session(session, bytes(owned.token_hash))
            return _open(deps, session, operator, now, request_id)
        _count_failure(operator, sign_in_rules(now), now)
        _record(deps, session, operator, "sign_in_refused", request_id)
        if _is_locked(operator, now):
            operators.end_sessions(session, operator.id)
    raise NotAllowed("The code is wrong or was used already.", why="code_wrong")


def enrol(deps: Deps, token: str, password: str, secret: str, code: str, request_id: str) -> str:
    """Set a password (where a temporary one was used) and the second factor; open the session."""
    now = deps.clock.real()
    with deps.sessions.begin() as session:
        _, operator = _session_of(session, token, ("enrol",), now)
        if operator.password_is_temporary:
            passwords.check_choice(password, operator.name, sign_in_rules(now).password_length)
            operator.password_hash = passwords.hashed(password)
            operator.password_is_temporary, operator.password_until = False, None
        step = second_factor.matching_step(secret, code, now)
        if step is None:
            raise NotAllowed("The code does not match what was scanned.", why="code_wrong")
        operator.totp_sealed, operator.totp_step = second_factor.seal(deps, secret), step
        _record(deps, session, operator, "second_factor_set", request_id)
        operators.end_sessions(session, operator.id)
        return _open(deps, session, operator, now, request_id)


def current(deps: Deps, token: str, *, is_poll: bool) -> SignedIn | None:
    """Return who a token belongs to; None when it has ended. A poll does not keep it alive."""
    now = deps.clock.real()
    rules = sign_in_rules(now)
    with deps.sessions.begin() as session:
        row = operators.find_session(session, _hash(token))
        if row is None or not _lives(*row, rules, now):
            return None
        owned, operator = row
        if not is_poll and now - owned.seen_at > _SEEN_EVERY:
            operators.see(session, bytes(owned.token_hash), now)
        return SignedIn(
            operator_id=operator.id,
            name=operator.name,
            roles=tuple(Role(role) for role in operator.roles),
            stage=owned.stage,  # type: ignore[arg-type]  # written by this module only
            is_fresh=now - owned.confirmed_at <= rules.fresh,
            needs_password=operator.password_is_temporary,
        )


def authenticator(name: str, secret: str = "") -> tuple[str, str]:
    """Return a secret for an authenticator (a new one unless given) and its otpauth:// address."""
    kept = secret or second_factor.new_secret()
    return kept, second_factor.address_of(kept, name)


def confirm(deps: Deps, token: str, password: str, code: str, request_id: str) -> str:
    """Take password and code again before a sensitive act; return a new token."""
    now = deps.clock.real()
    with deps.sessions.begin() as session:
        owned, operator = _session_of(session, token, ("open",), now)
        is_right = passwords.is_right(operator.password_hash, password)
        if is_right and second_factor.accepts(deps, operator, code, now):
            operators.end_session(session, bytes(owned.token_hash))
            _record(deps, session, operator, "confirmed", request_id)
            return _new_session(session, operator, "open", now, started_at=owned.started_at)
        _count_failure(operator, sign_in_rules(now), now)
        _record(deps, session, operator, "confirm_refused", request_id)
        if _is_locked(operator, now):
            operators.end_sessions(session, operator.id)
    raise NotAllowed("Password or code is wrong.", why="confirm_wrong")


def end(deps: Deps, token: str) -> None:
    """Sign out."""
    with deps.sessions.begin() as session:
        operators.end_session(session, _hash(token))


def at_the_terminal(deps: Deps, name: str, code: str | None, request_id: str) -> Actor:
    """Return who acts on the command line; production asks for the operator's one-time code."""
    now = deps.clock.real()
    with deps.sessions.begin() as session:
        operator = operators.find_by_name(session, name, lock=True)
        if operator is None or not operator.is_active or _is_locked(operator, now):
            raise NotAllowed(f"No open account is called {name}.", why="sign_in_wrong")
        is_proven = deps.settings.environment == "local" or (
            code is not None and second_factor.accepts(deps, operator, code, now)
        )
        if not is_proven:
            _count_failure(operator, sign_in_rules(now), now)
        permissions = permissions_of(Role(role) for role in operator.roles)
        actor = Actor(operator.id, operator.name, permissions, request_id)
    if not is_proven:
        raise NotAllowed("The code is wrong or was used already.", why="code_wrong")
    return actor


def _open(
    deps: Deps, session: Transaction, operator: Operator, now: datetime, request_id: str
) -> str:
    operator.failures, operator.locked_until, operator.last_seen_at = 0, None, now
    _record(deps, session, operator, "signed_in", request_id)
    return _new_session(session, operator, "open", now)


def _new_session(
    session: Transaction,
    operator: Operator,
    stage: Stage,
    now: datetime,
    started_at: datetime | None = None,
) -> str:
    token = secrets.token_urlsafe(32)
    session.add(
        OperatorSession(
            token_hash=_hash(token),
            operator_id=operator.id,
            stage=stage,
            started_at=started_at or now,
            seen_at=now,
            confirmed_at=now,
        )
    )
    return token


def _session_of(
    session: Transaction, token: str, stages: tuple[str, ...], now: datetime
) -> tuple[OperatorSession, Operator]:
    row = operators.find_session(session, _hash(token))
    if row is None or row[0].stage not in stages or not _lives(*row, sign_in_rules(now), now):
        raise NotAllowed("The session has ended.", why="session_ended")
    return row[0], operators.get(session, row[1].id, lock=True)


def _lives(owned: OperatorSession, operator: Operator, rules: SignInRules, now: datetime) -> bool:
    is_in_time = now - owned.started_at < rules.absolute and now - owned.seen_at < rules.idle
    return is_in_time and operator.is_active


def _is_locked(operator: Operator, now: datetime) -> bool:
    return operator.locked_until is not None and operator.locked_until > now


def _has_lapsed(operator: Operator, now: datetime) -> bool:
    return operator.password_until is not None and operator.password_until <= now


def _count_failure(operator: Operator, rules: SignInRules, now: datetime) -> None:
    operator.failures += 1
    if operator.failures >= rules.failures:
        operator.failures = 0
        operator.locked_until = now + timedelta(minutes=rules.lock_minutes)


def _record(
    deps: Deps, session: Transaction, operator: Operator, what: str, request_id: str
) -> None:
    actor = Actor(operator.id, operator.name, frozenset(), request_id)
    audit.record(deps, session, actor, audit.Act(what, "operator", operator.id))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
