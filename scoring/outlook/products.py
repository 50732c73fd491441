"""What a policy offers on a day: products, the caps of tier and law with sources, the prices."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from scoring.assess.judgement import priced
from scoring.assess.rulebook import RuleBook
from scoring.outlook.ledger import KINDS
from scoring.policy.products import Audience
from scoring.types import Facts, Kind

_SHOWN_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class ProductLine:
    """One product: for whom, from how much to how much, how long; money in fen."""

    kind: Kind
    name: str
    audience: str
    minimum_fen: int
    maximum_fen: int
    min_term_months: int
    max_term_months: int
    trial_cap_fen: int


@dataclass(frozen=True, slots=True)
class CapLine:
    """One cap in force on the day: its value in the unit that its name ends with, its source."""

    name: str
    value: float | None
    source: str


@dataclass(frozen=True, slots=True)
class PriceLine:
    """What a tier costs over a year-long loan, on both annualisations; none without a price."""

    kind: Kind
    tier: str
    pd_up_to: float
    cap_fen: int
    nominal_low_bp: int | None
    nominal_high_bp: int | None
    effective_low_bp: int | None
    effective_high_bp: int | None


def products(book: RuleBook) -> tuple[ProductLine, ...]:
    """List the products in the order in which they are picked, the general one last."""
    lines = []
    for kind in KINDS:
        own = book.policy.of(kind)
        offered = [(o.name, _words(o.audience), o.product, o.trial_cap_fen) for o in own.products]
        offered.append(("general", "everybody else", own.product, own.trial_cap_fen))
        lines += [
            ProductLine(
                kind=kind,
                name=name,
                audience=audience,
                minimum_fen=product.minimum_fen,
                maximum_fen=product.maximum_fen,
                min_term_months=product.min_term_months,
                max_term_months=product.max_term_months,
                trial_cap_fen=trial_fen,
            )
            for name, audience, product, trial_fen in offered
        ]
    return tuple(lines)


def _words(audience: Audience) -> str:
    told = [
        f"{name} {'/'.join(values)}"
        for name, values in (
            ("situation", audience.situations),
            ("industry", audience.industries),
            ("scene", audience.scenes),
            ("province", audience.provinces),
        )
        if values
    ]
    if audience.income_from_fen:
        told.append(f"income from {audience.income_from_fen // 100:,} yuan")
    return ", ".join(told) or "everybody"


def caps(book: RuleBook, on: date) -> tuple[CapLine, ...]:
    """List the caps of law and policy with their sources."""
    policy, law = book.policy, book.law
    cost = law.cost_cap(on)
    lines = [CapLine("allin_cost_bp", cost.value, cost.source)]
    for key in ("cap.household.consumer_fen", "cap.household.business_fen"):
        row = law.row(key, on)
        limit = law.number(key, on)
        lines.append(CapLine(key.removeprefix("cap."), limit.value if limit else None, row.source))
    share = law.number("cap.single_borrower_bp", on)
    source = law.row("cap.single_borrower_bp", on).source
    lines.append(CapLine("single_borrower_bp", share.value if share else None, source))
    rule = policy.affordability
    place = policy.place("affordability")
    lines += [
        CapLine("income_counted_bp", rule.income_haircut_bp, place),
        CapLine("debt_to_income_target_bp", rule.dti_target_bp, place),
        CapLine("debt_to_income_stop_bp", rule.dti_stop_bp, place),
    ]
    for kind in KINDS:
        own = policy.of(kind)
        budget = CapLine(f"{kind}.loss_budget_fen", own.loss_budget_fen, policy.place(f"{kind}"))
        lines += [budget] if own.loss_budget_fen else []
        for step in own.growth:
            name = f"{kind}.growth_after_{step.repaid_on_time}_fen"
            lines.append(CapLine(name, step.cap_fen, policy.place(f"{kind}.growth")))
        for tier in own.tiers:
            if tier.income_multiple_pct is not None:
                name = f"{kind}.{tier.name}.income_multiple"
                source = policy.place(f"{kind}.tiers.{tier.name}.income_multiple_pct")
                lines.append(CapLine(name, tier.income_multiple_pct / 100, source))
    return tuple(lines)


def prices(book: RuleBook, on: date) -> tuple[PriceLine, ...]:
    """Price each tier of the general product over twelve months, under the cap of the day."""
    lines = []
    for kind in KINDS:
        own = book.policy.of(kind)
        months = min(max(_SHOWN_MONTHS, own.product.min_term_months), own.product.max_term_months)
        facts = _somebody(kind, months)
        for tier in own.tiers:
            one = priced(facts, on, book, tier)
            lines.append(
                PriceLine(
                    kind=kind,
                    tier=tier.name,
                    pd_up_to=tier.pd_up_to,
                    cap_fen=tier.cap_fen,
                    nominal_low_bp=one.low.nominal_bp if one else None,
                    nominal_high_bp=one.high.nominal_bp if one else None,
                    effective_low_bp=one.low.effective_bp if one else None,
                    effective_high_bp=one.high.effective_bp if one else None,
                )
            )
    return tuple(lines)


def _somebody(kind: Kind, months: int) -> Facts:
    """Stand for anybody of a kind: a price depends on the kind and the term alone."""
    situation, purpose = ("owner", "other") if kind == "firm" else ("employed", "other")
    return Facts("25_34", situation, "110000", purpose, 1, months)  # type: ignore[arg-type]  # codes
