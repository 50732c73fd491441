"""What was measured of campaigns, and the page of it."""

from collections.abc import Sequence
from dataclasses import dataclass

NO_OP = "one by one, no-op provider"


@dataclass(frozen=True)
class Asked:
    """One thing done to, or asked of, a campaign to everybody: how long it may take, and took."""

    what: str
    aim_seconds: float
    seconds: float


@dataclass(frozen=True)
class Sending:
    """One campaign sent: how long, the senders' processor time, what the larger one grew by."""

    what: str
    people: int
    seconds: float
    cpu_seconds: float
    growth_mb: float

    @property
    def per_second(self) -> float:
        """People a second."""
        return self.people / self.seconds


@dataclass(frozen=True)
class Peer:
    """A plain RQ job for each recipient on the same Redis and the same provider that does nothing.

    It keeps no row, asks no rule and cannot tell who was sent to.
    """

    people: int
    enqueue_seconds: float
    seconds: float


@dataclass(frozen=True)
class Broadcasts:
    """Everything measured of campaigns."""

    people: int
    asked: Sequence[Asked]
    sendings: Sequence[Sending]
    ages: Sequence[Sending]
    peer: Peer

    @property
    def ageing(self) -> float:
        """The rate of the last campaign as a share of the first's."""
        return self.ages[-1].per_second / self.ages[0].per_second


def broadcast_page(one: Broadcasts) -> str:
    """Return the page."""
    sent, asked = _table(_SENT), _table(_ASKED)
    sent += "".join(_sent_line(sending) for sending in one.sendings)
    asked += "".join(f"\n| {a.what} | {a.seconds:.2f} | {a.aim_seconds:g} |" for a in one.asked)
    note = "Two senders. On a busy machine figures of one run bear comparison, and no others."
    parts = ["## Campaigns", note, sent, _peer(one), _age(one), f"With {one.people:,} people:"]
    return "\n\n".join([*parts, asked])


_SENT = ("sent", "people", "a second", "senders' CPU ms a person", "growth MB")
_ASKED = ("what", "seconds", "aim")


def _sent_line(s: Sending) -> str:
    cpu = s.cpu_seconds / s.people * 1000
    return f"\n| {s.what} | {s.people:,} | {s.per_second:,.0f} | {cpu:.2f} | {s.growth_mb:.1f} |"


def _peer(one: Broadcasts) -> str:
    peer = one.peer
    theirs = peer.people / peer.seconds
    ours = next(s for s in one.sendings if s.what == NO_OP)
    return (
        f"A plain RQ job for each of {peer.people:,}, two workers, the same provider that does"
        f" nothing: enqueued {peer.people / peer.enqueue_seconds:,.0f} a second, drained"
        f" {theirs:,.0f} a second. One by one we drain {ours.per_second / theirs:.1f} times as"
        " fast, with every row, rule and window."
    )


def _age(one: Broadcasts) -> str:
    first, last = one.ages[0], one.ages[-1]
    return (
        f"Ageing: the tenth campaign to the same {first.people:,} people drains at"
        f" {one.ageing:.2f} of the first's rate ({first.per_second:,.0f} and"
        f" {last.per_second:,.0f} a second)."
    )


def _table(heads: Sequence[str]) -> str:
    return f"| {' | '.join(heads)} |\n|{' --- |' * len(heads)}"
