"""Keep questions about people as segments (人群包): checked, in versions, never lost while used."""

from dataclasses import dataclass

from app.audience.codec import to_json
from app.audience.protections import kept_in
from app.core.access import Actor, Permission
from app.core.clock import monotonic
from app.core.errors import NotAllowed
from app.core.jobs import JobName
from app.deps import Deps
from app.steps import audit
from app.steps.audience import Figures, Understood, figures_of, understand, view_of
from app.steps.reaching import Tally, add_to
from app.steps.segment_uses import uses_of
from app.store import audience, outbox
from app.store import segments as store
from app.store.segments import Segment, SegmentCount, SegmentVersion
from app.store.session import Transaction

MOST_NAME = 60
MOST_NOTE = 200
BATCH = 10_000
"""People decided for in one transaction of an exact count."""
_WORK_SECONDS = 40.0


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to keep: a name, what it is for, the question, what has changed."""

    name: str
    purpose: str
    query: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """One segment in a list, for the command line."""

    id: int
    name: str
    purpose: str
    version: int
    query: str
    people: int


def list_segments(deps: Deps, actor: Actor) -> list[Listed]:
    """List every segment, the latest saved first."""
    actor.require(Permission.LOOK)
    with deps.sessions.begin() as session:
        return [
            Listed(one.id, one.name, now.purpose, now.number, now.query, now.people)
            for one, now in store.list_current(session)
        ]


def count(deps: Deps, actor: Actor, query: str, purpose: str = "service") -> Figures:
    """Count whom a question means for a purpose; raise `Misread`, or `NotAllowed`."""
    actor.require(Permission.LOOK)
    with deps.sessions.begin() as session:
        return figures_of(deps, session, actor, understand(deps, session, query, purpose))


def save(deps: Deps, actor: Actor, draft: Draft) -> int:
    """Keep a new segment; return its id. Raise `Misread`, or `NotAllowed` for a name taken."""
    actor.require(Permission.PREPARE)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        understood = understand(deps, session, draft.query, draft.purpose)
        _need_free(session, draft.name)
        segment = Segment(name=draft.name, version=1, made_by=actor.name, made_at=now)
        session.add(segment)
        session.flush()
        _add_version(deps, session, actor, segment, understood, draft.note)
        _record(deps, session, actor, "segment_made", segment, {"name": ("", draft.name)})
    return segment.id


def change(deps: Deps, actor: Actor, segment_id: int, draft: Draft, *, seen: int) -> int:
    """Keep a new version of what was seen as version `seen`; return the newest version's number.

    The same question for the same purpose makes no version. Raise `NotAllowed` when somebody else
    saved meanwhile.
    """
    actor.require(Permission.PREPARE)
    with deps.sessions.begin() as session:
        segment = store.get(session, segment_id, lock=True)
        if segment.version != seen:
            raise NotAllowed("Somebody saved another version meanwhile.", why="saved_meanwhile")
        understood = understand(deps, session, draft.query, draft.purpose)
        before = store.get_version(session, segment_id, seen)
        if draft.name != segment.name:
            _rename(deps, session, actor, segment, draft.name)
        if (before.query, before.purpose) == (understood.text, understood.purpose):
            return seen
        segment.version = seen + 1
        _add_version(deps, session, actor, segment, understood, draft.note)
        changes = {
            "query": (before.query, understood.text),
            "purpose": (before.purpose, understood.purpose),
        }
        _record(deps, session, actor, "segment_changed", segment, changes)
        return segment.version


def rename(deps: Deps, actor: Actor, segment_id: int, name: str) -> None:
    """Give a segment another name; raise `NotAllowed` when it is taken."""
    actor.require(Permission.PREPARE)
    with deps.sessions.begin() as session:
        segment = store.get(session, segment_id, lock=True)
        if segment.name != name:
            _rename(deps, session, actor, segment, name)


def remove(deps: Deps, actor: Actor, segment_id: int, reason: str) -> None:
    """Delete a segment that nothing uses; its versions stay for what was chosen by them."""
    actor.require(Permission.PREPARE)
    with deps.sessions.begin() as session:
        segment = store.get(session, segment_id, lock=True)
        if uses_of(session, segment_id):
            raise NotAllowed("The segment is in use.", why="segment_in_use")
        segment.deleted_at = deps.clock.now()
        act = audit.Act("segment_deleted", "segment", segment.id, reason)
        audit.record(deps, session, actor, act)


def ask_exact_count(deps: Deps, actor: Actor, segment_id: int) -> None:
    """Have everybody in a segment decided for, in the background; an earlier count is replaced."""
    actor.require(Permission.PREPARE)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        segment = store.get(session, segment_id, lock=True)
        version = store.get_version(session, segment_id, segment.version)
        understood = understand(deps, session, version.query, version.purpose)
        kept, _ = audience.count_by_reason(
            session, understood.query, understood.exclusions, view_of(deps)
        )
        store.forget_counts(session, segment_id)
        session.add(
            SegmentCount(
                segment_id=segment_id,
                number=segment.version,
                state="walking",
                people=kept,
                found={},
                asked_by=actor.name,
                asked_at=now,
            )
        )
        outbox.add(session, JobName.COUNT_SEGMENTS.value, actor.request_id[:40], now)


def count_due(deps: Deps) -> int:
    """Go on with exact counts, a batch a transaction; return how many people were decided for."""
    deadline, looked_at = monotonic() + _WORK_SECONDS, 0
    while monotonic() < deadline:
        with deps.sessions.begin() as session:
            walked = store.take_walking(session)
            if walked is None:
                break
            looked_at += _walk_on(deps, session, walked)
    else:
        with deps.sessions.begin() as session:
            if store.count_walking(session):
                outbox.add(session, JobName.COUNT_SEGMENTS.value, "more", deps.clock.now())
    return looked_at


def _walk_on(deps: Deps, session: Transaction, walked: SegmentCount) -> int:
    """Decide for the next people; the row and what was found are saved together."""
    version = store.get_version(session, walked.segment_id, walked.number)
    understood = understand(deps, session, version.query, version.purpose)
    whole = kept_in(understood.query, understood.exclusions)
    people = audience.list_ids(session, whole, view_of(deps), BATCH, walked.after)
    tally = Tally.from_json(walked.found)
    add_to(tally, deps, session, people, version.purpose, deps.clock.now())
    walked.found, walked.looked_at = tally.to_json(), walked.looked_at + len(people)
    walked.after = people[-1] if people else None
    if len(people) < BATCH:
        walked.state, walked.done_at, walked.after = "done", deps.clock.now(), None
    return len(people)


def _add_version(
    deps: Deps, session: Transaction, actor: Actor, segment: Segment, understood: Understood,
    note: str,
) -> None:  # fmt: skip
    kept, _ = audience.count_by_reason(
        session, understood.query, understood.exclusions, view_of(deps)
    )
    session.add(
        SegmentVersion(
            segment_id=segment.id,
            number=segment.version,
            purpose=understood.purpose,
            query=understood.text,
            tree=to_json(understood.query),
            note=note[:MOST_NOTE],
            people=kept,
            saved_by=actor.name,
            saved_at=deps.clock.now(),
        )
    )


def _rename(deps: Deps, session: Transaction, actor: Actor, segment: Segment, name: str) -> None:
    _need_free(session, name)
    _record(deps, session, actor, "segment_renamed", segment, {"name": (segment.name, name)})
    segment.name = name


def _need_free(session: Transaction, name: str) -> None:
    if store.find_by_name(session, name) is not None:
        raise NotAllowed(f"Another segment is called {name}.", why="segment_name_taken")


def _record(
    deps: Deps, session: Transaction, actor: Actor, what: str, segment: Segment,
    changes: audit.Changes,
) -> None:  # fmt: skip
    audit.record(deps, session, actor, audit.Act(what, "segment", segment.id, changes=changes))
