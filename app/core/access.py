"""Who acts and what they may do: six roles, each a set of permissions, checked on the server."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.core.errors import NotAllowed


class Permission(StrEnum):
    """One thing that somebody may do; pages and use cases ask for these, never for a role.

    `look`: read pages, masked. `see_personal`: show one hidden field, with a reason.
    `keep_models`: bring cards in, validate, let score along, retire, take training data.
    """

    LOOK = "look"
    PREPARE = "prepare"
    APPROVE = "approve"
    SEND = "send"
    SEE_PERSONAL = "see_personal"
    DECIDE = "decide"
    ADMINISTER = "administer"
    AUDIT = "audit"
    KEEP_MODELS = "keep_models"


class Role(StrEnum):
    """What somebody is employed for: 运营, 审核, 复核, 风控, 审计, 管理员."""

    OPERATOR = "operator"
    REVIEWER = "reviewer"
    APPROVER = "approver"
    RISK = "risk"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


GRANTS: Mapping[Role, frozenset[Permission]] = {
    Role.OPERATOR: frozenset({Permission.LOOK, Permission.PREPARE, Permission.SEND}),
    Role.REVIEWER: frozenset({Permission.LOOK, Permission.DECIDE, Permission.SEE_PERSONAL}),
    Role.APPROVER: frozenset({Permission.LOOK, Permission.APPROVE}),
    Role.RISK: frozenset({Permission.LOOK, Permission.KEEP_MODELS}),
    Role.AUDITOR: frozenset({Permission.LOOK, Permission.AUDIT}),
    Role.ADMINISTRATOR: frozenset({Permission.ADMINISTER}),
}
"""Separate system, business and audit duties: GB/T 22239-2019 level 3, as quoted second-hand."""


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Return what these roles together may do; raise `NotAllowed` for a mix that may not be.

    Who audits must not be able to change what is audited.
    """
    held = frozenset(roles)
    if Role.AUDITOR in held and len(held) > 1:
        raise NotAllowed("An auditor holds no other role.", why="auditor_alone")
    return frozenset(permission for role in held for permission in GRANTS[role])


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who does something now; `id` is None for a job, `request_id` joins log and audit."""

    id: int | None
    name: str
    permissions: frozenset[Permission]
    request_id: str

    def may(self, *needed: Permission) -> bool:
        """Say whether the actor holds all of these permissions."""
        return self.permissions.issuperset(needed)

    def require(self, *needed: Permission) -> None:
        """Raise `NotAllowed` unless the actor holds all of these permissions."""
        if not self.may(*needed):
            raise NotAllowed(f"{self.name} may not {', '.join(needed)}.", why="no_right")


def system_actor(request_id: str) -> Actor:
    """Return the actor of a job: it acts by the rules, so nothing is asked of it."""
    return Actor(None, "system", frozenset(Permission), request_id)
