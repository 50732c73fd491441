"""How a policy says that it contradicts itself."""

from collections.abc import Sequence
from itertools import pairwise


class PolicyInvalid(ValueError):
    """The policy contradicts itself; the message names the place."""


def require(is_sound: bool, place: str) -> None:
    """Raise `PolicyInvalid` naming the place, unless it is sound."""
    if not is_sound:
        raise PolicyInvalid(f"the policy is wrong at {place}")


def grows(values: Sequence[float]) -> bool:
    """Say whether no value is below the one before it."""
    return all(first <= second for first, second in pairwise(values))
