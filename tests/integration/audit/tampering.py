"""A log with some rows, and somebody with the database's highest rights who changes it."""

from typing import Any

from sqlalchemy import text

from app.core.access import Actor, Permission
from app.deps import Deps
from app.steps import audit

AUDITOR = Actor(9, "审计丁", frozenset({Permission.LOOK, Permission.AUDIT}), "r-audit")
OPERATOR = Actor(1, "安", frozenset({Permission.PREPARE}), "r1")


def written(deps: Deps, count: int = 10) -> None:
    """Record so many acts, each in a transaction of its own."""
    for number in range(1, count + 1):
        with deps.sessions.begin() as session:
            act = audit.Act(
                "tag_set", "person", number, f"第 {number} 次", changes={"tag": ("", number)}
            )
            audit.record(deps, session, OPERATOR, act)


def tamper(deps: Deps, *statements: str, **values: Any) -> None:
    """Change the tables as only a superuser can: the triggers that forbid it are held off."""
    with deps.sessions.begin() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            session.execute(text(statement), values)


def swap(deps: Deps, one: int, other: int) -> None:
    """Let two rows change places."""
    move = "UPDATE audit_log SET seq = {} WHERE seq = {}"
    tamper(deps, move.format(-1, one), move.format(one, other), move.format(other, -1))
