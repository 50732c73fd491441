"""A reviewer decides up to what the policy said; past it a second person must agree."""

import json

import pytest
from sqlalchemy import select, update

from app.core.access import Role
from app.core.errors import NotAllowed, NotFound
from app.deps import Deps
from app.services import decisions, delivery, reviews, verdicts
from app.services.verdicts import Verdicted
from app.steps.person_key import sealer_of
from app.store.approvals import Approval
from app.store.audit import AuditRow
from app.store.enquiries import Decision, Review
from app.store.people import Person
from tests.builders import fill, say
from tests.console import an_actor
from tests.fakes import FixedClock, RecordingGateway
from tests.integration.reviews.desk import a_case, row, some_cases, taken
from tests.reviewing import a_reviewer, an_approver

MORE = Verdicted(2_900_000, reason="steady_income", note="看过工资流水")


def policy_limit(deps: Deps, case: int) -> int:
    said = verdicts.what_policy_says(deps, an_actor(deps, Role.AUDITOR), case)
    assert said.limit_fen is not None
    return said.limit_fen


def why(act) -> str:
    with pytest.raises(NotAllowed) as refused:
        act()
    return refused.value.why


def decided_by_hand(deps: Deps) -> list[Decision]:
    with deps.sessions() as session:
        return list(session.scalars(select(Decision).where(Decision.decided_by != "auto")))


def test_confirming_decides_as_the_policy_said_and_tells(
    deps: Deps, gateway: RecordingGateway
) -> None:
    reviewer = a_reviewer(deps, "小审")
    case = taken(deps, reviewer)
    limit = policy_limit(deps, case)
    wanted = Verdicted(as_policy=True, reason="policy_right")
    decided = verdicts.decide_review(deps, reviewer, case, wanted)
    assert (decided.ruling, decided.waits_for_second) == ("confirm", False)
    delivery.deliver_due(deps)
    assert f"{limit // 100:,}" in gateway.sent[-1][1]
    kept = row(deps, case)
    assert (kept.state, kept.ruling, kept.reason) == ("decided", "confirm", "policy_right")
    assert (kept.decided_by, kept.locked_by) == ("小审", None)
    assert decisions.replay_decision(deps, decided.decision_id)


def test_a_lower_amount_needs_nobody_else(deps: Deps, gateway: RecordingGateway) -> None:
    reviewer = a_reviewer(deps)
    case = taken(deps, reviewer)
    wanted = Verdicted(1_000_000, reason="heavy_debt", note="")
    assert verdicts.decide_review(deps, reviewer, case, wanted).ruling == "tighten"
    delivery.deliver_due(deps)
    assert "10,000" in gateway.sent[-1][1]


def test_past_the_policy_nobody_is_told_before_a_second_person_agrees(
    deps: Deps, gateway: RecordingGateway
) -> None:
    reviewer, approver = a_reviewer(deps, "小审"), an_approver(deps, "小复")
    case = taken(deps, reviewer)
    assert policy_limit(deps, case) < 2_900_000
    before = len(gateway.sent)
    assert verdicts.decide_review(deps, reviewer, case, MORE).waits_for_second
    delivery.deliver_due(deps)
    assert (len(gateway.sent), decided_by_hand(deps)) == (before, [])
    assert row(deps, case).waits_for == "second"
    assert "工资" not in repr(row(deps, case).proposal_sealed)
    assert reviews.take_next(deps, a_reviewer(deps)) is None
    decided = verdicts.answer_release(deps, approver, case, approve=True)
    delivery.deliver_due(deps)
    assert "29,000" in gateway.sent[-1][1]
    kept = row(deps, case)
    assert (kept.ruling, kept.decided_by, kept.released_by) == ("loosen", "小审", "小复")
    assert kept.proposal_sealed is None
    assert decisions.replay_decision(deps, decided.decision_id)


def test_whoever_asked_cannot_release_it(deps: Deps) -> None:
    both = an_actor(deps, Role.REVIEWER, Role.APPROVER)
    case = taken(deps, both)
    verdicts.decide_review(deps, both, case, MORE)
    assert why(lambda: verdicts.answer_release(deps, both, case, approve=True)) == "own_request"
    assert decided_by_hand(deps) == []


def test_a_refusal_sends_the_case_back_in_front(deps: Deps) -> None:
    reviewer, approver = a_reviewer(deps), an_approver(deps)
    case = taken(deps, reviewer)
    some_cases(deps, 1)
    verdicts.decide_review(deps, reviewer, case, MORE)
    silent = lambda: verdicts.answer_release(deps, approver, case, approve=False)  # noqa: E731
    assert why(silent) == "words_needed"
    verdicts.answer_release(deps, approver, case, approve=False, words="流水不足半年")
    assert decided_by_hand(deps) == []
    assert reviews.take_next(deps, reviewer) == case
    with deps.sessions() as session:
        assert session.scalars(select(Approval.answer)).one() == "流水不足半年"


def test_what_changed_after_it_was_asked_for_is_not_released(deps: Deps) -> None:
    reviewer = a_reviewer(deps)
    case = taken(deps, reviewer)
    verdicts.decide_review(deps, reviewer, case, MORE)
    with deps.sessions.begin() as session:
        review, person = session.get(Review, case), session.scalars(select(Person)).one()
        assert review is not None
        sealer = sealer_of(deps, person)
        proposal = json.loads(sealer.open_text(review.proposal_sealed))
        review.proposal_sealed = sealer.seal_text(json.dumps({**proposal, "approved_fen": 1}))
    release = lambda: verdicts.answer_release(deps, an_approver(deps), case, approve=True)  # noqa: E731
    assert why(release) == "changed_since"


def test_a_request_nobody_answers_lapses_and_the_case_comes_back(
    deps: Deps, clock: FixedClock
) -> None:
    reviewer = a_reviewer(deps)
    case = taken(deps, reviewer)
    verdicts.decide_review(deps, reviewer, case, MORE)
    clock.advance(days=7, seconds=1)
    release = lambda: verdicts.answer_release(deps, an_approver(deps), case, approve=True)  # noqa: E731
    assert why(release) == "lapsed"
    assert reviews.take_next(deps, reviewer) == case


def test_law_and_product_are_nobodys_to_loosen(deps: Deps) -> None:
    reviewer = a_reviewer(deps)
    case = taken(deps, reviewer)
    wanted = Verdicted(10**9, reason="steady_income", note="想多给")
    refused = why(lambda: verdicts.decide_review(deps, reviewer, case, wanted))
    assert refused.startswith("beyond_")
    assert row(deps, case).waits_for is None


@pytest.mark.parametrize(
    ("wanted", "because"),
    [
        (Verdicted(as_policy=True, reason="heavy_debt_of_nobody"), "reason_unfit"),
        (Verdicted(None, reason="steady_income"), "reason_unfit"),
        (Verdicted(2_900_000, reason="steady_income", note=" "), "words_needed"),
    ],
)
def test_a_verdict_has_a_reason_that_fits_and_words_where_it_loosens(
    deps: Deps, wanted: Verdicted, because: str
) -> None:
    reviewer = a_reviewer(deps)
    case = taken(deps, reviewer)
    assert why(lambda: verdicts.decide_review(deps, reviewer, case, wanted)) == because


def test_a_case_is_decided_once(deps: Deps) -> None:
    one, other = a_reviewer(deps), a_reviewer(deps)
    case = taken(deps, one)
    wanted = Verdicted(None, reason="no_answer")
    assert why(lambda: verdicts.decide_review(deps, other, case, wanted)) == "case_not_held"
    verdicts.decide_review(deps, one, case, wanted)
    assert why(lambda: verdicts.decide_review(deps, one, case, wanted)) == "case_decided"
    assert why(lambda: reviews.take(deps, other, case)) == "case_decided"
    assert len(decided_by_hand(deps)) == 1


def test_whose_time_ran_out_decides_nothing(deps: Deps, clock: FixedClock) -> None:
    reviewer = a_reviewer(deps)
    case = taken(deps, reviewer)
    clock.advance(minutes=11)
    wanted = Verdicted(None, reason="no_answer")
    assert why(lambda: verdicts.decide_review(deps, reviewer, case, wanted)) == "case_not_held"


def test_who_refused_the_machine_is_decided_with_its_counsel(deps: Deps) -> None:
    fill(deps)
    say(deps, "改由人工评估")
    decisions.score_due(deps)
    with deps.sessions() as session:
        case = session.scalars(select(Review.id)).one()
    assert policy_limit(deps, case) > 0


def test_only_reviewers_decide_and_only_approvers_release(deps: Deps) -> None:
    case = taken(deps, a_reviewer(deps))
    wanted = Verdicted(None, reason="no_answer")
    for role in set(Role) - {Role.REVIEWER}:
        actor = an_actor(deps, role)
        assert (
            why(lambda actor=actor: verdicts.decide_review(deps, actor, case, wanted)) == "no_right"
        )
    for role in set(Role) - {Role.APPROVER}:
        actor = an_actor(deps, role)
        release = lambda actor=actor: verdicts.answer_release(deps, actor, case, approve=True)  # noqa: E731
        assert why(release) == "no_right"
    approver = an_approver(deps)
    release = lambda: verdicts.answer_release(deps, approver, case, approve=True)  # noqa: E731
    assert why(release) == "nothing_to_release"
    with pytest.raises(NotFound):
        verdicts.answer_release(deps, approver, 4711, approve=True)


def test_every_step_is_on_record_and_no_amount_in_the_plain(deps: Deps) -> None:
    reviewer, approver = a_reviewer(deps), an_approver(deps)
    case = taken(deps, reviewer)
    verdicts.decide_review(deps, reviewer, case, MORE)
    verdicts.answer_release(deps, approver, case, approve=True)
    with deps.sessions() as session:
        asked = select(AuditRow).where(AuditRow.subject == "review").order_by(AuditRow.seq)
        rows = session.scalars(asked).all()
    acts = [(one.act, one.actor) for one in rows]
    assert acts == [
        ("review_taken", reviewer.name),
        ("approval_asked", reviewer.name),
        ("approval_approved", approver.name),
        ("review_decided", approver.name),
    ]
    assert "2900000" not in json.dumps([one.fields for one in rows])


def test_a_pattern_that_was_nothing_changes_nothing(deps: Deps, gateway: RecordingGateway) -> None:
    case = a_case(deps)
    with deps.sessions.begin() as session:
        session.execute(update(Review).values(kind="velocity"))
    reviewer = a_reviewer(deps)
    reviews.take(deps, reviewer, case)
    before = len(gateway.sent)
    wanted = Verdicted(as_policy=True, reason="nothing_found")
    assert verdicts.decide_review(deps, reviewer, case, wanted).decision_id is None
    delivery.deliver_due(deps)
    assert len(gateway.sent) == before
    assert row(deps, case).state == "decided"
