"""Walk along the audit log's chain and say what does not hold: which row, and in what way."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from app.core.crypto import KeyRing
from app.steps.audit import chained, is_chained
from app.store.audit import Row

Kind = Literal["changed", "moved", "missing", "unproven", "cut", "head", "anchor"]
_START = bytes(32)
_MOST_FINDINGS = 200
"""Where everything is broken, the first of them say enough."""
_MOST_MOVED = 24
"""How many broken rows are tried in each other's places: the tries grow with the third power."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What does not hold, from row `first` to row `last`; `was`: the place it was written for.

    changed: the row is not what was written, or was never written by us. moved: it is, but for
    another place. missing: rows between others are gone. unproven: the first row after a gap, whose
    predecessor is lost. cut: rows at the end are gone. head: the end of the chain does not fit the
    last row. anchor: a row is not the one that was noted down outside.
    """

    kind: Kind
    first: int
    last: int
    was: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it for the store."""
        return {"kind": self.kind, "first": self.first, "last": self.last, "was": self.was}


@dataclass
class Walk:
    """Where a walk stands: the last row taken, the hash that the next must follow from."""

    keyring: KeyRing
    seq: int = 0
    last: bytes = _START
    also: bytes = _START
    findings: list[Finding] = field(default_factory=list)

    @classmethod
    def resumed(cls, keyring: KeyRing, kept: Mapping[str, Any]) -> "Walk":
        """Go on where `as_json` was written."""
        return cls(
            keyring,
            kept["seq"],
            bytes.fromhex(kept["last"]),
            bytes.fromhex(kept["also"]),
            [Finding(**one) for one in kept["findings"]],
        )

    def as_json(self) -> dict[str, Any]:
        """Return what it takes to go on."""
        return {
            "seq": self.seq,
            "last": self.last.hex(),
            "also": self.also.hex(),
            "findings": [one.as_json() for one in self.findings],
        }

    def take(self, row: Row) -> None:
        """Look at the next row."""
        seq, claimed = int(row["seq"]), bytes(row["hash"])
        true = claimed
        if seq != self.seq + 1:
            self._find("missing", self.seq + 1, seq - 1)
            self._find("unproven", seq, seq)
        # Whoever changed only a row's hash broke that row, and not the one that follows it.
        elif not any(self._follows(before, row) for before in (self.last, self.also)):
            self._find("changed", seq, seq)
            true = chained(self.keyring, self.last, row)
        self.seq, self.last, self.also = seq, claimed, true

    def end(self, head: tuple[int, bytes] | None) -> None:
        """Compare with the head of the chain, when no row is left."""
        seq, digest = head or (0, _START)
        if seq > self.seq:
            self._find("cut", self.seq + 1, seq)
        elif seq < self.seq or digest not in (self.last, self.also):
            self._find("head", seq, self.seq)

    def anchored(self, seq: int, noted: bytes, found: bytes | None) -> None:
        """Compare a row with what was noted of it outside."""
        if found != noted:
            self._find("anchor", seq, seq)

    def suspects(self) -> list[int]:
        """Return the rows that `name_moved` needs: what seems changed, and what stands before."""
        return sorted({near for place in self._tried() for near in (place - 1, place) if near > 0})

    def name_moved(self, rows: Sequence[Row]) -> None:
        """Tell rows that stand in another's place, or only follow such a row, from changed ones."""
        tried = self._tried()
        hashes = [_START, *(bytes(row["hash"]) for row in rows)]
        found = {row["seq"]: self._place_of(row, tried, hashes) for row in rows}
        self.findings = [
            Finding("moved", one.first, one.last, found.get(one.first))
            if one.kind == "changed" and found.get(one.first) is not None
            else one
            for one in self.findings
            if one.kind != "changed" or found.get(one.first) != one.first
        ]

    def _tried(self) -> list[int]:
        return [one.first for one in self.findings if one.kind == "changed"][:_MOST_MOVED]

    def _place_of(self, row: Row, places: Iterable[int], hashes: Sequence[bytes]) -> int | None:
        """Find the place that a row was written for: its own when only its neighbour is wrong."""
        for place in places:
            there = {**row, "seq": place}
            if any(self._follows(before, there) for before in hashes):
                return place
        return None

    def _follows(self, before: bytes, row: Row) -> bool:
        return is_chained(self.keyring, before, row, bytes(row["hash"]))

    def _find(self, kind: Kind, first: int, last: int) -> None:
        if len(self.findings) < _MOST_FINDINGS:
            self.findings.append(Finding(kind, first, last))
