"""Who gets which variant, for good: a hash of the campaign and the person, and nothing else.

Nobody's place depends on who else is there, on the order of the list or on the day, so a segment
may grow, a launch may be cut short and begun again, and everybody stays where they were.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from math import isclose

_BYTES = 7
_STEPS = float(1 << (8 * _BYTES - 3))


class Group(StrEnum):
    """What is done with somebody: gets nothing, tries the variants, gets the winner."""

    HELD_OUT = "held_out"
    SAMPLE = "sample"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Arm:
    """One variant and its share of the sample."""

    name: str
    share: float


@dataclass(frozen=True, slots=True)
class Split:
    """How a campaign divides its people; shares of the arms sum to 1, the names differ.

    `hold_out`: the share of everybody that gets nothing. `sample`: the share of the others that
    tries the variants at once; whoever is left waits for the winner.
    """

    arms: tuple[Arm, ...]
    hold_out: float = 0.0
    sample: float = 1.0

    @classmethod
    def of(cls, shares: Mapping[str, float]) -> "Split":
        """Divide everybody over variants, and nothing else."""
        return cls(tuple(Arm(name, share) for name, share in shares.items()))


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is. `variant` is what they would try; who is held out or waits gets none."""

    group: Group
    variant: str


def mistakes_of(split: Split) -> tuple[str, ...]:
    """Name everything that is wrong with a split, by code."""
    names = [arm.name for arm in split.arms]
    wrong = {
        "no_variants": not names,
        "same_names": len(set(names)) < len(names),
        "empty_share": any(not 0 < arm.share <= 1 for arm in split.arms),
        "shares_sum": not isclose(sum(arm.share for arm in split.arms), 1, abs_tol=1e-6),
        "hold_out_range": not 0 <= split.hold_out < 1,
        "sample_range": not 0 < split.sample <= 1,
    }
    return tuple(code for code, is_wrong in wrong.items() if is_wrong)


def place_of(campaign_id: int, person_id: uuid.UUID, split: Split) -> Place:
    """Return somebody's place in a campaign: always the same for the same split.

    Group and variant come from two independent parts of the hash, so who waits says nothing of who
    would have tried what, and a larger sample moves nobody from one variant to another.
    """
    key = sha256(campaign_id.to_bytes(8, "big") + person_id.bytes).digest()[: 2 * _BYTES]
    group_at, variant_at = _unit(key[:_BYTES]), _unit(key[_BYTES:])
    if group_at < split.hold_out:
        return Place(Group.HELD_OUT, "")
    reach = split.hold_out + (1 - split.hold_out) * split.sample
    if split.sample < 1 and group_at >= reach:
        return Place(Group.WAITING, "")
    return Place(Group.SAMPLE, _arm_at(variant_at, split.arms))


def _unit(part: bytes) -> float:
    """Turn bytes into a number from 0 to below 1: 53 bits, what a float holds exactly."""
    return (int.from_bytes(part, "big") >> 3) / _STEPS


def _arm_at(at: float, arms: Sequence[Arm]) -> str:
    reached = 0.0
    for arm in arms[:-1]:
        reached += arm.share
        if at < reached:
            return arm.name
    return arms[-1].name
