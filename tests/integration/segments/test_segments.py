"""Segments: kept in versions, counted, walked through, and never holding whom the law protects."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.audience.problems import Misread
from app.core.access import Actor, Role
from app.core.errors import NotAllowed, NotFound
from app.deps import Deps
from app.queries import segment_pages as pages
from app.services import segments
from app.services.segments import Draft
from app.steps import audience as step
from app.steps import segment_uses
from app.store.audit import AuditRow
from app.store.segments import SegmentVersion
from tests.console import an_actor
from tests.integration.segments.people import complained, decided, did, marked, someone


@pytest.fixture
def operator(deps: Deps) -> Actor:
    return an_actor(deps, Role.OPERATOR)


def draft(query: str = "follows", **given: str) -> Draft:
    return Draft(**{"name": "关注的人", "purpose": "service", "query": query, **given})


# ── Whom marketing never holds ──


def test_marketing_keeps_out_whom_the_law_protects_and_counts_them(
    deps: Deps, operator: Actor
) -> None:
    for _ in range(3):
        someone(deps)
    marked(deps, "stopped")
    complained(deps)
    complained(deps, "distress")
    someone(deps, on_hold="hardship")
    decided(deps, "approve", answers={"credit_record": "overdue_now"})
    decided(deps, "decline", "debt_over_stop")
    decided(deps, "decline", "tenure_hurt")
    decided(deps, "decline", "student")
    marked(deps, "no_marketing")
    someone(deps, marketing_stopped=True)
    someone(deps, consents=("answers",))
    figures = segments.count(deps, operator, "all", "marketing")
    assert figures.people == 3
    assert figures.kept_out == {
        "minor_or_student": 2,
        "in_dispute": 1,
        "in_hardship": 2,
        "in_arrears": 1,
        "over_debt_limit": 1,
        "just_declined": 1,
        "opted_out": 2,
        "no_consent": 1,
    }
    everybody = segments.count(deps, operator, "all", "service")
    assert (everybody.people, everybody.kept_out) == (14, {})


def test_the_audience_itself_holds_none_of_them(deps: Deps) -> None:
    kept = someone(deps)
    decided(deps, "decline", "tenure_hurt")
    with deps.sessions.begin() as session:
        understood = step.understand(deps, session, "all", "marketing")
        assert list(session.scalars(step.people_of(deps, understood))) == [kept]


def test_who_was_declined_long_ago_may_be_told_again(deps: Deps, operator: Actor) -> None:
    decided(deps, "decline", "tenure_hurt")
    deps.clock.advance(days=31)  # type: ignore[attr-defined]
    assert segments.count(deps, operator, "all", "marketing").people == 1


@pytest.mark.parametrize(
    "guarded",
    [
        'answered("income_band", "lt_4k")',
        'follows or not answered("debt_band")',
        'tier = "premium"',
        'reason = "debt_hurt"',
        'tag:"risk.grade" = "low"',
        'tag:"risk"',
    ],
)
def test_marketing_may_not_choose_by_means_without_consent_to_that(
    deps: Deps, operator: Actor, guarded: str
) -> None:
    with pytest.raises(NotAllowed) as caught:
        segments.count(deps, operator, guarded, "marketing")
    assert caught.value.why == "needs_profile_consent"
    narrowed = f'({guarded}) and consent:"marketing_profile"'
    assert segments.count(deps, an_actor(deps, Role.REVIEWER), narrowed, "marketing").people == 0


# ── Who may know of few ──


def test_few_people_chosen_by_their_means_are_not_told_to_who_may_not_see_them(
    deps: Deps, operator: Actor
) -> None:
    decided(deps, "approve", answers={"income_band": "lt_4k"})
    query = 'answered("income_band", "lt_4k")'
    assert segments.count(deps, operator, query).people is None
    assert pages.look(deps, operator, query, "service").sample is None
    assert pages.reach(deps, operator, query, "service") is None
    reviewer = an_actor(deps, Role.REVIEWER)
    assert segments.count(deps, reviewer, query).people == 1
    assert len(pages.look(deps, reviewer, query, "service").sample or ()) == 1


def test_a_sample_is_masked_and_stays_the_same(deps: Deps, operator: Actor) -> None:
    ids = sorted(someone(deps) for _ in range(12))
    sample = pages.look(deps, operator, "all", "service").sample or ()
    assert [one.id for one in sample] == ids[: pages.SAMPLE]
    assert all("…" in one.openid and len(one.openid) == 9 for one in sample)


# ── Kept in versions ──


def test_a_segment_is_checked_kept_and_changed_in_versions(deps: Deps, operator: Actor) -> None:
    did(deps, someone(deps), "submitted")
    someone(deps)
    segment = segments.save(deps, operator, draft("all"))
    number = segments.change(
        deps, operator, segment, draft('did("submitted")', note="只要交过的"), seen=1
    )
    page = pages.segment_page(deps, operator, segment)
    assert number == page.now.number == 2
    assert [(one.query, one.people) for one in page.versions] == [
        ('did("submitted")', 1),
        ("follows", 2),
    ]
    assert page.now.note == "只要交过的"
    assert pages.difference(deps, operator, segment, 2).lines == [
        ("-", "follows"),
        ("+", 'did("submitted")'),
    ]
    with deps.sessions() as session:
        tree = session.get_one(SegmentVersion, (segment, 2)).tree
        acts = list(session.scalars(select(AuditRow.act).order_by(AuditRow.seq)))
    assert tree == {"if": "did", "kind": "submitted", "at_least": 1}
    assert acts == ["segment_made", "segment_changed"]


def test_the_same_question_makes_no_version(deps: Deps, operator: Actor) -> None:
    segment = segments.save(deps, operator, draft("all"))
    assert segments.change(deps, operator, segment, draft("( follows )"), seen=1) == 1
    assert len(pages.segment_page(deps, operator, segment).versions) == 1


def test_what_somebody_saved_meanwhile_is_not_overwritten(deps: Deps, operator: Actor) -> None:
    segment = segments.save(deps, operator, draft("all"))
    segments.change(deps, operator, segment, draft("muted"), seen=1)
    with pytest.raises(NotAllowed) as caught:
        segments.change(deps, operator, segment, draft("imported"), seen=1)
    assert caught.value.why == "saved_meanwhile"


def test_a_name_is_given_once(deps: Deps, operator: Actor) -> None:
    first = segments.save(deps, operator, draft())
    second = segments.save(deps, operator, draft(name="另一群"))
    for give in (
        lambda: segments.save(deps, operator, draft()),
        lambda: segments.rename(deps, operator, second, "关注的人"),
    ):
        with pytest.raises(NotAllowed) as caught:
            give()
        assert caught.value.why == "segment_name_taken"
    segments.remove(deps, operator, first, "不用了")
    segments.rename(deps, operator, second, "关注的人")
    assert [one.name for one in segments.list_segments(deps, operator)] == ["关注的人"]


def test_a_question_that_nothing_goes_by_is_not_kept(deps: Deps, operator: Actor) -> None:
    with pytest.raises(Misread) as caught:
        segments.save(deps, operator, draft('follows and tag:"behaviour.sleepy"'))
    assert caught.value.problems[0].position == 12
    with pytest.raises(NotAllowed):
        segments.save(deps, operator, draft(purpose="fun"))
    assert segments.list_segments(deps, operator) == []


# ── Deleted only when nothing uses it ──


def test_what_is_in_use_is_not_deleted(
    deps: Deps, operator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = segments.save(deps, operator, draft())
    use = segment_uses.Use("campaign", "双十一", "/console/campaigns/1")
    monkeypatch.setattr(segment_uses, "FINDERS", (lambda _session, _id: [use],))
    assert pages.segment_page(deps, operator, segment).uses == [use]
    with pytest.raises(NotAllowed) as caught:
        segments.remove(deps, operator, segment, "不用了")
    assert caught.value.why == "segment_in_use"
    monkeypatch.setattr(segment_uses, "FINDERS", ())
    segments.remove(deps, operator, segment, "不用了")
    with pytest.raises(NotFound):
        pages.segment_page(deps, operator, segment)


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_only_who_prepares_keeps_segments(deps: Deps, operator: Actor, role: Role) -> None:
    segment = segments.save(deps, operator, draft())
    other = an_actor(deps, role)
    for act in (
        lambda: segments.save(deps, other, draft(name="x")),
        lambda: segments.change(deps, other, segment, draft(), seen=1),
        lambda: segments.rename(deps, other, segment, "x"),
        lambda: segments.remove(deps, other, segment, "x"),
        lambda: segments.ask_exact_count(deps, other, segment),
    ):
        with pytest.raises(NotAllowed):
            act()


# ── Who can be reached ──


def test_reach_is_what_the_one_rule_says(deps: Deps, operator: Actor) -> None:
    now = deps.clock.now()
    window = {"message_left": 2, "message_until": now + timedelta(hours=1)}
    someone(deps, **window)
    someone(deps, **window, is_muted=True)
    someone(deps)
    found = pages.reach(deps, operator, "all", "education")
    assert found is not None
    assert found.now == {"custom": 1}
    assert found.never == {"not_following": 1, "no_window": 1}
    assert (found.people, found.looked_at, found.is_scaled) == (3, 3, False)


def test_a_large_audience_is_scaled_from_a_sample(
    deps: Deps, operator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "LOOKED_AT", 2)
    for _ in range(6):
        someone(deps)
    found = pages.reach(deps, operator, "all", "service")
    assert found is not None
    assert (found.people, found.looked_at, found.is_scaled) == (6, 2, True)
    assert found.never == {"no_window": 6}


def test_an_exact_count_is_walked_in_batches_and_survives_a_death(
    deps: Deps, operator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "BATCH", 2)
    for _ in range(5):
        someone(deps)
    segment = segments.save(deps, operator, draft("all"))
    segments.ask_exact_count(deps, operator, segment)
    monkeypatch.setattr(segments, "_WORK_SECONDS", -1.0)
    assert segments.count_due(deps) == 0
    began = pages.segment_page(deps, operator, segment).exact
    assert began is not None
    assert (began.is_done, began.looked_at, began.people) == (False, 0, 5)
    monkeypatch.setattr(segments, "_WORK_SECONDS", 40.0)
    assert segments.count_due(deps) == 5
    exact = pages.segment_page(deps, operator, segment).exact
    assert exact is not None
    assert (exact.is_done, exact.looked_at, exact.reach.never) == (True, 5, {"no_window": 5})
    assert segments.count_due(deps) == 0
