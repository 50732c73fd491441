"""Set tags by rule: what changed a moment ago, and everybody every night; a part at a time."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from app.core.clock import SHANGHAI, monotonic
from app.core.dated import day_of
from app.core.jobs import JobName
from app.core.log import get_logger
from app.deps import Deps
from app.steps.tag_rules import rules_of, set_by_rule
from app.steps.taxonomy import taxonomy_of
from app.store import outbox, tag_figures, tag_rules, tag_runs
from app.store.session import Transaction
from app.store.tag_rules import Scope
from app.store.tags import TagRun
from app.tagging.rules import in_order
from app.tagging.taxonomy import Taxonomy

_OVERLAP = timedelta(minutes=2)
"""A turn that began this long ago has long been committed; whatever is seen twice is set once."""
_FIRST_LOOK = timedelta(days=1)
_PEOPLE_A_TIME = 5_000
_PEOPLE_A_PART = 100_000
_NIGHT = time(3)
"""When everybody is looked at anew, in Shanghai."""
_SECONDS = 40.0
"""After this long a run leaves the rest to the next job."""
_BUSY_SECONDS = 5
_RUNS_KEPT = timedelta(days=90)

log = get_logger()


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What a run did; `is_whole`: nothing of it is left."""

    people: int = 0
    added: int = 0
    ended: int = 0
    is_whole: bool = True


def evaluate_recent(deps: Deps) -> Evaluated:
    """Set anew the tags of everybody of whom something happened since the last run.

    The watermark moves when all is done: cut short anywhere, the next run begins where this did.
    """
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        since = tag_runs.recent_until(session)
        people = tag_rules.touched(session, since - _OVERLAP if since else now - _FIRST_LOOK, now)
    done = Evaluated()
    for start in range(0, len(people), _PEOPLE_A_TIME):
        part = people[start : start + _PEOPLE_A_TIME]
        set_now = _evaluate_people(deps, part, now)
        if set_now is None:
            return Evaluated(done.people, done.added, done.ended, is_whole=False)
        added, ended = done.added + set_now.added, done.ended + set_now.ended
        done = Evaluated(done.people + len(part), added, ended)
    with deps.sessions.begin() as session:
        tag_runs.mark_recent(session, now, done.added, done.ended)
    return done


def _evaluate_people(deps: Deps, people: Sequence[uuid.UUID], now: datetime) -> Evaluated | None:
    """Set every tag of these people; None when another worker is at one of them."""
    with deps.sessions.begin() as session:
        taxonomy = taxonomy_of(session)
        rules = in_order(rules_of(deps, session, taxonomy, now), list(taxonomy.tags))
    added = ended = 0
    for rule in rules:
        with deps.sessions.begin() as session:
            if not tag_rules.take(session, rule.tag):
                return None
            tag = taxonomy.get(rule.tag)
            changed = set_by_rule(deps, session, tag, rule, Scope(people=people))
        added, ended = added + changed.added, ended + changed.ended
    return Evaluated(len(people), added, ended)


def evaluate_everybody(deps: Deps, *, now_please: bool = False) -> Evaluated:
    """Go on with the runs about everybody: every night, and after a rule was changed.

    `now_please`: begin one now, whatever the hour. What is not finished in time is left to the
    next job; every tag is a transaction of its own, and `done` says which was the last.
    """
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        if now_please or _is_due(tag_runs.last(session, "full"), now):
            tag_runs.begin(session, "full", now)
        tag_runs.forget(session, now - _RUNS_KEPT)
    deadline = monotonic() + _SECONDS
    added = ended = 0
    while monotonic() < deadline:
        step = _one_tag(deps)
        if step is None:
            return Evaluated(added=added, ended=ended)
        if not step.is_whole:
            break
        added, ended = added + step.added, ended + step.ended
    with deps.sessions.begin() as session:
        outbox.add(
            session,
            JobName.TAG_EVERYBODY.value,
            "more",
            deps.clock.now(),
            deps.clock.now() + timedelta(seconds=_BUSY_SECONDS),
        )
    return Evaluated(added=added, ended=ended, is_whole=False)


def _is_due(last: TagRun | None, now: datetime) -> bool:
    """Say whether a night has begun since the last run began."""
    if last is None:
        return True
    here = now.astimezone(SHANGHAI)
    night = here.replace(hour=_NIGHT.hour, minute=0, second=0, microsecond=0)
    if here < night:
        night -= timedelta(days=1)
    return last.began_at < night and last.finished_at is not None


def _one_tag(deps: Deps) -> Evaluated | None:
    """Set the next tag of the oldest run, for everybody; None when there is nothing to do."""
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        run = tag_runs.claim(session)
        if run is None:
            return None
        taxonomy = taxonomy_of(session)
        rules = [
            rule
            for rule in in_order(rules_of(deps, session, taxonomy, now), list(taxonomy.tags))
            if run.only is None or rule.tag in run.only
        ]
        names = [rule.tag for rule in rules]
        place = names.index(run.done) + 1 if run.done in names else 0
        if place >= len(rules):
            _finish(session, run, taxonomy, now)
            return Evaluated()
        rule = rules[place]
        if not tag_rules.take(session, rule.tag):
            return Evaluated(is_whole=False)
        added = ended = 0
        for scope in _parts(tag_rules.count_people(session)):
            changed = set_by_rule(deps, session, taxonomy.get(rule.tag), rule, scope)
            added, ended = added + changed.added, ended + changed.ended
        run.done, run.added, run.ended = rule.tag, run.added + added, run.ended + ended
    return Evaluated(added=added, ended=ended)


def _parts(people: int) -> list[Scope]:
    """Cut the ids, which are random, into parts of about as many people each."""
    count = max(1, -(-people // _PEOPLE_A_PART))
    bounds = [uuid.UUID(int=(number << 128) // count) for number in range(1, count)]
    lows: list[uuid.UUID | None] = [None, *bounds]
    ends: list[uuid.UUID | None] = [*bounds, None]
    return [Scope(low=low, below=end) for low, end in zip(lows, ends, strict=True)]


def _finish(session: Transaction, run: TagRun, taxonomy: Taxonomy, now: datetime) -> None:
    """Count who holds what, and close the run."""
    day = day_of(now)
    tag_figures.compute(session, run.only or list(taxonomy.tags), day, now)
    tag_runs.finish(session, run, now)
    log.info("tags_set", kind=run.kind, added=run.added, ended=run.ended)
