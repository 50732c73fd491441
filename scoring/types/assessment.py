"""What a decision says and everything it rests on, ready to be stored, shown and recomputed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from scoring.types.codec import canonical_json, decode_json, digest, later
from scoring.types.facts import Circumstances, Facts

Outcome = Literal["approve", "decline", "refer"]
Tier = Literal["premium", "potential", "guarded"]
Direction = Literal["helped", "hurt", "limited"]
Effect = Literal["decline", "refer"]
CapName = Literal[
    "product", "household", "single_borrower", "affordability", "tier", "trial", "asked",
    "growth", "income_multiple", "expected_loss",
]  # fmt: skip
Param = int | str


@dataclass(frozen=True, slots=True)
class Reason:
    """One plain reason: a code that has words in `templates/`, and what the words need."""

    code: str
    direction: Direction
    params: Mapping[str, Param]


@dataclass(frozen=True, slots=True)
class Change:
    """One honest change that would have brought a better answer."""

    code: str
    params: Mapping[str, Param]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that fired, what it led to, where it is written, and what its words need."""

    code: str
    effect: Effect
    source: str
    params: Mapping[str, Param]


@dataclass(frozen=True, slots=True)
class Cap:
    """One member of the limit stack; the smallest binds."""

    name: CapName
    value_fen: int
    binding: bool
    source: str


@dataclass(frozen=True, slots=True)
class Offer:
    """The range that may be told. Rates are all-in (IRR) in basis points, low to high."""

    tier: Tier
    low_fen: int
    high_fen: int
    term_months: int
    nominal_low_bp: int
    nominal_high_bp: int
    effective_low_bp: int
    effective_high_bp: int
    instalment_low_fen: int  # monthly, for each 10,000 yuan
    instalment_high_fen: int
    cost_cap_bp: int
    valid_until: date


@dataclass(frozen=True, slots=True)
class Score:
    """A score with its points (they sum to it) and the probability of default it stands for."""

    total: int
    pd: float
    pd_low: float
    pd_high: float
    points: Mapping[str, int]
    contributions: Mapping[str, int]  # by reason group, against an applicant near the cut-off


@dataclass(frozen=True, slots=True)
class Source:
    """One reviewed file that a decision rests on."""

    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Sources:
    """All reviewed files that a decision rests on."""

    card: Source
    policy: Source
    law: Source
    lender: Source


@dataclass(frozen=True, slots=True)
class Assessment:
    """One decision. `offer` is there when approved; `proposal` only helps a reviewer."""

    outcome: Outcome
    tier: Tier | None
    offer: Offer | None
    proposal: Offer | None
    score: Score | None
    reasons: tuple[Reason, ...]
    changes: tuple[Change, ...]
    rules: tuple[Rule, ...]
    caps: tuple[Cap, ...]
    sources: Sources
    decided_on: date
    valid_until: date
    inputs_sha256: str
    product: str = later("")  # the policy's; empty is the general one

    def to_json(self) -> str:
        """Write canonical JSON; equal assessments give equal text."""
        return canonical_json(self)

    @classmethod
    def from_json(cls, text: str) -> "Assessment":
        """Read what `to_json` wrote, exactly."""
        return decode_json(cls, text)

    @property
    def sha256(self) -> str:
        """Hash the whole assessment."""
        return digest(self)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reviewer decided: an amount in fen, or none for a decline."""

    approved_fen: int | None


@dataclass(frozen=True, slots=True, repr=False)
class Dossier:
    """A decision with all its inputs: what is stored, and enough to recompute it."""

    facts: Facts
    circumstances: Circumstances
    verdict: Verdict | None
    assessment: Assessment

    def to_json(self) -> str:
        """Write canonical JSON. It holds personal answers: seal it before storing."""
        return canonical_json(self)

    @classmethod
    def from_json(cls, text: str) -> "Dossier":
        """Read what `to_json` wrote, exactly."""
        return decode_json(cls, text)
