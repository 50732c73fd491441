"""Stand in the console: real operators in the store, signed in with the roles a test asks for."""

import hashlib
import itertools
import re
import secrets
from typing import Any

from flask.testing import FlaskClient

from app.core.access import Actor, Role, permissions_of
from app.deps import Deps
from app.store.operators import Operator, OperatorSession
from handlers.console.frame import TOKEN
from handlers.factory import create_app

AUTHENTICATOR = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_numbers = itertools.count(1)


def an_actor(deps: Deps, *roles: Role, name: str = "") -> Actor:
    """Make an operator and return who acts as them."""
    operator = an_operator(deps, *roles, name=name)
    return Actor(operator.id, operator.name, permissions_of(roles), "r-test")


def an_operator(deps: Deps, *roles: Role, name: str = "") -> Operator:
    """Make an operator who can be signed in without password or code."""
    with deps.sessions.begin() as session:
        operator = Operator(
            name=name or f"操作员{next(_numbers)}",
            roles=[role.value for role in roles],
            password_hash="nobody knows it",
            password_is_temporary=False,
            is_marketing_authorised=True,
            totp_sealed=deps.keyring.seal(AUTHENTICATOR.encode()),
            created_at=deps.clock.real(),
        )
        session.add(operator)
        session.flush()
    return operator


def signed_in(deps: Deps, *roles: Role, name: str = "") -> FlaskClient:
    """Return a browser in which an operator with these roles is signed in, freshly confirmed."""
    client = create_app(deps).test_client()
    enter(deps, client, an_operator(deps, *roles, name=name))
    return client


def enter(deps: Deps, client: FlaskClient, operator: Operator) -> None:
    """Sign an operator in, in this browser."""
    token, now = secrets.token_urlsafe(32), deps.clock.real()
    with deps.sessions.begin() as session:
        session.add(
            OperatorSession(
                token_hash=hashlib.sha256(token.encode()).digest(),
                operator_id=operator.id,
                stage="open",
                started_at=now,
                seen_at=now,
                confirmed_at=now,
            )
        )
    with client.session_transaction(path="/console/") as kept:
        kept[TOKEN] = token


def post(client: FlaskClient, url: str, page: str = "", **fields: Any) -> Any:
    """Post a form as a browser does: with the token of a page (the form's own, unless named)."""
    seen = client.get(page or url)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', seen.text)
    assert found, f"{page or url} shows no form: {seen.status_code}"
    return client.post(url, data={"csrf_token": found[1], **fields})
