"""What each phone received, by the platform's own record, held against what the rows say."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.core.crypto import KeyRing
from tests.faults.fleet import Fleet, Launched
from tests.faults.misbehaviour import MASS, TAG
from tests.phones import Phone

_ROWS = """
SELECT p.openid_index, r.state, coalesce(r.variant, '') FROM campaign_recipients r
JOIN campaigns c ON c.id = r.campaign_id JOIN people p ON p.id = r.person_id
WHERE c.id = {0} OR c.parent_id = {0}
"""
_CHARGED = """
SELECT p.openid_index, sum(m.count) FROM mass_months m JOIN people p ON p.id = m.person_id
WHERE p.openid_index IS NOT NULL GROUP BY 1
"""
_VERDICTS = """
SELECT facts ->> 'chosen' FROM campaign_events
WHERE act = 'experiment_judged' AND campaign_id = {0}
"""
_COUNTED = ("queued", "sending", "sent", "confirmed", "unknown")


@dataclass
class Oracle:
    """The platform's record of a fleet; `figures` is what was seen, for whoever ran it."""

    fleet: Fleet
    figures: Counter[str] = field(default_factory=Counter)
    _screens: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def judge(self, blocking: set[str]) -> None:
        """Check that nobody got anything twice, and that everybody got what the rows say.

        `blocking`: the openids of those who refuse messages: taken by the platform, never shown.
        """
        people = [*self.fleet.phones, *self.fleet.leavers]
        self._screens = {phone.openid: _screen(phone) for phone in people}
        for launched in self.fleet.launched:
            self._judge(launched, blocking)
            for campaign_id in self.fleet.launches(launched):
                self._sums_up(campaign_id)
            self._has_one_verdict(launched)
        self._months_were_charged()
        self.fleet.ledger.is_sound()
        for stillness in self.fleet.stillnesses:
            self.fleet.ledger.kept_still(stillness)

    def _months_were_charged(self) -> None:
        """Check that we counted every broadcast that the platform counted, or more."""
        charged = {bytes(index): count for index, count in self.fleet.house.rows(_CHARGED)}
        for phone in self.fleet.phones:
            got = sum(path in (MASS, TAG) for path, _ in self._screens[phone.openid])
            assert got <= charged.get(self._index(phone), 0), (got, charged)

    def _judge(self, launched: Launched, blocking: set[str]) -> None:
        rows = self._rows(launched)
        # Once in each launch of what repeats; a launch that nobody got is no launch.
        launches = len(self.fleet.launches(launched))
        for phone in self.fleet.phones:
            mine = rows.get(self._index(phone), Counter())
            assert mine.total() == launches, ("not in it", launched, mine, launches)
            for variant, mark in launched.kind.marks.items():
                self._holds(mine, variant, self._got(phone, mark), phone.openid in blocking)
        for phone in self.fleet.leavers:
            for mark in launched.kind.marks.values():
                assert self._got(phone, mark) <= launches, ("twice", launched)

    def _holds(self, rows: Counter[tuple[str, str]], variant: str, got: int, blocks: bool) -> None:
        confirmed, sent, unknown = (
            rows[state, variant] for state in ("confirmed", "sent", "unknown")
        )
        least = confirmed + (0 if blocks else sent)
        most = confirmed + sent + unknown
        assert least <= got <= most, (variant, rows, got, blocks)
        self.figures["received"] += got
        self.figures["unknown, received"] += max(0, got - confirmed - sent)
        self.figures["unknown, not received"] += unknown - max(0, got - confirmed - sent)

    def _sums_up(self, campaign_id: int) -> None:
        told = self.fleet.status(campaign_id)
        counted = sum(told[one] for one in _COUNTED)
        counted += sum(told["skipped"].values()) + sum(told["failed"].values())
        assert counted == told["recipients"], told
        for word in ("skipped", "failed"):
            self.figures.update({f"{word}: {why}": one for why, one in told[word].items()})
        self.figures["recipients"] += told["recipients"]

    def _has_one_verdict(self, launched: Launched) -> None:
        """Check that an experiment was judged once at most."""
        verdicts = self.fleet.house.rows(_VERDICTS.format(launched.id))
        assert len(verdicts) <= 1, (launched, verdicts)
        self.figures["winners chosen"] += len(verdicts)

    def _rows(self, launched: Launched) -> Mapping[bytes, Counter[tuple[str, str]]]:
        found: dict[bytes, Counter[tuple[str, str]]] = {}
        for index, state, variant in self.fleet.house.rows(_ROWS.format(launched.id)):
            found.setdefault(bytes(index or b""), Counter())[state, variant] += 1
            self.figures[state] += state not in ("skipped", "failed")
        return found

    def _got(self, phone: Phone, mark: str) -> int:
        return sum(mark in words for _, words in self._screens[phone.openid])

    def _index(self, phone: Phone) -> bytes:
        ring = KeyRing.parse(self.fleet.house.inside()["DATA_KEYS"])
        return ring.index("openid", f"{self.fleet.house.account}\0{phone.openid}")


def _screen(phone: Phone) -> list[tuple[str, str]]:
    """Return what the platform pushed to a phone, each with the call that brought it."""
    pushed = [one for one in phone.bubbles() if one["side"] == "them" and one["record"]]
    return [
        (one["record"].get("path", ""), json.dumps(one["content"], ensure_ascii=False))
        for one in pushed
    ]
