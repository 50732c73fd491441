"""Work through the cases: take the next one, hold it, put it off, pass it on, share them out."""

from datetime import date, datetime, time, timedelta

from app.core.access import Actor, Permission
from app.core.clock import SHANGHAI
from app.core.dated import day_of
from app.core.errors import NotAllowed
from app.core.jobs import JobName
from app.deps import Deps
from app.reviewing.sharing import share_out
from app.steps import audit, case_lock, cases, recusal, staff
from app.steps.audit import Act
from app.steps.person_key import sealer_of
from app.store import complaints, operators, outbox, review_queue
from app.store.enquiries import Review
from app.store.session import Transaction

_BATCH = 200
_LONGEST_NOTE = 500


def take_next(deps: Deps, actor: Actor, *, leaving: int | None = None) -> int | None:
    """Give the reviewer the most urgent case that nobody works on; None when there is none.

    The case that is left is free again at once. Whoever works on another case is given that one:
    nobody holds two. Two reviewers who ask at the same moment are given two cases.
    """
    actor.require(Permission.DECIDE)
    now, me = deps.clock.now(), case_lock.identity(actor)
    with deps.sessions.begin() as session:
        if leaving is not None:
            _let_go_of(session, leaving, me)
        review = review_queue.find_held(session, me, now, leaving=leaving)
        if review is None:
            review = review_queue.claim_next(session, me, now, leaving=leaving)
        if review is None:
            return None
        _hold(deps, session, actor, review, now)
        return review.id


def take_complaint(deps: Deps, actor: Actor) -> int | None:
    """Give the reviewer a complaint that is nobody's and due before any case; None: none is.

    Whoever it is about, or decided the person's case, is not given it.
    """
    actor.require(Permission.DECIDE)
    now, me = deps.clock.now(), case_lock.identity(actor)
    with deps.sessions.begin() as session:
        if review_queue.find_held(session, me, now) is not None:
            return None
        due_before = review_queue.first_due(session, me, now)
        for complaint in complaints.claim_unassigned(session, due_before):
            if not recusal.is_recused(session, actor, complaint):
                complaint.assigned_to = me
                cases.InHand(deps, session, actor, complaint, None).enter("assigned")
                return complaint.id
    return None


def take(deps: Deps, actor: Actor, review_id: int) -> None:
    """Take one case; raise `NotAllowed` while somebody else works on it."""
    actor.require(Permission.DECIDE)
    with deps.sessions.begin() as session:
        review, _enquiry, _person = review_queue.get(session, review_id)
        _hold(deps, session, actor, review, deps.clock.now())


def renew(deps: Deps, actor: Actor, review_id: int) -> datetime:
    """Hold the case on while its page is open; return until when. It leaves no audit row."""
    actor.require(Permission.DECIDE)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        review, _enquiry, _person = review_queue.get(session, review_id)
        case_lock.check_held(review, actor, now)
        case_lock.hold(review, actor, now)
        return now + case_lock.rules_of(now).lock


def release(
    deps: Deps, actor: Actor, review_id: int, *, held_until: datetime | None = None
) -> None:
    """Let go of a case; with `held_until` only if it has not been taken or renewed since."""
    actor.require(Permission.DECIDE)
    me = case_lock.identity(actor)
    with deps.sessions.begin() as session:
        _let_go_of(session, review_id, me, held_until)


def snooze(deps: Deps, actor: Actor, review_id: int, until: date) -> None:
    """Put a case off until the staff are in on a day; the promise made to the person stays."""
    actor.require(Permission.DECIDE)
    now = deps.clock.now()
    today = day_of(now)
    last = today + timedelta(days=case_lock.rules_of(now).snooze_days)
    if not today < until <= last:
        raise NotAllowed(f"A case can be put off until {last} at the latest.", why="snooze_days")
    wakes_at = staff.next_opening(datetime.combine(until, time.min, tzinfo=SHANGHAI))
    with deps.sessions.begin() as session:
        review, _enquiry, person = review_queue.get(session, review_id)
        case_lock.check_held(review, actor, now)
        if wakes_at > review.due_at:
            raise NotAllowed("It is due before that.", why="snooze_due")
        changes = {"snoozed_until": (review.snoozed_until, wakes_at)}
        review.snoozed_until = wakes_at
        case_lock.let_go(review)
        act = Act("review_snoozed", "review", review_id, "", person, changes)
        audit.record(deps, session, actor, act)


def pass_on(deps: Deps, actor: Actor, review_id: int, *, to: int, note: str) -> None:
    """Give a case to a colleague, with a note that only the desk reads."""
    actor.require(Permission.DECIDE)
    now, words = deps.clock.now(), note.strip()[:_LONGEST_NOTE]
    if not words:
        raise NotAllowed("Whoever gets a case needs to know why.", why="words_needed")
    with deps.sessions.begin() as session:
        review, _enquiry, person = review_queue.get(session, review_id)
        case_lock.check_held(review, actor, now)
        if to == actor.id or to not in review_queue.list_loads(session, now):
            raise NotAllowed("Only a colleague who decides and is there.", why="no_colleague")
        changes = {"assigned_to": (review.assigned_to, to)}
        review.assigned_to, review.passed_by = to, actor.name
        review.passed_note_sealed = sealer_of(deps, person).seal_text(words)
        review.priority = max(review.priority, 1)
        case_lock.let_go(review)
        act = Act("review_passed_on", "review", review_id, "", person, changes)
        audit.record(deps, session, actor, act)


def set_away(deps: Deps, actor: Actor, until: date | None) -> None:
    """Say until when one is not there; the cases that wait go to the others. None: one is back."""
    actor.require(Permission.DECIDE)
    now, me = deps.clock.now(), case_lock.identity(actor)
    back = None
    if until is not None:
        back = datetime.combine(until, time.min, tzinfo=SHANGHAI)
        if back <= now:
            raise NotAllowed("The day of coming back is still to come.", why="day_to_come")
    with deps.sessions.begin() as session:
        operator = operators.get(session, me, lock=True)
        changes = {"away_until": (operator.away_until, back)}
        operator.away_until = back
        act = Act("away_set", "operator", me, changes=changes)
        audit.record(deps, session, actor, act)
        outbox.add(session, JobName.ASSIGN_CASES.value, actor.request_id[:40], now)


def assign_cases(deps: Deps) -> int:
    """Share out what is nobody's, and what is of somebody who is not there; return how many."""
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        waiting = {
            review.id: review for review in review_queue.claim_unassigned(session, now, _BATCH)
        }
        given = share_out(list(waiting), review_queue.list_loads(session, now))
        for review_id, operator_id in given.items():
            waiting[review_id].assigned_to = operator_id
    return len(given)


def _hold(deps: Deps, session: Transaction, actor: Actor, review: Review, now: datetime) -> None:
    """Put a case into the reviewer's hands, and say so once: whoever reads it is on record."""
    is_mine = review.locked_by == actor.id and case_lock.is_locked(review, now)
    case_lock.hold(review, actor, now)
    review.assigned_to = actor.id
    if not is_mine:
        audit.record(deps, session, actor, Act("review_taken", "review", review.id))


def _let_go_of(
    session: Transaction, review_id: int, me: int, held_until: datetime | None = None
) -> None:
    review, _enquiry, _person = review_queue.get(session, review_id)
    is_mine = review.locked_by == me
    if is_mine and (held_until is None or review.locked_until == held_until):
        case_lock.let_go(review)
