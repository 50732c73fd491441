"""Stop what goes out, everything or one class of messages, and let it go on."""

from app.contact.types import MessageClass
from app.core.access import Actor, Permission
from app.core.errors import NotAllowed, NotFound
from app.core.jobs import JobName
from app.deps import Deps
from app.steps import audit
from app.store import outbox, stops

EVERYTHING = stops.EVERYTHING
STOPPABLE = (EVERYTHING, *(one.value for one in MessageClass))
MAY_STOP = (Permission.SEND, Permission.APPROVE, Permission.DECIDE, Permission.ADMINISTER)
"""Any one of these is enough: in an emergency whoever can act stops, and explains afterwards."""


def stop(deps: Deps, actor: Actor, klass: str, reason: str) -> bool:
    """Hold back everything, or one class, from now on; False when that is stopped already.

    Delivery looks before each single message, so at most what is being sent this moment still goes.
    """
    if not any(actor.may(permission) for permission in MAY_STOP):
        raise NotAllowed(f"{actor.name} may not stop messages.", why="may_not_stop")
    said = _checked(klass, reason)
    with deps.sessions.begin() as session:
        stop_id = stops.begin(
            session, klass=klass, reason=said, by=actor.name, now=deps.clock.now()
        )
        if stop_id is None:
            return False
        act = audit.Act("stop_set", "stop", klass, said, changes={"stopped": (False, True)})
        audit.record(deps, session, actor, act)
    return True


def lift(deps: Deps, actor: Actor, klass: str, reason: str) -> None:
    """Let it go on: what was held and has not expired is delivered now, once.

    An approver's act, and of nobody else: going on is the dangerous direction. The approver may be
    the one who stopped; the audit log shows both.
    """
    actor.require(Permission.APPROVE)
    said = _checked(klass, reason)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        standing = [one for one in stops.list_standing(session, lock=True) if one.klass == klass]
        if not standing:
            raise NotFound(f"Nothing stops {klass}.")
        for one in standing:
            one.lifted_by, one.lifted_at, one.lift_reason = actor.name, now, said
        act = audit.Act("stop_lifted", "stop", klass, said, changes={"stopped": (True, False)})
        audit.record(deps, session, actor, act)
        outbox.add(session, JobName.DELIVER_DUE.value, actor.request_id[:40], now)


def _checked(klass: str, reason: str) -> str:
    if klass not in STOPPABLE:
        raise NotFound(f"There is no class {klass}; it is one of: {', '.join(STOPPABLE)}.")
    said = reason.strip()
    if not said:
        raise NotAllowed("A reason is needed.", why="reason_needed")
    return said[:500]
