"""Hold a reviewer's amount against what the policy said: confirm, tighten, decline or loosen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.reviewing.rulebook import Ruling


@dataclass(frozen=True, slots=True)
class PolicySaid:
    """What the machine made of the case; `limit_fen`: the most that it offered, or proposed.

    `outcome`: approve, decline, refer; None where it could not assess the answers at all.
    """

    outcome: str | None
    limit_fen: int | None


def policy_said(assessment: Mapping[str, Any] | None) -> PolicySaid:
    """Read what the policy said from a stored assessment (the JSON of `Assessment`)."""
    if assessment is None:
        return PolicySaid(None, None)
    told = assessment["offer"] or assessment["proposal"]
    return PolicySaid(assessment["outcome"], told["high_fen"] if told else None)


def ruling_of(said: PolicySaid, approved_fen: int | None) -> Ruling:
    """Name what a reviewer does; where the policy proposed no amount, any amount goes past it."""
    if approved_fen is None:
        return "confirm" if said.outcome == "decline" else "decline"
    if said.outcome == "decline" or said.limit_fen is None or approved_fen > said.limit_fen:
        return "loosen"
    return "confirm" if approved_fen == said.limit_fen else "tighten"
