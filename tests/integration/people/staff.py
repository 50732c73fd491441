"""Somebody of each role, for tests that need no signing in."""

from app.core.access import Actor, Role, permissions_of

OPERATOR = Actor(1, "运营小安", permissions_of([Role.OPERATOR]), "r-operator")
REVIEWER = Actor(2, "审核小北", permissions_of([Role.REVIEWER]), "r-reviewer")
APPROVER = Actor(3, "复核小程", permissions_of([Role.APPROVER]), "r-approver")
AUDITOR = Actor(4, "审计小杜", permissions_of([Role.AUDITOR]), "r-auditor")
ADMINISTRATOR = Actor(5, "管理小恩", permissions_of([Role.ADMINISTRATOR]), "r-administrator")
