"""Hold every process together to so many calls, or people, in any one minute.

A token bucket in Redis, moved by one Lua script, so that two processes never take the same token. A
bucket of burst b that gains (n - b + 1) tokens a minute lets at most n through in any minute,
wherever that minute begins. A bucket that Redis does not know begins empty, not full: what was
taken from it a moment ago, before Redis was emptied, is never granted twice.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, cast

from redis import Redis
from redis.exceptions import RedisError

from app.core.errors import StateUnavailable
from app.state import keys

_MINUTE_MS = 60_000
_KEPT_MS = 10 * _MINUTE_MS
"""Long enough for every bucket to be full again; only then may it be forgotten."""

_TAKE = """
local burst, gain, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local least, most = tonumber(ARGV[4]), tonumber(ARGV[5])
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens, at = tonumber(kept[1] or 0), tonumber(kept[2] or now)
if now > at then
  tokens = math.min(burst, tokens + (now - at) * gain)
  at = now
end
-- A clock that went far back is a rehearsal that travelled: begin again, empty.
if at - now > 60000 then
  tokens, at = 0, now
end
local granted = math.min(most, math.floor(tokens + 0.000001))
if granted < least then
  granted = 0
end
redis.call('HSET', KEYS[1], 'tokens', string.format('%.9f', tokens - granted), 'at', at)
redis.call('PEXPIRE', KEYS[1], ARGV[6])
local wait = 0
if granted == 0 then
  wait = math.ceil((least - tokens) / gain) + (at - now)
end
return {granted, math.max(0, wait)}
"""


@dataclass(frozen=True, slots=True)
class Bucket:
    """At most `per_minute` in any minute under one name.

    `parts`: the share of a minute that may go at once. More parts come nearer to the full rate;
    fewer let lists be longer. `least`: what the bucket must hold at any rate, as a list of two.
    """

    name: str
    per_minute: int
    parts: int = 20
    least: int = 1

    def __post_init__(self) -> None:
        """Refuse a bucket that would never let anything through."""
        if not 1 <= self.least <= self.per_minute:
            raise ValueError("at least one a minute, and what must go at once")

    @property
    def burst(self) -> int:
        """How many may go at once."""
        return max(self.least, self.per_minute // self.parts)

    @property
    def gain_per_ms(self) -> float:
        """How fast it fills."""
        return (self.per_minute - self.burst + 1) / _MINUTE_MS


@dataclass(frozen=True, slots=True)
class Grant:
    """How many may go now; when none may, in how many seconds to ask again."""

    count: int
    wait_seconds: float = 0.0


class Throttle(Protocol):
    """Whatever says how many may go now."""

    def take(self, bucket: Bucket, now: datetime, most: int = 1, least: int = 1) -> Grant:
        """Take up to `most`, nothing where fewer than `least` are there."""
        ...


class RedisThrottle:
    """The buckets that all processes share; without Redis it raises `StateUnavailable`."""

    def __init__(self, redis: Redis) -> None:
        self._take = redis.register_script(_TAKE)

    def take(self, bucket: Bucket, now: datetime, most: int = 1, least: int = 1) -> Grant:
        """Take up to `most`, nothing where fewer than `least` are there.

        `least` is cut to what the bucket can ever hold, or it would wait for ever.
        """
        wanted = (min(least, bucket.burst, most), most)
        ours = (bucket.burst, repr(bucket.gain_per_ms), int(now.timestamp() * 1000))
        try:
            told = self._take(keys=[keys.bucket(bucket.name)], args=[*ours, *wanted, _KEPT_MS])
        except RedisError:
            raise StateUnavailable from None
        granted, wait = cast("list[int]", told)
        return Grant(granted, wait / 1000)
