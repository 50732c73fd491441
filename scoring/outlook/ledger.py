"""What a policy does to a population, tier by tier."""

from collections.abc import Sequence
from dataclasses import dataclass

from scoring.assess.rulebook import RuleBook
from scoring.outlook.verdicts import Judged
from scoring.policy.rules import TierRule
from scoring.types import Kind

KINDS: tuple[Kind, ...] = ("person", "firm")


@dataclass(frozen=True, slots=True)
class TierLine:
    """One tier, or one outcome without a tier, of one kind of applicant; money in fen.

    `approval_rate`: of all applicants of the kind. `expected_bad_rate`: of those who were scored,
    so that it also tells whom the policy keeps out. `observed_bad_rate`: of the approved whose
    outcome the file tells.
    """

    kind: Kind
    tier: str
    applicants: int
    approval_rate: float
    expected_bad_rate: float
    observed_bad_rate: float | None
    average_limit_fen: int
    expected_loss_fen: int
    margin_fen: int


def tier_table(judged: Sequence[Judged], book: RuleBook) -> tuple[TierLine, ...]:
    """List the tiers of each kind, then all its approvals, then who was referred and declined."""
    lines: list[TierLine] = []
    for kind in KINDS:
        own = [one for one in judged if one.applicant.facts.kind == kind]
        if not own:
            continue
        groups: dict[str, list[Judged]] = {
            **{tier.name: [o for o in own if o.tier == tier.name] for tier in _tiers(book, kind)},
            "approved": [o for o in own if o.is_approved],
            "referred": [o for o in own if o.judgement.outcome == "refer"],
            "declined": [o for o in own if o.judgement.outcome == "decline"],
        }
        lines += [_line(kind, name, some, len(own)) for name, some in groups.items()]
    return tuple(lines)


def _tiers(book: RuleBook, kind: Kind) -> Sequence[TierRule]:
    return book.policy.of(kind).tiers


def _line(kind: Kind, tier: str, some: Sequence[Judged], all_of_kind: int) -> TierLine:
    approved = [one for one in some if one.is_approved]
    count = len(approved)
    known = [one.applicant.was_bad for one in approved if one.applicant.was_bad is not None]
    scored = [one.pd for one in some if one.judgement.score]
    granted_fen = sum(one.judgement.granted_fen for one in approved)
    return TierLine(
        kind=kind,
        tier=tier,
        applicants=len(some),
        approval_rate=count / all_of_kind,
        expected_bad_rate=sum(scored) / len(scored) if scored else 0.0,
        observed_bad_rate=sum(known) / len(known) if known else None,
        average_limit_fen=granted_fen // count if count else 0,
        expected_loss_fen=round(sum(one.loss_fen for one in approved)),
        margin_fen=round(sum(one.margin_fen for one in approved)),
    )
