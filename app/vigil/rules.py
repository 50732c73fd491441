"""Decide what is wrong now. Each rule is a pure function of what was measured.

An incident that is open already closes later than it opened: its numbers must be well again, not
just below the line, so that nothing is opened and closed every minute.
"""

from collections.abc import Callable, Iterable, Iterator, Set
from math import sqrt

from app.vigil.thresholds import Thresholds
from app.vigil.types import Finding, Jump, Kind, Measures, Share, Silence

Open = Set[tuple[str, str]]
Rule = Callable[[Measures, Thresholds, Open], Iterator[Finding]]


def judge(measures: Measures, limits: Thresholds, open_now: Open) -> tuple[Finding, ...]:
    """Return everything that is wrong, given what is open already, each kind and scope once."""
    return tuple(finding for rule in _RULES for finding in rule(measures, limits, open_now))


def _token(measures: Measures, limits: Thresholds, _open: Open) -> Iterator[Finding]:
    if measures.token_failures >= limits.token_failures:
        yield Finding("token", "", {"failures": measures.token_failures})


def _errors(measures: Measures, limits: Thresholds, open_now: Open) -> Iterator[Finding]:
    for scope, share in measures.errors.items():
        least = limits.own_errors if scope == "ours" else limits.error_least
        factor = 0.5 if ("error_spike", scope) in open_now else 1.0
        is_many = share.part >= least * factor
        # One mistake of our own is a bug whatever its share; a platform refuses now and then.
        if is_many and (scope == "ours" or share.rate >= limits.error_share * factor):
            yield Finding("error_spike", scope, {"errors": share.part, "of": share.whole})


def _queues(measures: Measures, limits: Thresholds, open_now: Open) -> Iterator[Finding]:
    for queue, seconds in measures.ages.items():
        is_open = ("queue_age", queue) in open_now
        if seconds >= (limits.queue_clear_seconds if is_open else limits.queue_seconds):
            yield Finding("queue_age", queue, {"seconds": round(seconds)})


def _silence(measures: Measures, limits: Thresholds, open_now: Open) -> Iterator[Finding]:
    silence = measures.silence
    if silence is None:
        return
    if ("webhook_silence", "") in open_now:
        is_silent = silence.minutes >= limits.silent_clear_minutes
    else:
        is_long = silence.minutes >= limits.silent_clear_minutes
        is_silent = is_long and silence.usual >= limits.silent_usual
    if is_silent:
        yield Finding("webhook_silence", "", _shown(silence))


def _shown(silence: Silence) -> dict[str, str | int | float]:
    return {"minutes": round(silence.minutes), "usual": round(silence.usual)}


def _drop_off(measures: Measures, limits: Thresholds, open_now: Open) -> Iterator[Finding]:
    return _jumps("form_drop_off", measures.drop_off.items(), limits, open_now)


def _declines(measures: Measures, limits: Thresholds, open_now: Open) -> Iterator[Finding]:
    return _jumps("decline_rate", measures.declines.items(), limits, open_now)


def _jumps(
    kind: Kind, jumps: Iterable[tuple[str, Jump]], limits: Thresholds, open_now: Open
) -> Iterator[Finding]:
    for scope, jump in jumps:
        if has_jumped(jump, limits, is_open=(kind, scope) in open_now):
            facts = {
                "now": round(jump.now.rate, 4),
                "before": round(jump.before.rate, 4),
                "of": jump.now.whole,
            }
            yield Finding(kind, scope, facts)


def has_jumped(jump: Jump, limits: Thresholds, *, is_open: bool = False) -> bool:
    """Say whether a share rose by more than a little, and by more than chance explains."""
    now, before = jump.now, jump.before
    if now.whole < limits.jump_least or before.whole < limits.jump_least_before:
        return False
    rise = now.rate - before.rate
    if is_open:
        return rise >= limits.jump_clear_share
    return rise >= limits.jump_share and rise >= limits.jump_deviations * standard_error(
        now, before
    )


def standard_error(one: Share, other: Share) -> float:
    """Return the standard error of the difference of two shares, were they the same."""
    pooled = (one.part + other.part) / (one.whole + other.whole)
    return sqrt(pooled * (1 - pooled) * (1 / one.whole + 1 / other.whole))


_RULES: tuple[Rule, ...] = (_token, _errors, _queues, _silence, _drop_off, _declines)
