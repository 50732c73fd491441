"""The audit log: what was done is there, chained, sealed, and nothing can be changed unseen."""

import json

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.core.access import Actor, Permission
from app.core.errors import NotAllowed, NotFound
from app.deps import Deps
from app.steps import approval, audit
from app.steps.person_key import sealer_of
from app.store import operators
from app.store.audit import AuditRow, head
from app.store.operators import Operator
from app.store.people import Person
from tests.builders import follows, hear

ANN = Actor(1, "安", frozenset({Permission.PREPARE}), "r1")


def acted(deps: Deps, *acts: audit.Act) -> list[AuditRow]:
    with deps.sessions.begin() as session:
        for act in acts:
            audit.record(deps, session, ANN, act)
    with deps.sessions() as session:
        return list(session.scalars(select(AuditRow).order_by(AuditRow.seq)))


def test_rows_are_numbered_and_chained(deps: Deps) -> None:
    rows = acted(deps, audit.Act("tag_set", "person", 1), audit.Act("tag_cut", "person", 2, "错了"))
    assert [(row.seq, row.act, row.reason, row.actor) for row in rows] == [
        (1, "tag_set", "", "安"),
        (2, "tag_cut", "错了", "安"),
    ]
    with deps.sessions() as session:
        end = head(session)
        assert end is not None
        assert (end.seq, bytes(end.hash)) == (2, bytes(rows[1].hash))


def test_a_rollback_leaves_nothing(deps: Deps) -> None:
    def fail_after_recording() -> None:
        with deps.sessions.begin() as session:
            audit.record(deps, session, ANN, audit.Act("tag_set", "person", 1))
            operators.get(session, 0)

    with pytest.raises(NotFound):
        fail_after_recording()
    assert acted(deps) == []


def test_values_are_sealed_under_the_persons_key_and_only_hashes_are_plain(deps: Deps) -> None:
    hear(deps, follows(deps))
    with deps.sessions() as session:
        person = session.scalar(select(Person))
    assert person is not None
    (row,) = acted(
        deps, audit.Act("held", "person", person.id, person=person, changes={"phone": ("", "138")})
    )
    assert "138" not in json.dumps(row.fields)
    opened = sealer_of(deps, person).open_text(bytes(row.values_sealed or b""))
    assert json.loads(opened) == {"phone": ["", "138"]}
    assert row.fields["phone"][0] != row.fields["phone"][1]


def test_the_database_refuses_to_change_a_row(deps: Deps) -> None:
    acted(deps, audit.Act("tag_set", "person", 1))
    for statement in ("UPDATE audit_log SET reason = 'x'", "DELETE FROM audit_log"):
        with pytest.raises(DBAPIError, match="append-only"), deps.sessions.begin() as session:
            session.execute(text(statement))


def two_people(deps: Deps) -> tuple[Actor, Actor]:
    with deps.sessions.begin() as session:
        for name in ("安", "波"):
            session.add(
                Operator(name=name, roles=[], password_hash="", created_at=deps.clock.now())
            )
    with deps.sessions() as session:
        ids = {one.name: one.id for one in session.scalars(select(Operator))}
    may = frozenset({Permission.PREPARE, Permission.APPROVE})
    return Actor(ids["安"], "安", may, "r1"), Actor(ids["波"], "波", may, "r2")


def test_what_one_prepared_another_releases(deps: Deps) -> None:
    ann, bo = two_people(deps)
    with deps.sessions.begin() as session:
        approval.ask(deps, session, ann, "export", 7, title="导出", content="v1", reason="对账")
    with deps.sessions.begin() as session, pytest.raises(NotAllowed, match="Whoever asked"):
        approval.answer(deps, session, ann, "export", 7, content="v1", approve=True)
    with deps.sessions.begin() as session, pytest.raises(NotAllowed, match="changed"):
        approval.answer(deps, session, bo, "export", 7, content="v2", approve=True)
    with deps.sessions.begin() as session:
        done = approval.answer(deps, session, bo, "export", 7, content="v1", approve=True)
        assert (done.state, done.decided_by) == ("approved", bo.id)
    with deps.sessions.begin() as session, pytest.raises(NotFound):
        approval.answer(deps, session, bo, "export", 7, content="v1", approve=True)


def test_a_new_request_voids_the_earlier_one_and_an_old_one_lapses(deps: Deps, clock) -> None:
    ann, bo = two_people(deps)
    with deps.sessions.begin() as session:
        first = approval.ask(deps, session, ann, "menu", 1, title="菜单", content="v1")
        approval.ask(deps, session, ann, "menu", 1, title="菜单", content="v2")
        session.refresh(first)
        assert first.state == "void"
    clock.advance(days=8)
    with deps.sessions.begin() as session, pytest.raises(NotAllowed, match="lapsed"):
        approval.answer(deps, session, bo, "menu", 1, content="v2", approve=True)


def test_whoever_may_not_approve_cannot(deps: Deps) -> None:
    ann, bo = two_people(deps)
    weak = Actor(bo.id, "波", frozenset({Permission.LOOK}), "r")
    with deps.sessions.begin() as session:
        approval.ask(deps, session, ann, "menu", 1, title="菜单", content="v1")
        with pytest.raises(NotAllowed, match="may not"):
            approval.answer(deps, session, weak, "menu", 1, content="v1", approve=True)
