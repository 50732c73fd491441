"""What a decision leaves for the funnel and the board: the act, and sums that name nobody."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from app.store.enquiries import Enquiry
from app.store.events import Happened


def acts_of_decision(
    enquiry: Enquiry,
    assessment: Mapping[str, Any] | None,
    now: datetime,
    kind: Literal["decided", "reviewed"] = "decided",
) -> list[Happened]:
    """Return the act of a decision; without an assessment a person has to decide.

    An approval also counts its tier, and the middle of its range in whole yuan.
    """
    channel, form = enquiry.channel or "direct", (enquiry.form, enquiry.form_version)
    outcome = assessment["outcome"] if assessment else "refer"
    acts = [Happened(kind, now, channel, enquiry.person_id, outcome, *form)]
    if assessment and outcome == "approve":
        offer = assessment["offer"]
        middle = (offer["low_fen"] + offer["high_fen"]) // 200
        acts += [
            Happened("tier", now, channel, None, assessment["tier"] or "", *form),
            Happened("offered_yuan", now, channel, None, "", *form, count=middle),
        ]
    return acts
