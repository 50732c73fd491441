"""Where the cut-off could lie: approvals, bads and margin as it moves."""

from dataclasses import dataclass, replace
from datetime import date
from itertools import accumulate
from typing import Final

from scoring.assess.rulebook import RuleBook
from scoring.outlook.population import Population
from scoring.outlook.verdicts import judge_all
from scoring.policy.limits import Desk
from scoring.policy.rules import KindPolicy

_POINTS: Final = 60
_OPEN: Final = 0.99


@dataclass(frozen=True, slots=True)
class Point:
    """One cut-off: the highest upper probability let in, and what would come of it."""

    pd_up_to: float
    approval_rate: float
    bad_rate: float
    margin_fen: int


def cut_off_curve(population: Population, book: RuleBook, on: date) -> tuple[Point, ...]:
    """Move the bound of the last tier over everyone whom the other rules let through."""
    policy = book.policy
    wide = replace(policy, person=_opened(policy.person), firm=_opened(policy.firm))
    opened = replace(book, desk=Desk(wide, book.law, book.lender))
    let_in = sorted(
        (
            (one.judgement.score.pd_high, one.pd, one.margin_fen)
            for one in judge_all(population, opened, on)
            if one.is_approved and one.judgement.score
        ),
    )
    bads = list(accumulate(pd for _, pd, _ in let_in))
    margins = list(accumulate(margin for _, _, margin in let_in))
    last = [
        place
        for place, (bound, _, _) in enumerate(let_in)
        if place + 1 == len(let_in) or let_in[place + 1][0] > bound
    ]
    step = max(len(last) // _POINTS, 1)
    return tuple(
        Point(
            pd_up_to=let_in[place][0],
            approval_rate=(place + 1) / len(population.applicants),
            bad_rate=bads[place] / (place + 1),
            margin_fen=round(margins[place]),
        )
        for place in sorted({*last[::step], *last[-1:]})
    )


def _opened(own: KindPolicy) -> KindPolicy:
    *others, last = own.tiers
    return replace(own, tiers=(*others, replace(last, pd_up_to=_OPEN)))
