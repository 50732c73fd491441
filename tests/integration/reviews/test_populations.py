"""Groups beside each other and bad times, from what was really decided; who looks is recorded."""

import pytest
from sqlalchemy import select

from app.core.access import Role
from app.core.errors import NotAllowed
from app.deps import Deps
from app.services import populations
from app.store.audit import AuditRow
from app.store.enquiries import Enquiry
from tests.builders import SALARIED, finish
from tests.console import an_actor
from tests.fakes import FixedClock


def crowd(deps: Deps, clock: FixedClock, count: int, words: tuple[str, ...], name: str) -> None:
    for number in range(count):
        finish(deps, words=words, openid=f"oCrowd{name}{number:015d}")
        clock.advance(hours=2)


OLDER = (SALARIED[0], "4", *SALARIED[2:])


def test_groups_are_told_and_small_ones_hidden(deps: Deps, clock: FixedClock) -> None:
    crowd(deps, clock, 11, SALARIED, "A")
    crowd(deps, clock, 3, OLDER, "B")
    tables = populations.fairness(deps, an_actor(deps, Role.RISK), 30)
    assert set(tables) == {"age_band", "region", "kind"}
    assert all(row.is_hidden for row in tables["age_band"].rows)
    (kind,) = tables["kind"].rows
    assert (kind.group, kind.rows) == ("person", 14)
    assert kind.approval is not None
    assert kind.approval.value == 1
    (region,) = tables["region"].rows
    assert region.group == "33"


def test_bad_times_are_run_over_who_applied(deps: Deps, clock: FixedClock) -> None:
    crowd(deps, clock, 2, SALARIED, "A")
    outcomes = {one.code: one for one in populations.stress(deps, an_actor(deps, Role.RISK), 30)}
    assert outcomes["today"].approved == 1
    assert outcomes["defaults_3"].held_loss_fen > outcomes["today"].held_loss_fen
    clock.advance(days=60)
    assert populations.stress(deps, an_actor(deps, Role.RISK), 30) == ()


def test_what_was_withdrawn_is_not_read(deps: Deps, clock: FixedClock) -> None:
    crowd(deps, clock, 1, SALARIED, "A")
    with deps.sessions.begin() as session:
        session.scalars(select(Enquiry)).one().state = "withdrawn"
    assert populations.stress(deps, an_actor(deps, Role.RISK), 30) == ()
    tables = populations.fairness(deps, an_actor(deps, Role.RISK), 30)
    assert tables["kind"].rows == ()


def test_only_risk_looks_and_it_is_recorded(deps: Deps) -> None:
    for look in (populations.fairness, populations.stress):
        with pytest.raises(NotAllowed):
            look(deps, an_actor(deps, Role.OPERATOR), 30)
        look(deps, an_actor(deps, Role.RISK), 30)
    with deps.sessions() as session:
        acts = session.scalars(select(AuditRow.act).order_by(AuditRow.seq)).all()
    assert [act for act in acts if act in ("fairness_read", "stress_run")] == [
        "fairness_read",
        "stress_run",
    ]
