"""The same-answer ledger: whatever the platform delivers again gets the answer it got before."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from threading import Event

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from app.core.access import Role
from app.core.clock import monotonic
from app.core.errors import DatabaseAway
from app.core.latest import Latest
from app.deps import Deps
from app.services import contents, delivery
from app.services.conversation import Arrival, Reply, receive, run_late
from app.store.contents import find_open
from app.store.conversations import AnswerRow, Delivery
from app.store.messages import Message
from app.store.turns import TurnKey, Turns, TurnTransaction
from tests.builders import follows, hear, say, types
from tests.console import an_actor
from tests.fakes import FixedClock, RecordingGateway


def test_a_second_delivery_gets_the_same_words_and_the_same_time(
    deps: Deps, clock: FixedClock
) -> None:
    message = follows(deps)
    first = receive(deps, message, Arrival(monotonic(), "one"))
    clock.advance(seconds=5)
    assert receive(deps, message, Arrival(monotonic(), "two")) == first
    assert first is not None
    assert "同意并开始" in first.words


def test_two_events_of_one_second_are_two_deliveries(deps: Deps) -> None:
    hear(deps, follows(deps))
    say(deps, "同意")
    with deps.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Delivery)) == 2


def test_the_answer_to_an_erasure_outlives_the_key_of_the_person(deps: Deps) -> None:
    say(deps, "测额度", "同意", "2", "删除我的数据")
    confirmed = types(deps, "1")
    first = hear(deps, confirmed)
    assert "删除" in first
    assert hear(deps, confirmed) == first


def test_deliveries_wait_for_the_running_turn_and_get_its_answer(
    deps: Deps, engine: Engine
) -> None:
    message = follows(deps)
    with ThreadPoolExecutor(3) as pool, held_turn(deps, engine):
        waiting = [pool.submit(receive, deps, message, Arrival(monotonic(), "w")) for _ in range(3)]
        everybody_waits(engine, 3)
        assert not any(one.done() for one in waiting)
    replies = {one.result() for one in waiting}
    assert len(replies) == 1
    assert isinstance(replies.pop(), Reply)


def test_a_fourth_delivery_does_not_wait_and_its_words_come_later(
    deps: Deps, engine: Engine, gateway: RecordingGateway
) -> None:
    hear(deps, follows(deps))
    with ThreadPoolExecutor(3) as pool, held_turn(deps, engine):
        first = [
            pool.submit(receive, deps, types(deps, "同意"), Arrival(monotonic(), "w"))
            for _ in range(3)
        ]
        everybody_waits(engine, 3)
        assert receive(deps, types(deps, "帮助"), Arrival(monotonic(), "w")) is None
    assert all(one.result() for one in first)
    assert run_late(deps, "late") == 1
    assert delivery.deliver_due(deps) == 1
    assert "上一条没来得及回您" in gateway.sent[0][1]
    assert run_late(deps, "late") == 0


def test_a_delivery_that_waits_too_long_is_kept_and_answered_later(
    deps: Deps, engine: Engine, gateway: RecordingGateway
) -> None:
    hear(deps, follows(deps))
    impatient = replace(deps, settings=deps.settings.model_copy(update={"turn_wait_seconds": 0.2}))
    with held_turn(deps, engine):
        assert receive(impatient, types(deps, "同意"), Arrival(monotonic(), "w")) is None
    run_late(deps, "late")
    delivery.deliver_due(deps)
    assert "第1题" in gateway.sent[0][1].replace(" ", "")


def test_words_fetched_by_a_later_delivery_are_not_pushed_after_it(
    deps: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    slow = follows(deps)
    # The turn began so long ago that the platform has hung up by now.
    receive(deps, slow, Arrival(monotonic() - 5, "slow"))
    assert receive(deps, slow, Arrival(monotonic(), "again")) is not None
    clock.advance(seconds=20)
    delivery.deliver_due(deps)
    assert gateway.sent == []


def test_words_that_nobody_fetched_are_pushed(
    deps: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    receive(deps, follows(deps), Arrival(monotonic() - 5, "slow"))
    delivery.deliver_due(deps)
    assert gateway.sent == []
    clock.advance(seconds=13)
    delivery.deliver_due(deps)
    assert len(gateway.sent) == 1


def test_another_person_does_not_wait(deps: Deps, engine: Engine) -> None:
    with held_turn(deps, engine):
        assert "同意并开始" in hear(deps, follows(deps, "oSomebodyElseAltogether0001"))


def test_a_turn_that_dies_before_its_commit_leaves_nothing_and_runs_again(deps: Deps) -> None:
    hear(deps, follows(deps))
    message = types(deps, "同意")

    class Dying(Turns):
        @contextmanager
        def begin(self):
            with super().begin() as turn:
                yield turn
                raise DatabaseAway

    dying = replace(deps, turns=Dying(deps.turns.engine))
    with pytest.raises(DatabaseAway):
        receive(dying, message, Arrival(monotonic(), "t"))
    assert "第1题" in hear(deps, message).replace(" ", "")


def test_a_form_turn_takes_two_round_trips_and_a_commit(deps: Deps) -> None:
    counting = CountingTurns(deps.turns.engine)
    counted = replace(deps, turns=counting)
    hear(deps, follows(deps))
    for words in ("同意", "2", "上班", "杭州", "1", "3万", "12个月", "3年以上", "同意", "4"):
        counting.statements = 0
        say(counted, words)
        assert counting.statements == 2, words


def test_what_operators_released_costs_one_statement_once(deps: Deps) -> None:
    hear(deps, follows(deps))
    say(deps, "不同意")
    maker, checker = an_actor(deps, Role.OPERATOR), an_actor(deps, Role.APPROVER)
    body = {"greeting": "元旦照常受理。", "closing": ""}
    contents.save(deps, maker, "welcome", body, revision=0)
    contents.submit(deps, maker, "welcome", title="问候", reason="元旦")
    with deps.sessions() as session:
        draft = find_open(session, "welcome")
    assert draft is not None
    contents.release(deps, checker, "welcome", draft.id)
    counting = CountingTurns(deps.turns.engine)
    counted = replace(deps, turns=counting, released=Latest())
    counts = []
    for words in ("你好", "测额度", "同意", "2"):
        counting.statements = 0
        say(counted, words)
        counts.append(counting.statements)
    assert counts == [3, 2, 2, 2]


def test_any_interleaving_of_deliveries_gives_each_message_one_answer(deps: Deps) -> None:
    @settings(max_examples=12, deadline=None)
    @given(order=st.permutations([0, 0, 0, 1, 1, 2, 2, 2]), threads=st.integers(1, 6))
    def deliver(order: list[int], threads: int) -> None:
        openid = f"oInterleaving{monotonic():015.6f}"
        hear(deps, follows(deps, openid))
        messages = [types(deps, words, openid) for words in ("同意", "2", "上班")]

        def receive_one(number: int) -> tuple[int, Reply | None]:
            return number, receive(deps, messages[number], Arrival(monotonic(), "t"))

        with ThreadPoolExecutor(threads) as pool:
            replies = list(pool.map(receive_one, order))
        run_late(deps, "late")
        answered = {n: {r for k, r in replies if k == n and r is not None} for n in range(3)}
        assert all(len(found) <= 1 for found in answered.values())
        with deps.sessions() as session:
            answers = session.execute(select(AnswerRow.person_id, AnswerRow.question)).all()
            states = session.scalars(select(Delivery.state)).all()
            pushed = session.scalars(select(Message.copy_key)).all()
        assert len(answers) == len(set(answers))
        assert set(states) == {"answered"}
        # Whoever found the waiting room full is answered by a message of their own.
        assert len(pushed) >= sum(not found for found in answered.values())

    deliver()


@contextmanager
def held_turn(deps: Deps, engine: Engine):
    """Hold the turn of the builders' person, as a slow turn would."""
    key = turn_key(deps)
    with engine.begin() as connection:
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (key.lock,))
        yield


def turn_key(deps: Deps) -> TurnKey:
    inbound = follows(deps)
    index = deps.keyring.index("openid", f"{inbound.account}\0{inbound.openid.value}")
    return TurnKey(inbound.account, index, b"")


def everybody_waits(engine: Engine, count: int) -> None:
    """Return once so many sessions wait for an advisory lock."""
    patience = Event()
    for _ in range(500):
        with engine.connect() as connection:
            waiting = connection.exec_driver_sql(
                "SELECT count(*) FROM pg_locks WHERE locktype='advisory' AND NOT granted"
            ).scalar()
        if waiting == count:
            return
        patience.wait(0.01)
    raise AssertionError(f"{waiting} wait, not {count}")


class CountingTurns(Turns):
    """Turns that count their statements."""

    statements = 0

    @contextmanager
    def begin(self):
        with super().begin() as turn:
            yield TurnTransaction(_CountingCursor(turn.cursor, self))


class _CountingCursor:
    def __init__(self, cursor, counter: CountingTurns) -> None:
        self._cursor, self._counter = cursor, counter

    def execute(self, statement, *given, **named):
        done = self._cursor.execute(statement, *given, **named)
        # What a new connection has to be told first belongs to no turn.
        self._counter.statements += "PREPARE" not in str(statement)
        return done

    def __getattr__(self, name: str):
        return getattr(self._cursor, name)
