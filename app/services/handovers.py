"""Hand people who want to go on over to the lender: list them, and give the list away once."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.core.clock import SHANGHAI
from app.deps import Deps
from app.store import desks
from app.store.desks import Waiting

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A spreadsheet runs a cell that begins with one of these (OWASP, CSV injection)."""

COLUMNS = (
    "handover",
    "person",
    "asked_at",
    "due_at",
    "low_yuan",
    "high_yuan",
    "term_months",
    "good_time",
)


@dataclass(frozen=True, slots=True)
class HandoverLine:
    """One person who wants to go on; `person` is our id, worth nothing outside."""

    id: int
    person: str
    asked_at: datetime
    due_at: datetime
    low_yuan: int | None
    high_yuan: int | None
    term_months: int | None
    good_time: str

    def cells(self) -> list[str]:
        """Return the line as cells that no spreadsheet runs."""
        times = [
            moment.astimezone(SHANGHAI).isoformat(timespec="minutes")
            for moment in (self.asked_at, self.due_at)
        ]
        plain = [str(self.id), self.person, *times]
        numbers = [
            "" if number is None else str(number)
            for number in (self.low_yuan, self.high_yuan, self.term_months)
        ]
        return [*plain, *numbers, _inert(self.good_time)]


def list_handovers(deps: Deps) -> list[HandoverLine]:
    """List who waits to be handed over, the most urgent first."""
    with deps.sessions.begin() as session:
        return [_line(waiting) for waiting in desks.list_open_handovers(session)]


def export_handovers(deps: Deps, write: Callable[[str], None]) -> int:
    """Write all who wait as CSV and mark them as handed over; return how many.

    They are marked only after the writing: what could not be written is still waiting.
    """
    with deps.sessions.begin() as session:
        lines = [_line(one) for one in desks.list_open_handovers(session, is_claimed=True)]
        write(_csv(lines))
        desks.mark_exported(session, [line.id for line in lines], deps.clock.now())
    return len(lines)


def _line(waiting: Waiting) -> HandoverLine:
    handover, offer = waiting.handover, waiting.decision.assessment["offer"] or {}
    return HandoverLine(
        id=handover.id,
        person=str(handover.person_id),
        asked_at=handover.asked_at,
        due_at=handover.due_at,
        low_yuan=_yuan(offer.get("low_fen")),
        high_yuan=_yuan(offer.get("high_fen")),
        term_months=offer.get("term_months"),
        good_time=handover.good_time,
    )


def _yuan(fen: int | None) -> int | None:
    return None if fen is None else fen // 100


def _csv(lines: list[HandoverLine]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(line.cells() for line in lines)
    return out.getvalue()


def _inert(cell: str) -> str:
    plain = "".join(sign for sign in cell if sign.isprintable())
    return f"'{plain}" if cell.lstrip(" ").startswith(_FORMULA_SIGNS) else plain
