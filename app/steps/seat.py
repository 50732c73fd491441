"""Seat a person at the start of a turn: their key, their position, what the dialogue may know."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.contact.ledger import InboundKind, after_inbound
from app.contact.types import Allowances, ContactFacts
from app.core.crypto import CannotOpen, Sealer, WrappedKey
from app.core.types import Attachment, Followed, Inbound, MenuClicked, Place, Scanned, Text
from app.deps import Deps
from app.dialogue.positions import position_from_json
from app.dialogue.types import Known, Position, QuotaState, TagKnown
from app.steps import staff
from app.steps.account import account_of, holds_tomorrow, window
from app.store.turns import Loaded, LoadedEnquiry, LoadedPerson
from app.store.writes import NewPerson

QUESTION = "review.question"
"""The copy key of a reviewer's question."""
REFUSED_FOR = timedelta(days=30)
"""Nothing that was refused is asked again for this long (P-06; the number is ours)."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One person during one turn. `row` is None for somebody never seen before.

    `allowances`: the windows as this delivery leaves them; `opened`: those that it opened.
    """

    id: uuid.UUID
    sealer: Sealer
    row: LoadedPerson | None
    newcomer: NewPerson | None
    position: Position
    allowances: Allowances
    opened: Allowances


def take_seat(deps: Deps, inbound: Inbound, loaded: Loaded, openid_index: bytes) -> Seat:
    """Open the person's key and position, or make both for somebody new."""
    row = loaded.person
    if row is None:
        return _newcomer(deps, inbound, openid_index)
    sealer = deps.keyring.unwrap(WrappedKey(row.master_id, bytes(row.wrapped_key)))
    before = Allowances(
        message=window(row.message_left, row.message_until),
        event=window(row.event_left, row.event_until),
    )
    after = _opened(deps, inbound, before)
    return Seat(
        id=row.id,
        sealer=sealer,
        row=row,
        newcomer=None,
        position=_position(sealer, loaded.position_sealed),
        allowances=after,
        opened=Allowances(
            message=after.message if after.message != before.message else None,
            event=after.event if after.event != before.event else None,
        ),
    )


def known_of(
    deps: Deps, seat: Seat, loaded: Loaded, now: datetime, tags: tuple[TagKnown, ...] = ()
) -> Known:
    """Say what the next words may depend on."""
    row, enquiry = seat.row, loaded.enquiry
    has_asked = row is not None and row.marketing_asked_at is not None
    asked_long_ago = not has_asked or now - row.marketing_asked_at > REFUSED_FOR  # type: ignore[union-attr, operator]
    consents = frozenset(row.consents) if row else frozenset()
    if notice_mark(deps.notice.version) not in consents:
        consents = frozenset()
    # What is restricted is kept, and not used: to the conversation it is not there.
    is_restricted = row is not None and row.state == "restricted"
    quota = "none" if is_restricted else quota_state(enquiry, now)
    return Known(
        quota=quota,
        consents=consents,
        idle_seconds=int((now - row.last_seen_at).total_seconds()) if row else 0,
        may_ask_marketing=quota in ("approved", "declined")
        and asked_long_ago
        and "marketing" not in consents
        # Whom marketing could not be sent is not asked for it either: whoever complains or suffers.
        and not (row and (row.marketing_stopped or row.on_hold))
        and "no_marketing" not in loaded.markers,
        may_promise_tomorrow=quota == "approved"
        and holds_tomorrow(
            contact_facts(deps, seat, now), deps.contact_book.contact_rules(now), now
        ),
        has_stopped_before="stopped" in loaded.markers,
        has_open_handover=enquiry is not None and enquiry.handover_open,
        has_open_review=enquiry is not None and enquiry.review_open,
        staff_is_in=staff.is_in(now),
        tags=tags,
        staff_opens_at=staff.next_opening(now),
        has_staff_question=loaded.question_open,
        was_just_asked=loaded.question_open and loaded.told_since == QUESTION,
    )


def notice_mark(version: str) -> str:
    """Name, among a person's live consents, the notice that they were given to."""
    return f"notice:{version}"


def quota_state(enquiry: LoadedEnquiry | None, now: datetime) -> QuotaState:
    """Say how the latest enquiry stands."""
    if enquiry is None or enquiry.state == "withdrawn":
        return "none"
    if enquiry.state == "submitted":
        return "pending"
    if enquiry.state == "in_review" or enquiry.outcome == "refer":
        return "in_review"
    if enquiry.valid_until is not None and enquiry.valid_until <= now:
        return "expired"
    return "approved" if enquiry.outcome == "approve" else "declined"


def contact_facts(deps: Deps, seat: Seat, heard_at: datetime) -> ContactFacts:
    """Return what the right to write to this person depends on, as this turn leaves it."""
    row = seat.row
    return ContactFacts(
        follows=not (row and row.is_muted),
        allowances=seat.allowances,
        account=account_of(deps),
        consents=frozenset(row.consents) if row else frozenset(),
        has_stopped_marketing=bool(row and row.marketing_stopped),
        is_on_hold=bool(row and row.on_hold not in (None, "distress")),
        is_in_distress=bool(row and row.on_hold == "distress"),
        last_own_message_at=heard_at,
    )


def _newcomer(deps: Deps, inbound: Inbound, openid_index: bytes) -> Seat:
    sealer, wrapped = deps.keyring.new_person_key()
    person_id = uuid.uuid4()
    newcomer = NewPerson(
        id=person_id,
        account=inbound.account,
        openid_index=openid_index,
        openid_sealed=sealer.seal_text(inbound.openid.value),
        master_id=wrapped.master_id,
        wrapped_key=wrapped.sealed,
        first_channel=channel_of(inbound),
    )
    opened = _opened(deps, inbound, Allowances())
    return Seat(
        id=person_id,
        sealer=sealer,
        row=None,
        newcomer=newcomer,
        position=Position(),
        allowances=opened,
        opened=opened,
    )


def channel_of(inbound: Inbound) -> str | None:
    """Name the channel that brought the person now, if this delivery tells."""
    if isinstance(inbound, Followed):
        return inbound.scene or "follow"
    return inbound.scene if isinstance(inbound, Scanned) else None


def sent_at(inbound: Inbound, now: datetime) -> datetime:
    """Return when the person spoke, by the platform's clock.

    A time to come, or one that no calendar has, would open a window that the platform does not.
    """
    return datetime.fromtimestamp(min(inbound.created_at, int(now.timestamp())), tz=now.tzinfo)


def _position(sealer: Sealer, sealed: bytes | None) -> Position:
    if sealed is None:
        return Position()
    try:
        return position_from_json(sealer.open(bytes(sealed)))
    except CannotOpen:
        return Position()


def _opened(deps: Deps, inbound: Inbound, before: Allowances) -> Allowances:
    kind = _kind(inbound)
    if kind is None:
        return before
    now = deps.clock.now()
    return after_inbound(
        before,
        kind,
        sent_at(inbound, now),
        tap_opens=deps.settings.tap_opens,
        rules=deps.contact_book.window_rules(now),
    )


def _kind(inbound: Inbound) -> InboundKind | None:
    if isinstance(inbound, Text):
        return "tap" if inbound.option_id else "message"
    if isinstance(inbound, Attachment | Place):
        return "message"
    if isinstance(inbound, Followed):
        return "follow"
    if isinstance(inbound, Scanned):
        return "scan"
    return "menu" if isinstance(inbound, MenuClicked) and inbound.opens_window else None
