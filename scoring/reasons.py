"""Choose the few reasons that decided: codes with words in `templates/`, never more than four."""

from collections.abc import Mapping, Sequence
from typing import Final, get_args

from scoring.types import Cap, Direction, Facts, Param, Reason, Rule, Score, SignalCode

MAX_REASONS: Final = 4  # more are not likely to help (Reg B, comment 9(b)(2)-1)

# Reason groups of the cards, and the answers that their words may quote.
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "tenure": ("tenure",),
    "situation": ("situation",),
    "capacity": ("amount_fen", "income_band"),
    "debt": ("debt_band",),
    "record": ("credit_record",),
    "turnover": ("amount_fen", "revenue_band"),
    "team": ("headcount",),
    "firm_debt": ("firm_debt_band",),
    "age": ("age_band",),
    "region": ("region",),
    "purpose": ("purpose",),
}
CAP_PARAMS: Final = ("cap_fen", "asked_fen")
CAP_CODES: Final = {
    name: f"{name}_cap"
    for name in (
        *("product", "household", "single_borrower", "affordability", "tier", "trial"),
        *("growth", "income_multiple", "expected_loss"),
    )
}
RULE_CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "student": (),
    "purpose_forbidden": ("purpose",),
    "region_not_served": ("region",),
    "region_not_offered": ("region",),
    "asked_for_person": (),
    "incomplete": (),
    "earlier_stop": (),
    "changing_answers": (),
    "contradictory": (),
    "young_without_work": (),
    "without_work": (),
    "term_not_offered": ("min_months", "max_months"),
    "term_over_tier": ("months",),
    "wide_interval": (),
    "overdue_now": (),
    "debt_over_stop": ("percent",),
    "price_over_cap": (),
    "affordability_short": ("minimum_fen",),
    "amount_below_minimum": ("minimum_fen",),
    "no_room_left": ("minimum_fen",),
    "risk_leaves_little": ("minimum_fen",),
    "amount_far_over": (),
}
# What stands out about an application is for the reviewer's eyes: nobody is told a rule that they
# could then walk around. The applicant hears one neutral sentence instead.
SECOND_LOOK: Final = "second_look"
UNTOLD: Final = frozenset(get_args(SignalCode))
# Every code that a decision may carry, with the names of what its words may quote.
REASON_CODES: Final[Mapping[str, tuple[str, ...]]] = {
    **{f"{group}_{way}": names for group, names in GROUPS.items() for way in ("helped", "hurt")},
    **dict.fromkeys(CAP_CODES.values(), CAP_PARAMS),
    **RULE_CODES,
    SECOND_LOOK: (),
    "amount_adds_burden": ("amount_fen",),
    "reviewer_approved": ("amount_fen",),
    "reviewer_declined": (),
}
# Every honest change that may be proposed, with the names of what its words may quote.
CHANGE_CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "settle_overdue": (),
    "less_debt": ("monthly_fen",),
    "longer_term": ("months",),
    "reduce_amount": ("amount_fen",),
    "amount_for_tier": ("amount_fen",),
}
# "Failed to reach the score" is no reason (same comment): what hurt the score is told instead.
SCORE_RULE: Final = "risk_above_policy"


def reasons_for_rules(rules: Sequence[Rule], facts: Facts, effect: str) -> tuple[Reason, ...]:
    """Tell the rules that led to an outcome, in the order in which they fired."""
    way: Direction = "hurt" if effect == "decline" else "limited"
    leading = [rule for rule in rules if rule.effect == effect and rule.code != SCORE_RULE]
    told = [Reason(rule.code, way, rule.params) for rule in leading if rule.code not in UNTOLD]
    if len(told) < len(leading) and not told:
        told = [Reason(SECOND_LOOK, way, {})]
    codes = [reason.code for reason in told]
    if "debt_over_stop" in codes:
        # Debts over the stop leave nothing for an instalment: one fact, told once.
        told = [reason for reason in told if reason.code != "affordability_short"]
        burden = _quoting("amount_adds_burden", "hurt", ("amount_fen",), facts)
        told.insert(codes.index("debt_over_stop") + 1, burden)
    return tuple(told[:MAX_REASONS])


def reasons_for_score(score: Score, facts: Facts) -> tuple[Reason, ...]:
    """Tell what brought the score below the cut-off, the heaviest first."""
    return tuple(_hurt(score, facts)[:MAX_REASONS])


def reasons_for_offer(
    score: Score, caps: Sequence[Cap], facts: Facts, step_fen: int
) -> tuple[Reason, ...]:
    """Tell what helped most, what kept the amount below the wish, and what hurt most."""
    helped = _helped(score, facts)
    limited = _limited(caps, facts, step_fen)
    told = [*helped[:2], *limited[:1], *_hurt(score, facts)[:1], *helped[2:]]
    return tuple(told[:MAX_REASONS])


def _helped(score: Score, facts: Facts) -> list[Reason]:
    ranked = sorted(score.contributions.items(), key=lambda item: -item[1])
    return [
        _quoting(f"{group}_helped", "helped", GROUPS[group], facts)
        for group, won in ranked
        if won > 0
    ]


def _hurt(score: Score, facts: Facts) -> list[Reason]:
    ranked = sorted(score.contributions.items(), key=lambda item: item[1])
    return [
        _quoting(f"{group}_hurt", "hurt", GROUPS[group], facts) for group, won in ranked if won < 0
    ]


def _limited(caps: Sequence[Cap], facts: Facts, step_fen: int) -> list[Reason]:
    return [
        Reason(
            CAP_CODES[cap.name],
            "limited",
            # Whole steps, as the range is told: nobody is quoted odd fen.
            {"cap_fen": cap.value_fen // step_fen * step_fen, "asked_fen": facts.amount_fen},
        )
        for cap in caps
        if cap.binding and cap.value_fen < facts.amount_fen
    ]


def _quoting(code: str, way: Direction, names: tuple[str, ...], facts: Facts) -> Reason:
    params: dict[str, Param] = {name: getattr(facts, name) for name in names}
    return Reason(code, way, params)
