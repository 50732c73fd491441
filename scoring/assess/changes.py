"""Find the nearest honest change that would have brought a better answer, by trying it.

Better is more money or, where the policy says so, a better tier. Only what a person can still do is
tried: pay debts down, settle what is overdue, take longer, ask for less. Never who they are, and
never what has been.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from scoring.assess.judgement import Judgement, judge
from scoring.assess.rulebook import RuleBook
from scoring.features import DEBT_YUAN, FIRM_DEBT_YUAN, YUAN
from scoring.policy.rules import KindPolicy
from scoring.types import CODES, Change, Circumstances, Facts

TERMS_MONTHS = (3, 6, 12, 18, 24, 36)  # what the form offers, and what people type
Trial = tuple[Change, Facts]


def find_changes(
    facts: Facts, circumstances: Circumstances, book: RuleBook, now: Judgement
) -> tuple[Change, ...]:
    """List, one of each sort, the nearest changes by which the machine would answer better."""
    lifts_tier = book.policy.changes_for_tier
    if now.outcome == "refer" or (now.granted_fen >= facts.amount_fen and not lifts_tier):
        return ()
    found: dict[str, Change] = {}
    for change, other in _trials(facts, book):
        if change.code not in found:
            then = judge(other, circumstances, book)
            if _is_better(then, now, book.policy.of(facts.kind), lifts_tier=lifts_tier):
                found[change.code] = change
    changes = list(found.values())
    if now.granted_fen == 0:
        changes += _smaller_amount(facts, circumstances, book)
    elif lifts_tier:
        changes += _amount_for_tier(facts, circumstances, book, now)
    return tuple(changes)


def _is_better(then: Judgement, now: Judgement, own: KindPolicy, *, lifts_tier: bool) -> bool:
    if then.granted_fen != now.granted_fen:
        return then.granted_fen > now.granted_fen
    return lifts_tier and then.granted_fen > 0 and _rank(then, own) < _rank(now, own)


def _rank(judged: Judgement, own: KindPolicy) -> int:
    """Give the place of the tier, 0 for the best; after the last where there is none."""
    return own.tiers.index(judged.price.tier) if judged.price else len(own.tiers)


def _trials(facts: Facts, book: RuleBook) -> Iterator[Trial]:
    if facts.credit_record == "overdue_now":
        yield Change("settle_overdue", {}), replace(facts, credit_record="settled")
    yield from _lower_debts(facts)
    longest = book.policy.of(facts.kind).product.max_term_months
    for months in TERMS_MONTHS:
        if facts.term_months < months <= longest:
            yield Change("longer_term", {"months": months}), replace(facts, term_months=months)


def _lower_debts(facts: Facts) -> Iterator[Trial]:
    field, yuan = ("debt_band", DEBT_YUAN)
    if facts.kind == "firm":
        field, yuan = ("firm_debt_band", FIRM_DEBT_YUAN)
    told = getattr(facts, field)
    if told is None:
        return
    bands = CODES[field]
    for band in reversed(bands[: bands.index(told)]):
        most = yuan[band][1] or 0
        lower: dict[str, Any] = {field: band}
        yield Change("less_debt", {"monthly_fen": most * YUAN}), replace(facts, **lower)


def _smaller_amount(facts: Facts, circumstances: Circumstances, book: RuleBook) -> list[Change]:
    def is_granted(judged: Judgement) -> bool:
        return judged.granted_fen > 0

    return _most(facts, circumstances, book, "reduce_amount", is_granted)


def _amount_for_tier(
    facts: Facts, circumstances: Circumstances, book: RuleBook, now: Judgement
) -> list[Change]:
    own = book.policy.of(facts.kind)
    if _rank(now, own) == 0:
        return []

    def is_lifted(judged: Judgement) -> bool:
        return _rank(judged, own) < _rank(now, own)

    return _most(facts, circumstances, book, "amount_for_tier", is_lifted)


def _most(
    facts: Facts,
    circumstances: Circumstances,
    book: RuleBook,
    code: str,
    is_enough: Callable[[Judgement], bool],
) -> list[Change]:
    """Find the largest smaller amount that is judged well enough."""
    product = book.policy.of(facts.kind).product
    amounts = range(product.minimum_fen, facts.amount_fen, product.step_fen)

    def is_too_much(amount_fen: int) -> bool:
        return not is_enough(judge(replace(facts, amount_fen=amount_fen), circumstances, book))

    # A smaller amount is never judged worse, so the first that is too much is found by halves.
    enough = bisect_left(amounts, True, key=is_too_much)
    return [Change(code, {"amount_fen": amounts[enough - 1]})] if enough else []
