"""Do what a request asks for: send the copy, erase, restrict, have it corrected, explain, withdraw.

Every act needs the right to decide, a known requester, and leaves its proof in the request.
"""

import secrets
from collections.abc import Mapping

from app.core.access import Actor, Permission
from app.core.errors import NotAllowed
from app.core.jobs import JobName
from app.deps import Deps
from app.dialogue.types import Say
from app.steps import holding, requests
from app.steps.effects import EXPORT_LINK_LASTS
from app.steps.outcome_words import case_words
from app.steps.requests import InHand
from app.steps.seat import notice_mark
from app.steps.staff_words import Draft, Queued, fitting, queue_words, way_of
from app.store import desks, outbox, rights, rights_writes, upkeep
from app.store.messages import Export
from app.store.people import Person

PURPOSES = ("answers", "sensitive", "marketing")


def send_copy(deps: Deps, actor: Actor, request_id: int) -> None:
    """Send the link to the copy into the person's own chat, and nowhere else (P-43)."""
    with _acting(deps, actor, request_id, ("see", "copy")) as hand:
        person = _own_chat(hand)
        if way_of(deps, hand.session, person) != "now":
            # The link lasts for minutes: sent later it would lead nowhere.
            raise NotAllowed("The person cannot be written to at this moment.", why="no_window")
        now, token = deps.clock.now(), secrets.token_urlsafe(32)
        index = deps.keyring.index("export", token)
        hand.session.add(
            Export(token_index=index, person_id=person.id, expires_at=now + EXPORT_LINK_LASTS)
        )
        values = {
            "url": f"{deps.settings.base_url}/export/{token}",
            "minutes": int(EXPORT_LINK_LASTS.total_seconds() // 60),
        }
        queued = _send(hand, person, "privacy.export", values)
        hand.prove("export", id=index.hex()[:16], message=str(queued.id))
        _done(hand, "copy_sent")


def erase(deps: Deps, actor: Actor, request_id: int) -> bool:
    """Erase the person; False when an open case lets them only be restricted for now.

    The erasure itself closes the request, now or when the case has ended.
    """
    with _acting(deps, actor, request_id, ("delete", "close")) as hand:
        person = hand.whose()
        hand.prove("erasure")
        hand.record("erasing")
        hand.request.acted_at = deps.clock.now()
        hand.session.flush()
        outbox.add(hand.session, JobName.ERASE_EXPIRED.value, "right", deps.clock.now())
        return upkeep.erase_person(hand.session, person.id, deps.clock.now())


def restrict(deps: Deps, actor: Actor, request_id: int) -> None:
    """Keep the person's data and use it no more: no scoring, no marketing, no copy (P-22)."""
    with _acting(deps, actor, request_id, ("restrict",)) as hand:
        person = hand.whose()
        holding.hold(hand.session, person, holding.RESTRICTED)
        rights.set_person(hand.session, person.id, state="restricted", consents=[])
        rights_writes.cancel_unasked(hand.session, person.id, deps.clock.now())
        hand.prove("restricted")
        _done(hand, "restricted")


def lift(deps: Deps, actor: Actor, request_id: int) -> None:
    """Use the data again, because the person says so: with the consents that still stand."""
    actor.require(Permission.DECIDE)
    with deps.sessions.begin() as session:
        request, person = rights_writes.get_restriction(session, request_id)
        now = deps.clock.now()
        request.lifted_at = now
        hand = InHand(deps, session, actor, request, person)
        hand.prove("lifted")
        session.flush()
        live = rights.live_consents(session, person.id)
        marks = {notice_mark(version) for version in live.values()}
        standing = sorted(set(live) | marks)
        rights.set_person(session, person.id, state="active", consents=standing)
        holding.release(session, person, holding.RESTRICTED)
        hand.record("lifted")


def ask_to_correct(deps: Deps, actor: Actor, request_id: int) -> None:
    """Ask the person to put the answer right in the chat; what they confirm is scored anew.

    Nobody else writes a person's answers: the request closes when they hand them in.
    """
    with _acting(deps, actor, request_id, ("correct",)) as hand:
        person = _own_chat(hand)
        if not rights_writes.has_answers(hand.session, person.id):
            raise NotAllowed("There are no answers to correct.", why="nothing_held")
        queued = _send(hand, person, "rights.correct", _named(hand))
        hand.request.acted_at = deps.clock.now()
        hand.prove("asked_to_correct", message=str(queued.id))
        hand.record("asked_to_correct")


def explain(deps: Deps, actor: Actor, request_id: int) -> None:
    """Tell the reasons of the decision in force, as the person's own 为什么 would."""
    with _acting(deps, actor, request_id, ("explain",)) as hand:
        person = _own_chat(hand)
        case = desks.latest_case(hand.session, person.id)
        words = case_words(deps, case) if case else {}
        if not words:
            raise NotAllowed("Nothing was decided about this person.", why="nothing_held")
        queued = _send(hand, person, "rights.explain", {**words, **_named(hand)})
        hand.prove("message", id=str(queued.id))
        _done(hand, "explained")


def withdraw_consent(deps: Deps, actor: Actor, request_id: int, *, purposes: list[str]) -> None:
    """Withdraw consents for a person who asked by another way than the chat."""
    if not purposes or set(purposes) - set(PURPOSES):
        raise NotAllowed("A consent is for a purpose from the list.", why="not_in_list")
    with _acting(deps, actor, request_id, ("withdraw",)) as hand:
        person = hand.whose()
        notice = {"notice_version": deps.notice.version, "notice_hash": deps.notice.hash}
        ids = rights_writes.withdraw_consents(
            hand.session, person, purposes, notice, deps.clock.now()
        )
        hand.prove("consent", ids=", ".join(map(str, ids)))
        _done(hand, "consents_withdrawn")


def _acting(deps: Deps, actor: Actor, request_id: int, kinds: tuple[str, ...]) -> requests.Handled:
    actor.require(Permission.DECIDE)
    return requests.handled(deps, actor, request_id, kinds=kinds, known=True)


def _own_chat(hand: InHand) -> Person:
    """Return the person, if what is sent reaches who asked: kin never read a person's chat."""
    if hand.request.requester != "self":
        raise NotAllowed("Next of kin are answered outside the chat.", why="kin_outside")
    return hand.whose()


def _send(hand: InHand, person: Person, key: str, values: Mapping[str, object]) -> Queued:
    draft = Draft(key, fitting(hand.deps, Say(key, values)), f"right-{hand.request.id}")
    return queue_words(hand.deps, hand.session, person, draft)


def _named(hand: InHand) -> dict[str, object]:
    return {"received_on": hand.request.received_at, "number": hand.request.number}


def _done(hand: InHand, what: str) -> None:
    hand.request.acted_at = hand.deps.clock.now()
    hand.record(what)
    hand.end("done")
