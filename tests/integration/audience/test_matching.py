"""The database means by a question what its pure meaning says, for people of every kind."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from app.audience.facts import Act, Applied, Decided, PersonFacts
from app.audience.matching import matches
from app.audience.parser import parse
from app.audience.tree import Predicate
from app.contact.decision import channel_at
from app.contact.rulebook import read_rules
from app.contact.types import Account, ContactFacts, MessageClass, MessageFacts
from app.deps import Deps
from app.steps.account import facts_of
from app.store import audience
from app.store.conditions import View
from app.store.conversations import Conversation
from app.store.enquiries import Decision, Enquiry, Handover, Review
from app.store.events import Event
from app.store.messages import Message, Note
from app.store.people import Person, Suppression
from app.store.tags import TagHolding
from tests import questions

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
RULES = read_rules().contact_rules(NOW)
CHANNELS = frozenset({"custom", "template"})
VIEW = View(NOW, CHANNELS)
AGO = st.integers(-2 * 24, 60 * 24).map(lambda hours: NOW - timedelta(hours=hours))
MAYBE_AGO = st.none() | AGO


def one_of(words: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(list(words))


@dataclass(frozen=True)
class Drawn:
    """One person as rows, before they are written."""

    person: Mapping[str, Any]
    conversation: Mapping[str, Any] | None
    enquiries: list[Mapping[str, Any]]
    decisions: list[Mapping[str, Any]]
    events: list[tuple[str, str, datetime]]
    messages: list[tuple[str, str, datetime | None]]
    tags: Mapping[str, tuple[str, datetime | None]]
    notes: list[tuple[str, str]]
    review: str | None
    handover: str | None
    markers: frozenset[str]


PEOPLE = st.builds(
    Drawn,
    person=st.fixed_dictionaries(
        {
            "state": one_of(["active", "active", "active", "restricted"]),
            "follows": st.booleans(),
            "is_muted": st.booleans(),
            "is_imported": st.booleans(),
            "on_hold": st.none() | one_of(["distress", "complaint"]),
            "marketing_stopped": st.booleans(),
            "followed_at": MAYBE_AGO,
            "last_seen_at": AGO,
            "last_message_at": MAYBE_AGO,
            "latest_channel": st.none() | one_of(["shop-1", "shop-2"]),
            "first_channel": st.none() | one_of(["shop-1", "shop-2"]),
            "consents": st.lists(one_of(["answers", "marketing"]), unique=True),
            "message_left": st.integers(0, 2),
            "message_until": MAYBE_AGO,
            "event_left": st.integers(0, 2),
            "event_until": MAYBE_AGO,
        }
    ),
    conversation=st.none()
    | st.fixed_dictionaries(
        {
            "stage": one_of(["idle", "asking", "confirming"]),
            "question": one_of(["", "region", "income_band"]),
            "open_since": MAYBE_AGO,
            "updated_at": AGO,
        }
    ),
    enquiries=st.lists(
        st.fixed_dictionaries(
            {
                "form": one_of(["personal", "business"]),
                "state": one_of(["submitted", "decided", "withdrawn"]),
                "submitted_at": AGO,
                "answers": st.fixed_dictionaries(
                    {},
                    optional={key: one_of(words) for key, words in questions.ANSWERS.items()},
                ),
            }
        ),
        max_size=3,
    ),
    decisions=st.lists(
        st.fixed_dictionaries(
            {
                "outcome": one_of(["approve", "decline", "refer"]),
                "tier": st.none() | one_of(["premium", "guarded"]),
                "reasons": st.lists(one_of(questions.FIELD_WORDS["reason"]), max_size=2),
                "decided_at": AGO,
                "valid_until": st.none() | one_of([NOW - timedelta(1), NOW + timedelta(1)]),
            }
        ),
        max_size=3,
    ),
    events=st.lists(st.tuples(one_of(questions.KINDS), one_of(questions.DETAILS), AGO), max_size=4),
    messages=st.lists(
        st.tuples(
            one_of(questions.CLASSES), one_of(["sent", "unknown", "skipped", "queued"]), MAYBE_AGO
        ),
        max_size=3,
    ),
    tags=st.dictionaries(
        one_of(questions.SET_WORDS["tag"]), st.tuples(one_of(questions.TAG_VALUES), MAYBE_AGO)
    ),
    notes=st.lists(st.tuples(one_of(["complaint", "human"]), one_of(["open", "done"])), max_size=2),
    review=st.none() | one_of(["open", "decided"]),
    handover=st.none() | one_of(["open", "done"]),
    markers=st.frozensets(one_of(["stopped", "no_marketing"])),
)


@contextmanager
def written(engine: Engine, drawn: list[Drawn]) -> Iterator[tuple[Session, list[uuid.UUID]]]:
    """Write people into a transaction that is rolled back."""
    with engine.connect() as connection, connection.begin() as transaction:
        session = Session(connection)
        yield session, [write(session, one) for one in drawn]
        transaction.rollback()


def write(session: Session, drawn: Drawn) -> uuid.UUID:
    person = uuid.uuid4()
    index = person.bytes * 2
    own = {"id": person, "account": "a", "openid_index": index, "first_seen_at": NOW}
    session.execute(insert(Person).values(**own, **drawn.person))
    if drawn.conversation is not None:
        session.execute(
            insert(Conversation).values(person_id=person, position_sealed=b"", **drawn.conversation)
        )
    for kind in drawn.markers:
        session.execute(insert(Suppression).values(openid_index=index, kind=kind, set_at=NOW))
    write_cases(session, person, drawn)
    for kind, detail, at in drawn.events:
        session.execute(insert(Event).values(person_id=person, kind=kind, detail=detail, at=at))
    for klass, state, finished_at in drawn.messages:
        message = {"klass": klass, "state": state, "finished_at": finished_at, "trail": ""}
        times = {"created_at": NOW, "not_before": NOW, "expires_at": NOW, "copy_key": "x"}
        session.execute(
            insert(Message).values(id=uuid.uuid4(), person_id=person, **message, **times)
        )
    for tag, (value, until) in drawn.tags.items():
        session.execute(
            insert(TagHolding).values(
                person_id=person, tag=tag, value=value, source="hand", set_by="x",
                since=NOW - timedelta(days=90), until=until,
            )
        )  # fmt: skip
    return person


def write_cases(session: Session, person: uuid.UUID, drawn: Drawn) -> None:
    """Enquiries and decisions, and one enquiry of long ago that reviews and decisions hang on."""
    old = {"form": "personal", "state": "withdrawn", "submitted_at": NOW - timedelta(days=900)}
    enquiry = uuid.uuid4()
    rows = [{**old, "id": enquiry, "answers": {}}]
    rows += [{**one, "id": uuid.uuid4()} for one in drawn.enquiries]
    for row in rows:
        session.execute(
            insert(Enquiry).values(
                person_id=person, form_version=1, by_person=False, trail="", **row
            )
        )
    decision = uuid.uuid4()
    for number, one in enumerate(drawn.decisions):
        session.execute(
            insert(Decision).values(
                id=decision if number == 0 else uuid.uuid4(),
                person_id=person,
                enquiry_id=enquiry,
                outcome=one["outcome"],
                assessment={"tier": one["tier"], "reasons": [{"code": c} for c in one["reasons"]]},
                dossier_sealed=b"",
                inputs_hash="",
                decided_at=one["decided_at"],
                valid_until=one["valid_until"],
                decided_by="auto",
                consent_ids=[],
            )
        )
    times = {"due_at": NOW}
    for kind, state in drawn.notes:
        note = {"kind": kind, "state": state, "words_sealed": b"", "left_at": NOW}
        session.execute(insert(Note).values(person_id=person, **note, **times))
    if drawn.review is not None:
        review = {"kind": "policy", "state": drawn.review, "opened_at": NOW}
        session.execute(
            insert(Review).values(person_id=person, enquiry_id=enquiry, **review, **times)
        )
    if drawn.handover is not None and drawn.decisions:
        handover = {"state": drawn.handover, "good_time": "", "asked_at": NOW}
        session.execute(
            insert(Handover).values(person_id=person, decision_id=decision, **handover, **times)
        )


def facts(deps: Deps, person_id: uuid.UUID, drawn: Drawn) -> PersonFacts:
    """What is known of a drawn person, put together without SQL."""
    own, conversation = drawn.person, drawn.conversation
    return PersonFacts(
        id=person_id,
        follows=own["follows"],
        is_muted=own["is_muted"],
        is_imported=own["is_imported"],
        hold=own["on_hold"],
        has_opted_out=own["marketing_stopped"],
        followed_at=own["followed_at"],
        seen_at=own["last_seen_at"],
        wrote_at=own["last_message_at"],
        left_form_at=conversation["updated_at"]
        if conversation and conversation["open_since"]
        else None,
        channel=own["latest_channel"],
        first_channel=own["first_channel"],
        stage=conversation["stage"] if conversation else None,
        question=conversation["question"] if conversation else None,
        consents=frozenset(own["consents"]),
        cases=open_cases(drawn),
        markers=drawn.markers,
        reach=reach(deps, own),
        tags={tag: value for tag, (value, until) in drawn.tags.items() if until is None},
        applied=applied(drawn),
        decided=decided(drawn),
        acts=tuple(Act(*event) for event in drawn.events),
        received=tuple(
            (klass, at)
            for klass, state, at in drawn.messages
            if at is not None and state in ("sent", "unknown")
        ),
    )


def open_cases(drawn: Drawn) -> frozenset[str]:
    cases = {kind for kind, state in drawn.notes if state == "open"}
    cases |= {"review"} if drawn.review == "open" else set()
    return frozenset(
        cases | ({"handover"} if drawn.handover == "open" and drawn.decisions else set())
    )


def reach(deps: Deps, own: Mapping[str, Any]) -> frozenset[str]:
    """Which channels the one rule of the house holds, asked for each alone."""
    known: ContactFacts = facts_of(deps, Person(**{**own, "consents": []}))
    message = MessageFacts(MessageClass.SERVICE, template="progress")
    accounts = {
        "custom": Account(frozenset({"customer_service"})),
        "template": Account(frozenset({"templates"}), frozenset({"progress"})),
    }
    return frozenset(
        name
        for name, account in accounts.items()
        if known.follows and channel_at(replace(known, account=account), message, RULES, NOW)
    )


def applied(drawn: Drawn) -> Applied | None:
    standing = [
        one for one in drawn.enquiries if one["state"] != "withdrawn" and one["submitted_at"] <= NOW
    ]
    if not standing:
        return None
    last = max(standing, key=lambda one: one["submitted_at"])
    return Applied(last["form"], last["answers"], last["submitted_at"])


def decided(drawn: Drawn) -> Decided | None:
    made = [one for one in drawn.decisions if one["decided_at"] <= NOW]
    if not made:
        return None
    last = max(made, key=lambda one: one["decided_at"])
    return Decided(
        last["outcome"],
        last["tier"],
        frozenset(last["reasons"]),
        last["decided_at"],
        last["valid_until"],
    )


def has_ties(drawn: Drawn) -> bool:
    """Say whether which one is the last is left to chance."""
    times = [
        *[("e", one["submitted_at"]) for one in drawn.enquiries],
        *[("d", one["decided_at"]) for one in drawn.decisions],
    ]
    return len(set(times)) < len(times)


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(PEOPLE.filter(lambda one: not has_ties(one)), min_size=1, max_size=4),
    st.lists(questions.QUESTIONS, min_size=4, max_size=8),
)
def test_the_database_and_the_pure_meaning_agree(
    deps: Deps, engine: Engine, drawn: list[Drawn], asked: list[Predicate]
) -> None:
    with written(engine, drawn) as (session, ids):
        for query in asked:
            found = set(session.scalars(audience.people_of(query, VIEW)))
            meant = {
                person_id
                for person_id, one in zip(ids, drawn, strict=True)
                if one.person["state"] == "active"
                and matches(query, facts(deps, person_id, one), NOW)
            }
            assert found == meant
            looked_up = select(Person.id).where(
                Person.state == "active", audience.condition(query, VIEW)
            )
            assert set(session.scalars(looked_up)) == meant


def test_a_tag_can_be_asked_for_as_of_a_day(deps: Deps) -> None:
    then = NOW - timedelta(days=10)
    with deps.sessions.begin() as session:
        person = Person(
            id=uuid.uuid4(), account="a", first_seen_at=then, last_seen_at=then, follows=True
        )
        session.add(person)
        session.flush()
        for value, since, until in (
            ("small", then - timedelta(days=5), then + timedelta(days=1)),
            ("large", then + timedelta(days=1), None),
        ):
            session.add(
                TagHolding(
                    person_id=person.id, tag="size", value=value, source="hand", set_by="x",
                    since=since, until=until,
                )
            )  # fmt: skip
    with deps.sessions() as session:

        def count(text: str, view: View) -> int:
            return audience.count(session, parse(text), view)

        past = View(then, is_past=True)
        assert count('tag:"size" = "small"', VIEW) == 0
        assert count('tag:"size" = "small"', past) == 1
        assert count('tag:"size" = "large"', past) == 0
        assert count('tag:"size"', View(then - timedelta(days=6), is_past=True)) == 0


def test_a_channel_that_the_account_may_not_use_reaches_nobody(deps: Deps) -> None:
    with deps.sessions.begin() as session:
        session.add(
            Person(id=uuid.uuid4(), account="a", first_seen_at=NOW, last_seen_at=NOW, follows=True)
        )
    with deps.sessions() as session:
        query = parse('reach:"template"')
        assert audience.count(session, query, VIEW) == 1
        assert audience.count(session, query, View(NOW)) == 0
