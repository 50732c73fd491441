"""What a person told us and what we know about the moment: the only inputs of a decision."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args

from scoring.types.codec import later

AgeBand = Literal["18_24", "25_34", "35_44", "45_54", "55_plus"]
Situation = Literal["employed", "freelance", "owner", "student", "unemployed"]
PersonPurpose = Literal["renovation", "education", "medical", "daily", "other"]
FirmPurpose = Literal["working_capital", "equipment", "stock", "shop", "payroll", "other"]
StoppedPurpose = Literal["investment", "repay_other"]
Purpose = Literal[PersonPurpose, FirmPurpose, StoppedPurpose]
Tenure = Literal["lt_6m", "6_12m", "1_3y", "gt_3y"]
IncomeBand = Literal["lt_4k", "4_6k", "6_8k", "8_12k", "12_20k", "gt_20k"]
DebtBand = Literal["none", "lt_1k", "1_3k", "3_5k", "gt_5k"]
CreditRecord = Literal["clean", "settled", "overdue_now", "skipped"]
Industry = Literal[
    "A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R", "S"
]
Headcount = Literal["h1", "h2_9", "h10_49", "h50_plus"]
RevenueBand = Literal["lt_20k", "20_50k", "50_100k", "100_300k", "300_1000k", "gt_1000k"]
FirmDebtBand = Literal["none", "lt_5k", "5_20k", "20_50k", "gt_50k"]
Kind = Literal["person", "firm"]
SignalCode = Literal[
    "many_submissions",
    "shared_phone",
    "same_answers",
    "changed_after_decline",
    "probing_limit",
    "behind_here",
    "fast_answers",
    "night_hours",
]

MAX_TERM_MONTHS: Final = 36
REGION_DIGITS: Final = 6  # GB/T 2260, e.g. 330100

# Every code that an answer may have, in the order in which the form shows them.
CODES: Final[dict[str, tuple[str, ...]]] = {
    "age_band": get_args(AgeBand),
    "situation": get_args(Situation),
    "purpose": get_args(Purpose),
    "tenure": get_args(Tenure),
    "income_band": get_args(IncomeBand),
    "debt_band": get_args(DebtBand),
    "credit_record": get_args(CreditRecord),
    "industry": get_args(Industry),
    "headcount": get_args(Headcount),
    "revenue_band": get_args(RevenueBand),
    "firm_debt_band": get_args(FirmDebtBand),
}


class AnswerUnusable(ValueError):
    """An answer cannot be used for a decision; the field is named, the value never."""

    def __init__(self, field: str) -> None:
        super().__init__(f"the answer to {field} cannot be used")
        self.field = field


class Underage(AnswerUnusable):
    """Someone under 18 reached the decision: the form must have stopped before (P-50)."""


class LenderUnset(RuntimeError):
    """No lender is configured, so nothing may be decided in anybody's name."""

    def __init__(self) -> None:
        super().__init__("no lender profile is set: refusing to decide")


@dataclass(frozen=True, slots=True, repr=False)
class Facts:
    """The answers of one enquiry, checked. Its repr shows nothing: these are personal data."""

    age_band: AgeBand
    situation: Situation
    region: str
    purpose: Purpose
    amount_fen: int
    term_months: int
    tenure: Tenure | None = None
    income_band: IncomeBand | None = None
    debt_band: DebtBand | None = None
    credit_record: CreditRecord | None = None
    industry: Industry | None = None
    headcount: Headcount | None = None
    revenue_band: RevenueBand | None = None
    firm_debt_band: FirmDebtBand | None = None

    def __post_init__(self) -> None:
        own = get_args(FirmPurpose if self.kind == "firm" else PersonPurpose)
        sound = {
            "region": len(self.region) == REGION_DIGITS
            and self.region.isascii()
            and self.region.isdecimal(),
            "amount_fen": self.amount_fen > 0,
            "term_months": 1 <= self.term_months <= MAX_TERM_MONTHS,
            "purpose": self.purpose in (*own, *get_args(StoppedPurpose)),
        }
        for name, is_sound in sound.items():
            if not is_sound:
                raise AnswerUnusable(name)

    @property
    def kind(self) -> Kind:
        """Say which form and which card this is for: owners of small businesses are firms."""
        return "firm" if self.situation == "owner" else "person"

    @property
    def province(self) -> str:
        """Take the two digits of the province."""
        return self.region[:2]


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing that stands out about an application: how often seen, from how often on it counts.

    It says that a person should look, never that somebody did wrong. No personal value is in it.
    """

    code: SignalCode
    seen: int
    limit: int
    source: str


@dataclass(frozen=True, slots=True, repr=False)
class Circumstances:
    """What the service knows beside the answers when it decides.

    `attempts_30d` counts the submissions of the last 30 days whose answers differ from one
    another, this one included; `first_timer` is whoever had no loan here; `exposure_fen` is what
    the person owes this lender already; `signals` is what stands out about how the application
    came; `repaid_on_time` counts the instalments that they paid this lender when due.
    """

    decided_on: date
    first_timer: bool = True
    exposure_fen: int = 0
    attempts_30d: int = 1
    earlier_stop: bool = False
    asked_for_person: bool = False
    signals: tuple[Signal, ...] = later(())
    repaid_on_time: int = later(0)

    def __post_init__(self) -> None:
        if min(self.exposure_fen, self.attempts_30d, self.repaid_on_time) < 0:
            raise ValueError("exposure, attempts and instalments cannot be negative")
