"""Turn a reviewer's verdict into a decision that keeps every cap of law and product."""

from dataclasses import replace

from scoring.assess.judgement import Judgement, judge, priced
from scoring.assess.records import Answer, make_offer, record
from scoring.assess.rulebook import RuleBook
from scoring.policy import gates, limits
from scoring.policy.pricing import Price
from scoring.types import Assessment, Circumstances, Facts, Reason, Verdict


class BeyondAuthority(ValueError):
    """A reviewer may not grant this; `limit` names the cap or rule that stands against it."""

    def __init__(self, limit: str) -> None:
        super().__init__(f"beyond a reviewer's authority: {limit}")
        self.limit = limit


def decide_by_hand(
    facts: Facts, circumstances: Circumstances, book: RuleBook, verdict: Verdict
) -> Assessment:
    """Record a reviewer's decision; raise `BeyondAuthority` where law or product stand against it.

    Affordability, tier and trial caps are the reviewer's to judge: proof may have been seen.
    """
    book = book.for_facts(facts)
    # A person decides now, so the wish for one is met, and the score may inform the price.
    judged = judge(facts, replace(circumstances, asked_for_person=False), book)
    if verdict.approved_fen is None:
        declined = Answer("decline", (Reason("reviewer_declined", "hurt", {}),))
        return record(facts, circumstances, book, judged, declined)
    granted = _grant(facts, circumstances, book, judged, verdict.approved_fen)
    approved = Answer(
        "approve",
        (Reason("reviewer_approved", "helped", {"amount_fen": granted.high_fen}),),
        offer=make_offer(facts, circumstances, book, granted),
    )
    return record(facts, circumstances, book, granted, approved)


def _grant(
    facts: Facts,
    circumstances: Circumstances,
    book: RuleBook,
    judged: Judgement,
    wanted_fen: int,
) -> Judgement:
    for rule in gates.legal_rules(facts, circumstances, book.desk):
        raise BeyondAuthority(rule.code)
    product = book.policy.of(facts.kind).product
    if not product.min_term_months <= facts.term_months <= product.max_term_months:
        raise BeyondAuthority("term")
    amount_fen = limits.round_down(wanted_fen, product.step_fen)
    caps = limits.stack(limits.hard_caps(facts, circumstances, book.desk))
    for cap in caps:
        if cap.value_fen < amount_fen:
            raise BeyondAuthority(cap.name)
    if amount_fen < product.minimum_fen:
        raise BeyondAuthority("minimum")
    price = judged.price or _price_of_last_tier(facts, circumstances, book)
    return replace(judged, price=price, caps=caps, low_fen=amount_fen, high_fen=amount_fen)


def _price_of_last_tier(facts: Facts, circumstances: Circumstances, book: RuleBook) -> Price:
    price = priced(facts, circumstances.decided_on, book, book.policy.of(facts.kind).tiers[-1])
    if price is None:
        raise BeyondAuthority("cost")
    return price
