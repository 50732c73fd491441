"""The signed product record: where copy takes its rates, quotas and fees from (M-02)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.core.dated import Dated, Frozen, in_force
from app.core.errors import NotFound

_SHIPPED = Path(__file__).with_name("record.json")
_FEN = 100
_BASIS = 100


@dataclass(frozen=True, slots=True)
class ProductRecord:
    """The key facts of what is lent, as the policy of these days has them; rates are all-in.

    `version` names the policy that was signed off; it is kept with what was said by it.
    """

    version: str
    valid_from: date
    valid_to: date | None
    provider: str
    phone: str
    yearly_low_bp: int
    yearly_high_bp: int
    least_fen: int
    most_fen: int
    shortest_months: int
    longest_months: int
    upfront_bp: int
    monthly_bp: int

    def holds(self, day: date) -> bool:
        """Say whether the record is the one of this day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class _Variable(Dated):
    name: str
    says: str


class _Variables(Frozen):
    variables: tuple[_Variable, ...]


def values_of(record: ProductRecord, day: date, path: Path = _SHIPPED) -> Mapping[str, str]:
    """Return every variable with its words on a day; raise `NotFound` when the record lapsed."""
    if not record.holds(day):
        raise NotFound(f"The product record {record.version} does not hold on {day}.")
    figures = {
        "provider": record.provider,
        "phone": record.phone,
        "low": _percent(record.yearly_low_bp),
        "high": _percent(record.yearly_high_bp),
        "least": _yuan(record.least_fen),
        "most": _yuan(record.most_fen),
        "shortest": str(record.shortest_months),
        "longest": str(record.longest_months),
        "upfront": _percent(record.upfront_bp),
        "monthly": _percent(record.monthly_bp),
    }
    rows = _Variables.model_validate_json(path.read_bytes()).variables
    return {row.name: row.says.format_map(figures) for row in in_force(rows, day)}


def _percent(basis_points: int) -> str:
    return f"{basis_points / _BASIS:.2f}".rstrip("0").rstrip(".")


def _yuan(fen: int) -> str:
    return f"{fen // _FEN:,}"
