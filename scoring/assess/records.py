"""Write a judgement down as an assessment, with everything it rests on."""

from dataclasses import dataclass

from scoring.assess.judgement import Judgement, last_day
from scoring.assess.rulebook import RuleBook
from scoring.policy.pricing import Price
from scoring.types import (
    Assessment,
    Change,
    Circumstances,
    Facts,
    Offer,
    Outcome,
    Reason,
    digest,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said: the outcome, why, what would change it, and a range for one reader or other."""

    outcome: Outcome
    reasons: tuple[Reason, ...]
    changes: tuple[Change, ...] = ()
    offer: Offer | None = None
    proposal: Offer | None = None


def record(
    facts: Facts, circumstances: Circumstances, book: RuleBook, judged: Judgement, answer: Answer
) -> Assessment:
    """Join an answer with the judgement and the sources behind it."""
    return Assessment(
        outcome=answer.outcome,
        # Who is declined is in no tier, whatever price was worked out on the way.
        tier=judged.price.tier.name if judged.price and answer.outcome != "decline" else None,
        offer=answer.offer,
        proposal=answer.proposal,
        score=judged.score,
        reasons=answer.reasons,
        changes=answer.changes,
        rules=judged.rules,
        caps=judged.caps,
        sources=book.sources[facts.kind],
        decided_on=circumstances.decided_on,
        valid_until=last_day(circumstances.decided_on, book),
        inputs_sha256=digest((facts, circumstances)),
        product=book.policy.of(facts.kind).product_name,
    )


def make_offer(
    facts: Facts, circumstances: Circumstances, book: RuleBook, judged: Judgement
) -> Offer | None:
    """Write down the range that a judgement allows; none where it allows none."""
    if judged.price is None or judged.high_fen == 0:
        return None
    price: Price = judged.price
    return Offer(
        tier=price.tier.name,
        low_fen=judged.low_fen,
        high_fen=judged.high_fen,
        term_months=facts.term_months,
        nominal_low_bp=price.low.nominal_bp,
        nominal_high_bp=price.high.nominal_bp,
        effective_low_bp=price.low.effective_bp,
        effective_high_bp=price.high.effective_bp,
        instalment_low_fen=price.instalment_low_fen,
        instalment_high_fen=price.instalment_high_fen,
        cost_cap_bp=price.cap_bp,
        valid_until=last_day(circumstances.decided_on, book),
    )
