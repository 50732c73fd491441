"""Share cases out: each goes to whoever has the fewest, in a fixed order where several do."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

CaseT = TypeVar("CaseT")


def share_out(cases: Sequence[CaseT], load: Mapping[int, int]) -> dict[CaseT, int]:
    """Give every case to the least loaded; `load` is what each reviewer who is there has already.

    Nobody there: nothing is given, and the cases wait for whoever comes.
    """
    left = dict(load)
    given: dict[CaseT, int] = {}
    for case in cases:
        if not left:
            break
        reviewer = min(left, key=lambda one: (left[one], one))
        left[reviewer] += 1
        given[case] = reviewer
    return given
