"""Keep the answers that the staff give often: every change is a version of its own."""

import re
from collections.abc import Sequence

from app.core.access import Actor
from app.core.errors import NotAllowed, NotFound
from app.deps import Deps
from app.dialogue.types import Say
from app.steps import audit
from app.steps.message_words import rating_words
from app.steps.staff_words import fitting, require_desk
from app.store import replies
from app.store.replies import QuickAnswer

_SHORTCUT = re.compile(r"[a-z0-9\u4e00-\u9fff]{1,24}")


def list_current(deps: Deps) -> Sequence[QuickAnswer]:
    """List the newest version of every answer in use, by its shortcut."""
    with deps.sessions.begin() as session:
        found = replies.list_current(session)
        session.expunge_all()
    return found


def list_versions(deps: Deps, shortcut: str) -> Sequence[QuickAnswer]:
    """List every version of an answer, the newest first; raise `NotFound`."""
    with deps.sessions.begin() as session:
        found = replies.list_versions(session, shortcut)
        session.expunge_all()
    if not found:
        raise NotFound(f"No quick answer {shortcut}.")
    return found


def save(deps: Deps, actor: Actor, *, shortcut: str, title: str, words: str) -> int:
    """Keep a new answer, or a new version of one; return the version."""
    require_desk(actor)
    if not _SHORTCUT.fullmatch(shortcut):
        raise NotAllowed("A shortcut is of small letters, digits, or Chinese.", why="bad_shortcut")
    if not title.strip() or not words.strip():
        raise NotAllowed("A quick answer has a title and words.", why="words_missing")
    now = deps.clock.now()
    say = Say("inbox.answer", {"left_on": now, "words": words.strip()})
    fitting(deps, say, with_rating=rating_words(deps))
    with deps.sessions.begin() as session:
        versions = replies.list_versions(session, shortcut)
        version = versions[0].version + 1 if versions else 1
        session.add(
            QuickAnswer(
                shortcut=shortcut,
                version=version,
                title=title.strip(),
                words=words.strip(),
                is_retired=False,
                made_by=actor.name,
                made_at=now,
            )
        )
        changes = {"words": (versions[0].words if versions else "", words.strip())}
        act = audit.Act("quick_answer_saved", "quick_answer", shortcut, changes=changes)
        audit.record(deps, session, actor, act)
    return version


def retire(deps: Deps, actor: Actor, *, shortcut: str) -> None:
    """Offer an answer no longer; its versions stay."""
    require_desk(actor)
    with deps.sessions.begin() as session:
        versions = replies.list_versions(session, shortcut)
        if not versions:
            raise NotFound(f"No quick answer {shortcut}.")
        versions[0].is_retired = True
        act = audit.Act("quick_answer_retired", "quick_answer", shortcut)
        audit.record(deps, session, actor, act)
