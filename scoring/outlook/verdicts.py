"""Judge a population, and reckon what each loan would bring and cost."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from scoring.assess.judgement import Judgement, judge
from scoring.assess.rulebook import RuleBook
from scoring.money import Fees, payment_share
from scoring.outlook.population import Applicant, Population
from scoring.policy.exposure import Economics
from scoring.policy.rules import FULL_BP
from scoring.types import Circumstances

# What is reckoned with where a policy says nothing of it.
UNTOLD: Final = Economics(lgd_bp=6_500, funding_bp=500, handling_fen=5_000)
_NO_FEES: Final = Fees()


@dataclass(frozen=True, slots=True)
class Judged:
    """One applicant with the judgement, and the money of the loan if one is granted."""

    applicant: Applicant
    judgement: Judgement
    loss_fen: float
    margin_fen: float

    @property
    def is_approved(self) -> bool:
        """Say whether the machine grants something."""
        return self.judgement.granted_fen > 0

    @property
    def pd(self) -> float:
        """Give the probability of default; 0 where nobody was scored."""
        return self.judgement.score.pd if self.judgement.score else 0.0

    @property
    def tier(self) -> str:
        """Name the tier of an approval; nothing for the others."""
        priced = self.judgement.price
        return priced.tier.name if priced and self.is_approved else ""


def judge_all(population: Population, book: RuleBook, on: date) -> Iterator[Judged]:
    """Judge everyone as on one day."""
    for applicant in population.applicants:
        circumstances = Circumstances(
            decided_on=on,
            first_timer=applicant.first_timer,
            exposure_fen=applicant.exposure_fen,
            repaid_on_time=applicant.repaid_on_time,
        )
        judgement = judge(applicant.facts, circumstances, book)
        yield Judged(applicant, judgement, *_money(applicant, judgement, book))


def _money(applicant: Applicant, judgement: Judgement, book: RuleBook) -> tuple[float, float]:
    """Reckon expected loss and margin of the whole limit, drawn for the term that was asked.

    Interest is that of the middle of the tier's range, and only who pays brings it; a default loses
    its part of the whole limit.
    """
    granted_fen, price, score = judgement.granted_fen, judgement.price, judgement.score
    if granted_fen == 0 or price is None or score is None:
        return 0.0, 0.0
    months, costs = applicant.facts.term_months, book.policy.economics or UNTOLD
    middle_bp = (price.tier.rate_low_bp + price.rate_high_bp) // 2
    fees = book.for_facts(applicant.facts).policy.of(applicant.facts.kind).product.fees
    charged = float(payment_share(middle_bp, months, fees)) * months - 1
    charged += fees.upfront_bp / FULL_BP
    funding = float(payment_share(costs.funding_bp, months, _NO_FEES)) * months - 1
    loss_fen = granted_fen * score.pd * costs.lgd_bp / FULL_BP
    earned_fen = granted_fen * ((1 - score.pd) * charged - funding)
    return loss_fen, earned_fen - loss_fen - costs.handling_fen
