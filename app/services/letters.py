"""Chase letters that reached nobody, and keep what staff did about them outside the chat."""

from app.core.access import Actor
from app.core.errors import NotAllowed
from app.deps import Deps
from app.steps import audit, case_words, letters
from app.steps.letters import Matter
from app.steps.staff_words import require_desk
from app.store import errands, threads
from app.store.people import Person

_BATCH = 500
RESULTS = ("done", "failed")


def chase_letters(deps: Deps) -> int:
    """Do the next thing for every letter that reached nobody; return how many were looked at."""
    with deps.sessions.begin() as session:
        errands.settle_told(session, deps.clock.now())
        untold = errands.list_untold_letters(session, _BATCH)
        for letter in untold:
            person = session.get_one(Person, letter.person_id)
            if person.state == "erased":
                continue
            complaint_id, request_id = errands.matter_of(session, letter.id)
            letters.chase(deps, session, person, letter, Matter(complaint_id, request_id))
    return len(untold)


def finish_errand(deps: Deps, actor: Actor, errand_id: int, *, result: str, words: str) -> None:
    """Record that somebody called or wrote, or why that was not possible."""
    require_desk(actor)
    if result not in RESULTS or not words.strip():
        raise NotAllowed("An errand ends with what was done.", why="words_missing")
    with deps.sessions.begin() as session:
        errand = errands.get_open_errand(session, errand_id)
        person = None
        if errand.person_id is not None:
            person = threads.get_person(session, errand.person_id)
        errand.state, errand.done_at, errand.done_by = result, deps.clock.now(), actor.name
        errand.words_sealed = case_words.seal(deps, person, words)
        act = audit.Act(f"errand_{result}", "errand", errand.id, "", person)
        audit.record(deps, session, actor, act)
