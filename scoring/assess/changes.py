"""Find the nearest honest change that would have brought a better answer, by trying it."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from scoring.assess.judgement import Judgement, judge
from scoring.assess.rulebook import RuleBook
from scoring.features import DEBT_YUAN, FIRM_DEBT_YUAN, YUAN
from scoring.types import CODES, Change, Circumstances, Facts

TERMS_MONTHS = (3, 6, 12, 18, 24, 36)  # what the form offers, and what people type
Trial = tuple[Change, Facts]


def find_changes(
    facts: Facts, circumstances: Circumstances, book: RuleBook, now: Judgement
) -> tuple[Change, ...]:
    """List, one of each sort, the nearest changes after which the machine would grant more."""
    if now.outcome == "refer" or now.granted_fen >= facts.amount_fen:
        return ()
    found: dict[str, Change] = {}
    for change, other in _trials(facts, book):
        if change.code not in found:
            better = judge(other, circumstances, book)
            if better.granted_fen > now.granted_fen:
                found[change.code] = change
    changes = list(found.values())
    if now.granted_fen == 0:
        changes += _smaller_amount(facts, circumstances, book)
    return tuple(changes)


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
    product = book.policy.of(facts.kind).product
    amounts = range(product.minimum_fen, facts.amount_fen, product.step_fen)

    def is_refused(amount_fen: int) -> bool:
        other = replace(facts, amount_fen=amount_fen)
        return judge(other, circumstances, book).granted_fen == 0

    # A smaller amount is never judged worse, so the first refused one can be searched by halves.
    granted = bisect_left(amounts, True, key=is_refused)
    return [Change("reduce_amount", {"amount_fen": amounts[granted - 1]})] if granted else []
