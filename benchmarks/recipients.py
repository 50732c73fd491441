"""Write people whom every campaign may reach: they follow, wrote an hour ago, and have no case.

For a provider that does nothing a thousand sealed openids are shared by all; the pretend platform
knows each phone by an openid of its own.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import psycopg
from pydantic import TypeAdapter

from app.core.crypto import KeyRing
from benchmarks.pool import written
from simulator.rules import opened
from simulator.state import Account, fresh_account

_ACCOUNT = "gh_prequal"
_COLUMNS = (
    "id, account, openid_index, openid_sealed, master_id, wrapped_key, state, follows,"
    " first_seen_at, last_seen_at, last_message_at, message_left, message_until"
)
_BATCH = 20_000


@dataclass(frozen=True)
class Address:
    """An openid as a person's row holds it, ready for COPY."""

    sealed: str
    master_id: str
    wrapped: str


def phones(path: Path, count: int, now: datetime) -> list[str]:
    """Write the pretend platform's own file: so many phones that follow and have just written."""
    account: Account = fresh_account()
    account.switches.mass_outcomes = "lost"
    for _ in range(count):
        phone = account.add_phone()
        phone.is_following, phone.spoke_at = True, now.timestamp()
        phone.windows = opened((), "message", now.timestamp())
    path.write_bytes(TypeAdapter(Account).dump_json(account))
    return [phone.openid for phone in account.phones.values() if phone.is_following]


def addresses(ring: KeyRing, openids: Sequence[str]) -> list[Address]:
    """Seal openids, each under a key of its own."""
    return [_sealed(ring, openid) for openid in openids]


def write(url: str, count: int, known: Sequence[Address], now: datetime) -> None:
    """Write people into an empty table; the same addresses come round again."""
    seen, until = now - timedelta(hours=1), now + timedelta(hours=47)
    facts = ("active", "t", *[seen.isoformat()] * 3, "5", until.isoformat())
    lines = (_line(number, known[number % len(known)], facts) for number in range(count))
    with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as connection:
        while batch := list(islice(lines, _BATCH)):
            with connection.cursor().copy(f"COPY people ({_COLUMNS}) FROM STDIN") as copy:
                copy.write("".join(batch))
        connection.execute("VACUUM ANALYZE people")


def _sealed(ring: KeyRing, openid: str) -> Address:
    sealer, wrapped = ring.new_person_key()
    return Address(written(sealer.seal_text(openid)), wrapped.master_id, written(wrapped.sealed))


def _line(number: int, one: Address, facts: Sequence[str]) -> str:
    index = written(number.to_bytes(32, "big"))
    named = (str(uuid.uuid4()), _ACCOUNT, index, one.sealed, one.master_id, one.wrapped)
    return "\t".join((*named, *facts)) + "\n"
