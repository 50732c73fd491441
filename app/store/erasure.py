"""Erase a person from every table, keeping only what the law wants kept, under a pseudonym.

What stays under the random id: the proof of consents (P-14) and of what was asked for under the law
(P-46), the hashes and times of what was sent (C-05). What stays under nobody's: the register of
complaints, how answers were liked, the anonymous counts, the keyed hashes of deliveries for some
days (the platform may deliver one again), and a keyed marker, so that no list of followers brings
the person back. The person's key is destroyed, so whatever a backup still holds can never be opened
again.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol


class Statements(Protocol):
    """An open transaction, of a turn or of a session."""

    def execute(self, sql: str, params: Mapping[str, Any]) -> object:
        """Run one statement."""
        ...

    def fetch_one(self, sql: str, params: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a row
        """Run one statement and return its first row."""
        ...


_ANSWERS = (
    "DELETE FROM answers WHERE person_id=%(person)s",
    # What the rules concluded from the answers goes with them; what still holds is set again.
    "DELETE FROM tag_holdings WHERE person_id=%(person)s AND source='rule'",
    "DELETE FROM conversations WHERE person_id=%(person)s",
    "UPDATE deliveries SET words_sealed=NULL WHERE person_id=%(person)s",
)
_TAGS = (
    "DELETE FROM tag_holdings WHERE person_id=%(person)s",
    "DELETE FROM tag_refusals WHERE person_id=%(person)s",
    "UPDATE tag_import_rows SET person_id=NULL, tag='', value='' WHERE person_id=%(person)s",
)
# Decisions lock in this order too: a decision being made is waited for, and then erased as well.
_LOCKS = (
    "SELECT 1 FROM reviews WHERE person_id=%(person)s ORDER BY id FOR UPDATE",
    "SELECT 1 FROM enquiries WHERE person_id=%(person)s ORDER BY submitted_at FOR UPDATE",
)
_EVENTS = "DELETE FROM events WHERE person_id=%(person)s"
_EVERYTHING = (
    *_LOCKS,
    *_ANSWERS,
    "DELETE FROM exports WHERE person_id=%(person)s",
    *_TAGS,
    "DELETE FROM handovers WHERE person_id=%(person)s",
    "DELETE FROM notes WHERE person_id=%(person)s",
    "DELETE FROM content_releases WHERE person_id=%(person)s",
    "UPDATE operators SET person_id=NULL WHERE person_id=%(person)s",
    "DELETE FROM person_notes WHERE person_id=%(person)s",
    "UPDATE ratings SET person_id=NULL, message_id=NULL WHERE person_id=%(person)s",
    """UPDATE errands SET person_id=NULL, letter_id=NULL, words_sealed=NULL,
       state=CASE WHEN state='open' THEN 'told' ELSE state END WHERE person_id=%(person)s""",
    """UPDATE complaint_entries SET words_sealed=NULL WHERE complaint_id IN
       (SELECT id FROM complaints WHERE person_id=%(person)s)""",
    """UPDATE complaints SET person_id=NULL, letter_id=NULL, words_sealed=NULL,
       contact_sealed=NULL WHERE person_id=%(person)s""",
    """UPDATE subject_requests SET words_sealed=NULL, contact_sealed=NULL, answer_sealed=NULL,
       letter_id=NULL, delivery_key=NULL,
       decided_at=CASE WHEN state='open' THEN %(now)s ELSE decided_at END,
       decided_by=CASE WHEN state='open' THEN 'erasure' ELSE decided_by END,
       reason=CASE WHEN state='open' AND kind<>'delete' THEN 'erased' ELSE reason END,
       state=CASE WHEN state='open' THEN 'done' ELSE state END WHERE person_id=%(person)s""",
    """UPDATE messages SET text_sealed=NULL, decision_id=NULL, delivery_key=NULL,
       state=CASE WHEN state IN ('queued', 'untold') THEN 'skipped' ELSE state END
       WHERE person_id=%(person)s""",
    """UPDATE campaign_recipients SET state='skipped', reason='erased', lease_until=NULL
       WHERE person_id=%(person)s AND state='queued'""",
    """UPDATE deliveries SET person_id=NULL, words_sealed=NULL, reply_sealed=NULL
       WHERE person_id=%(person)s""",
    "DELETE FROM review_questions WHERE person_id=%(person)s",
    "DELETE FROM outcomes WHERE person_id=%(person)s",
    "DELETE FROM reviews WHERE person_id=%(person)s",
    """DELETE FROM rescores WHERE decision_id IN
       (SELECT id FROM decisions WHERE person_id=%(person)s)""",
    """DELETE FROM shadow_scores WHERE decision_id IN
       (SELECT id FROM decisions WHERE person_id=%(person)s)""",
    "DELETE FROM decisions WHERE person_id=%(person)s",
    "DELETE FROM enquiries WHERE person_id=%(person)s",
    """INSERT INTO suppressions (openid_index, kind, set_at)
       SELECT openid_index, kind, last_seen_at
       FROM people, (VALUES ('erased'), ('no_marketing')) AS kinds (kind)
       WHERE id=%(person)s AND openid_index IS NOT NULL AND (kind = 'erased' OR marketing_stopped)
       ON CONFLICT DO NOTHING""",
    """UPDATE people SET state='erased', openid_index=NULL, openid_sealed=NULL, phone_index=NULL,
       phone_sealed=NULL, wrapped_key=NULL, master_id=NULL, follows=false, first_channel=NULL,
       latest_channel=NULL, consents='{}', on_hold=NULL, message_left=0, event_left=0
       WHERE id=%(person)s""",
    # Last: whoever adds one holds the person, and finds them erased from here on.
    _EVENTS,
)
# An open review or complaint is answered first, and its letter told by somebody where the chat
# cannot: until then the row is only stored, never used.
# A pattern that we found is our own affair, and keeps nobody.
_HAS_OPEN_CASE = """
SELECT EXISTS (SELECT FROM reviews
               WHERE person_id=%(person)s AND state='open' AND kind IN ('policy', 'asked'))
    OR EXISTS (SELECT FROM complaints
               WHERE person_id=%(person)s AND state NOT IN ('closed', 'withdrawn'))
    OR EXISTS (SELECT FROM messages m
               WHERE m.person_id=%(person)s AND m.copy_key='complaint.letter'
               AND m.state IN ('queued', 'sending', 'unknown', 'untold') AND NOT EXISTS
               (SELECT FROM errands e WHERE e.letter_id=m.id AND e.state<>'open'))
"""
_RESTRICT = (
    *_ANSWERS,
    "DELETE FROM tag_holdings WHERE person_id=%(person)s",
    "DELETE FROM handovers WHERE person_id=%(person)s",
    # The letter that ends a complaint is owed all the same: somebody calls, or posts it.
    """UPDATE messages SET reason='restricted',
       state=CASE WHEN copy_key='complaint.letter' THEN 'untold' ELSE 'skipped' END
       WHERE person_id=%(person)s AND state='queued'""",
    # Should they come back, what they had erased does not.
    """UPDATE enquiries SET state='withdrawn' WHERE person_id=%(person)s AND NOT EXISTS
       (SELECT FROM reviews WHERE enquiry_id=enquiries.id AND state='open')""",
    """UPDATE people SET state='restricted', consents='{}', marketing_stopped=true
       WHERE id=%(person)s""",
    _EVENTS,
)


def discard_answers(statements: Statements, person_id: uuid.UUID) -> None:
    """Delete what the person answered and where the conversation stood; the person stays."""
    _run(statements, _ANSWERS, {"person": person_id})


def erase(statements: Statements, person_id: uuid.UUID, now: datetime) -> bool:
    """Erase the person; False when an open case lets it only be restricted for now."""
    (has_open_case,) = statements.fetch_one(_HAS_OPEN_CASE, {"person": person_id})
    them = _RESTRICT if has_open_case else _EVERYTHING
    _run(statements, them, {"person": person_id, "now": now})
    return not has_open_case


def _run(statements: Statements, them: tuple[str, ...], params: Mapping[str, Any]) -> None:
    for sql in them:
        statements.execute(sql, params)
