"""What a card is trained on: what cards read and what came of it, of nobody in particular."""

import csv
import io

import pytest
from sqlalchemy import select

from app.core.access import Role
from app.core.errors import NotAllowed
from app.services import model_comparison, models, outcomes, rescoring, shadowing, training_data
from app.services.outcomes import Handed
from app.store.audit import AuditRow
from app.store.enquiries import Enquiry
from app.store.rescoring import RescoreRun
from scoring.training.dictionary import dictionary_from
from tests.builders import OPENID, finish, say
from tests.cards import a_card
from tests.console import an_actor
from tests.registry import a_risk_officer, a_validated

DAYS = 400


def finished(deps, people):
    """Let as many people finish; return their enquiries."""
    for last in range(people):
        finish(deps, openid=f"{OPENID[:-1]}{last}")
    with deps.sessions() as session:
        return session.scalars(select(Enquiry.id)).all()


def became(deps, enquiries, *what):
    """Wait, and take in what became of each."""
    deps.clock.advance(days=DAYS)
    today = deps.clock.now().date().isoformat()
    lines = [f"{one},{how},{today}" for one, how in zip(enquiries, what, strict=True)]
    content = "\n".join(["reference,outcome,observed_on", *lines]).encode()
    handed = Handed("outcomes.csv", content, "每月回传")
    row = outcomes.import_now(deps, an_actor(deps, Role.OPERATOR), handed, dry=False)
    assert (row.state, row.rows_bad) == ("applied", 0)


def went(deps, *what):
    became(deps, finished(deps, len(what)), *what)


def taken(deps, kind="person"):
    return training_data.take(deps, a_risk_officer(deps), kind, reason="训练新卡")


def test_the_file_holds_what_cards_read_and_the_target_and_nothing_else(deps):
    went(deps, "good", "bad", "good")
    file = taken(deps)
    rows = list(csv.DictReader(io.StringIO(file.csv)))
    inputs = set(deps.rulebook().cards["person"].inputs)
    assert set(rows[0]) == inputs | {"bad", "age_band", "province", "purpose"}
    assert (file.rows, file.bads) == (3, 1)
    assert sorted(row["bad"] for row in rows) == ["0", "0", "1"]
    known = dictionary_from(file.dictionary)
    assert {name for name in rows[0] if not known.is_ignored(name)} == inputs | {"bad"}
    assert set(known.protected) == {"age_band", "province", "purpose"}
    assert file.dictionary["applicants"] == "person"
    with deps.sessions() as session:
        acts = session.scalars(select(AuditRow.act)).all()
    assert "training_data_taken" in acts


def test_who_withdrew_a_consent_is_not_in_it(deps):
    went(deps, "good", "bad")
    say(deps, "撤回同意", "1", openid=f"{OPENID[:-1]}0")
    assert taken(deps).rows == 1


def test_firms_have_a_file_of_their_own(deps):
    went(deps, "good")
    assert taken(deps, "firm").rows == 0


def test_only_who_keeps_models_takes_it_and_with_a_reason(deps):
    with pytest.raises(NotAllowed):
        training_data.take(deps, an_actor(deps, Role.REVIEWER), "person", reason="训练新卡")
    with pytest.raises(NotAllowed):
        training_data.take(deps, a_risk_officer(deps), "person", reason=" ")


def test_data_that_arrive_have_the_quotas_that_hold_decided_anew(deps):
    went(deps, "good")
    with deps.sessions() as session:
        assert [one.state for one in session.scalars(select(RescoreRun))] == ["open"]
    rescoring.rescore_due(deps)
    with deps.sessions() as session:
        assert [one.state for one in session.scalars(select(RescoreRun))] == ["done"]


def test_the_matrix_says_what_came_of_those_it_would_have_declined(deps):
    risk = a_risk_officer(deps)
    model_id = a_validated(deps, risk, a_card(more_points=-300))
    models.shadow(deps, risk, model_id)
    enquiries = finished(deps, 2)
    shadowing.score_along(deps)
    became(deps, enquiries, "good", "bad")
    found = model_comparison.comparison_of(deps, risk, model_id)
    ((answers, cell),) = found.cells.items()
    assert answers[1] == "decline"
    assert (cell.people, cell.known, cell.bad, cell.bad_rate) == (2, 2, 1, 0.5)
