"""Judge one set of facts: rules, score, tier, price and limit, before any words are chosen."""

from dataclasses import dataclass
from datetime import date, timedelta

from scoring.assess.rulebook import RuleBook
from scoring.features import features, quantities
from scoring.policy import gates, limits
from scoring.policy.pricing import Price, price
from scoring.policy.rules import TierRule
from scoring.reasons import SCORE_RULE
from scoring.types import Cap, Circumstances, Facts, Outcome, Rule, Score


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules make of the facts; later parts are absent where an earlier one ended it."""

    rules: tuple[Rule, ...]
    score: Score | None = None
    price: Price | None = None
    caps: tuple[Cap, ...] = ()
    low_fen: int = 0
    high_fen: int = 0

    @property
    def outcome(self) -> Outcome:
        """Let a doubt go before a decline: who may be judged wrongly is looked at by a person."""
        effects = {rule.effect for rule in self.rules}
        if "refer" in effects:
            return "refer"
        return "decline" if effects else "approve"

    @property
    def granted_fen(self) -> int:
        """Give what the machine would grant by itself."""
        return self.high_fen if self.outcome == "approve" else 0


def judge(facts: Facts, circumstances: Circumstances, book: RuleBook) -> Judgement:
    """Judge by the rules in force on the day of the decision."""
    book.check_in_force(circumstances.decided_on)
    book = book.for_facts(facts)
    legal = gates.legal_rules(facts, circumstances, book.desk) or gates.area_rules(facts, book.desk)
    if legal:
        return Judgement(legal)
    blocking = gates.blocking_rules(facts, circumstances, book.desk)
    rules = blocking + gates.doubt_rules(facts, circumstances, book.desk)
    known = quantities(facts, book.policy.assumptions)
    if blocking or known is None:
        return Judgement(rules)
    score = book.cards[facts.kind].score(features(facts, known))
    rules += gates.risk_rules(facts, book.desk, known)
    rules += gates.interval_rules(facts, book.desk, score)
    tier = book.policy.of(facts.kind).tier_for(score.pd_high)
    if tier is None:
        source = book.policy.place("tiers.guarded.pd_up_to")
        return Judgement((*rules, Rule(SCORE_RULE, "decline", source, {})), score)
    rules += gates.tier_rules(facts, book.desk, tier)
    offered = priced(facts, circumstances.decided_on, book, tier)
    if offered is None:
        source = book.law.cost_cap(last_day(circumstances.decided_on, book)).source
        return Judgement((*rules, Rule("price_over_cap", "refer", source, {})), score)
    caps = limits.stack(
        [
            *limits.hard_caps(facts, circumstances, book.desk),
            *limits.soft_caps(
                *(facts, circumstances, book.desk, limits.Risk(offered, score.pd_high), known)
            ),
        ]
    )
    low_fen, high_fen = limits.told_range(caps, facts, circumstances, book.policy)
    rules += gates.amount_rules(facts, book.desk, caps, high_fen)
    rules = gates.spared(rules, circumstances, book.desk, tier)
    return Judgement(rules, score, offered, caps, low_fen, high_fen)


def priced(facts: Facts, on: date, book: RuleBook, tier: TierRule) -> Price | None:
    """Price a tier under the strictest cost cap from the decision to the last day of its result."""
    cap_bp = min(book.law.cost_cap(day).value for day in (on, last_day(on, book)))
    return price(tier, book.policy.of(facts.kind).product, facts.term_months, cap_bp)


def last_day(on: date, book: RuleBook) -> date:
    """Give the last day on which a result of that day holds."""
    return on + timedelta(days=book.policy.validity_days)
