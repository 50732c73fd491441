"""Who lends: the licence facts that every cap, every gate and every message depends on."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from scoring.types import decode_json, digest

LicenceType = Literal["bank", "consumer_finance", "network_small_loan", "small_loan"]

# GB/T 2260, mainland provinces; Hong Kong, Macao and Taiwan are outside every mainland licence.
PROVINCES: Final = frozenset(
    str(first + tens)
    for tens, last in ((10, 5), (20, 3), (30, 7), (40, 6), (60, 5))
    for first in range(1, last + 1)
) | {"50", "51", "52", "53", "54"}
DEMONSTRATION_MARK: Final = "（演示）"


class LenderInvalid(ValueError):
    """The lender's profile cannot be true; the message names the field."""


@dataclass(frozen=True, slots=True)
class LenderProfile:
    """A lender as its licence describes it. `provinces` holds two-digit codes, or only "all"."""

    full_name: str
    short_name: str
    licence_type: LicenceType
    licence_number: str
    approving_authority: str
    has_network_permission: bool
    provinces: tuple[str, ...]
    net_assets_fen: int
    net_assets_on: date
    phone: str
    complaint_page: str  # an https address, or a path on our own public pages
    is_demonstration: bool

    def __post_init__(self) -> None:
        written = ("full_name", "short_name", "licence_number", "approving_authority", "phone")
        for field in written:
            if not getattr(self, field).strip():
                raise LenderInvalid(f"{field} is empty")
        if not self.complaint_page.startswith(("https://", "/")):
            raise LenderInvalid("complaint_page is an https address or a path")
        if self.net_assets_fen <= 0:
            raise LenderInvalid("net_assets_fen is positive")
        if self.is_demonstration != (DEMONSTRATION_MARK in self.full_name):
            raise LenderInvalid(f"full_name carries {DEMONSTRATION_MARK} exactly when it is one")
        self._check_area()

    def _check_area(self) -> None:
        if not self.provinces or not (set(self.provinces) <= PROVINCES or self.serves_everywhere):
            raise LenderInvalid('provinces are mainland codes of GB/T 2260, or "all"')
        # Small-loan measures: own province only, unless permitted to lend over the network.
        if (len(self.provinces) > 1 or self.serves_everywhere) and not self.has_network_permission:
            raise LenderInvalid("provinces: more than one needs has_network_permission")

    @property
    def serves_everywhere(self) -> bool:
        """Say whether the licence covers every mainland province."""
        return self.provinces == ("all",)

    @property
    def sha256(self) -> str:
        """Hash the profile for the record of a decision."""
        return digest(self)

    def serves(self, province: str) -> bool:
        """Say whether the licence covers a two-digit province code."""
        return province in (PROVINCES if self.serves_everywhere else self.provinces)

    @classmethod
    def from_json(cls, text: str) -> "LenderProfile":
        """Read a profile from JSON text; raise `Malformed` or `LenderInvalid`."""
        return decode_json(cls, text)
