"""Roles are sets of permissions; whoever audits holds nothing else."""

import pytest

from app.core.access import GRANTS, Actor, Permission, Role, permissions_of, system_actor
from app.core.errors import NotAllowed


def test_every_permission_is_somebodys_and_every_role_has_one() -> None:
    assert frozenset().union(*GRANTS.values()) == frozenset(Permission)
    assert all(GRANTS[role] for role in Role)


def test_roles_add_up() -> None:
    both = permissions_of([Role.OPERATOR, Role.REVIEWER])
    assert both == GRANTS[Role.OPERATOR] | GRANTS[Role.REVIEWER]


def test_an_auditor_holds_no_other_role() -> None:
    assert permissions_of([Role.AUDITOR, Role.AUDITOR]) == GRANTS[Role.AUDITOR]
    with pytest.raises(NotAllowed):
        permissions_of([Role.AUDITOR, Role.ADMINISTRATOR])


def test_an_auditor_and_an_administrator_cannot_touch_each_others_duties() -> None:
    changing = frozenset(Permission) - {Permission.LOOK, Permission.AUDIT}
    assert not GRANTS[Role.AUDITOR] & changing
    assert Permission.AUDIT not in GRANTS[Role.ADMINISTRATOR]


def test_an_actor_is_asked_for_every_permission() -> None:
    actor = Actor(1, "小王", permissions_of([Role.OPERATOR]), "r1")
    actor.require(Permission.PREPARE, Permission.SEND)
    with pytest.raises(NotAllowed, match="decide"):
        actor.require(Permission.PREPARE, Permission.DECIDE)


def test_a_job_may_do_what_the_rules_say() -> None:
    assert system_actor("r").may(*Permission)
