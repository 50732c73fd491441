"""Look at how applications came, before they are decided: what stands out calls a person."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from app.core.dated import day_of
from app.deps import Deps
from app.dialogue.schema import Form
from app.reviewing.doubts import Arrived, Before, Doubt, DoubtRules, doubt_rules, find_doubts
from app.reviewing.repayment import Standing
from app.store import arrivals
from app.store.arrivals import Windows
from app.store.enquiries import Enquiry
from app.store.session import Transaction


def doubts_of(
    deps: Deps,
    session: Transaction,
    enquiries: Sequence[Enquiry],
    standings: Mapping[uuid.UUID, Standing],
    now: datetime,
) -> Mapping[uuid.UUID, tuple[Doubt, ...]]:
    """Return what stands out about each of a batch of enquiries, in three statements for all.

    `standings`: how each person stands here.
    """
    if not enquiries:
        return {}
    rules = doubt_rules(day_of(now))
    counts = arrivals.counts(session, [enquiry.id for enquiry in enquiries], _windows(rules))
    longest = max(rules.within("changed_after_decline"), rules.within("probing_limit"))
    before = arrivals.earlier(session, enquiries, longest)
    gaps = arrivals.gaps(session, enquiries)
    found = {}
    for enquiry in enquiries:
        earlier = before.get(enquiry.person_id, ())
        arrived = Arrived(
            at=enquiry.submitted_at,
            answers=enquiry.answers,
            counts=counts[enquiry.id]
            | {"behind_here": _behind(standings[enquiry.person_id], rules, now)},
            before=[Before(one.at, one.answers, one.outcome, one.high_fen) for one in earlier],
            gaps=gaps.get(enquiry.person_id, {}),
        )
        form = deps.forms.find(enquiry.form, enquiry.form_version)
        found[enquiry.id] = find_doubts(arrived, _lengths(form), rules)
    return found


def _behind(standing: Standing, rules: DoubtRules, now: datetime) -> int:
    since = day_of(now - rules.within("behind_here"))
    return sum(day >= since for day in standing.behind)


def _windows(rules: DoubtRules) -> Windows:
    return Windows(
        many_submissions=rules.within("many_submissions"),
        shared_phone=rules.within("shared_phone"),
        same_answers=rules.within("same_answers"),
    )


def _lengths(form: Form | None) -> Mapping[str, int]:
    """Count the signs that have to be read: the title, and every choice that is shown."""
    questions = form.questions if form else ()
    return {
        question.key: len(question.title) + sum(len(choice.label) for choice in question.offered)
        for question in questions
    }
