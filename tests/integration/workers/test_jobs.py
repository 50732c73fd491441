"""Each job, started from a worker's environment, does the work it is named for."""

from types import ModuleType

import pytest
import structlog
from redis import Redis
from sqlalchemy import select, text

from app.core.clock import monotonic
from app.core.jobs import JobName
from app.deps import Deps
from app.queue import RqBell
from app.services.conversation import Arrival, receive
from app.state import keys
from app.store.conversations import Delivery
from app.store.enquiries import Enquiry
from app.store.messages import Message, OutboxRow
from app.store.people import Person
from tests.builders import fill, follows, hear, say, types
from tests.fakes import FixedClock
from tests.integration.turn.test_same_answer import held_turn
from workers import clock as timetable
from workers import jobs, main, relay

pytestmark = pytest.mark.usefixtures("worker_environment")


def submit(deps: Deps) -> None:
    fill(deps)
    say(deps, "1")


def wait_for_a_turn(deps: Deps, engine) -> None:
    hear(deps, follows(deps))
    with held_turn(deps, engine):
        late = Arrival(monotonic() - deps.settings.turn_wait_seconds, "late")
        assert receive(deps, types(deps, "同意"), late) is None


def states(deps: Deps, column) -> list[object]:
    with deps.sessions() as session:
        return list(session.scalars(select(column)))


def test_score_due_decides(deps: Deps) -> None:
    submit(deps)
    jobs.score_due("trail")
    assert states(deps, Enquiry.state) == ["decided"]


def test_deliver_due_tries_to_deliver(deps: Deps, redis: Redis) -> None:
    submit(deps)
    jobs.score_due("trail")
    jobs.deliver_due("trail")
    assert states(deps, Message.reason) == ["unreachable"]


def test_late_turns_answers_what_waited(deps: Deps, engine) -> None:
    wait_for_a_turn(deps, engine)
    assert "waiting" in states(deps, Delivery.state)
    jobs.late_turns("trail")
    assert set(states(deps, Delivery.state)) == {"answered"}


def test_remind_idle_queues_a_reminder(deps: Deps, clock: FixedClock) -> None:
    clock.advance(hours=-1)
    hear(deps, follows(deps))
    say(deps, "同意", "2", "上班")
    jobs.remind_idle("trail")
    assert states(deps, Message.copy_key) == ["reminder.unfinished"]


def test_erase_expired_erases(deps: Deps, clock: FixedClock) -> None:
    clock.advance(days=-100)
    hear(deps, follows(deps))
    jobs.erase_expired("trail")
    assert states(deps, Person.state) == ["erased"]


def test_count_up_folds_what_is_past(deps: Deps, clock: FixedClock) -> None:
    clock.advance(days=-3)
    for openid in ("o1", "o2"):
        hear(deps, follows(deps, openid))
    jobs.count_up("trail")
    with deps.sessions() as session:
        folded = session.execute(text("SELECT step, count FROM funnel_events")).all()
    assert [tuple(row) for row in folded] == [("followed", 2)]


def test_freshen_token_asks_for_one_and_survives_without(redis: Redis, worker_environment) -> None:
    app_id = worker_environment.wechat_app_id
    jobs.freshen_token("trail")
    assert redis.get(keys.access_token(app_id)) is None


def test_import_followers_takes_in_nobody_before_we_are_named(deps: Deps) -> None:
    jobs.import_followers("trail")
    assert states(deps, Person.id) == []


def test_a_bell_wakes_a_worker_by_the_jobs_dotted_name(
    deps: Deps, redis: Redis, worker_environment, clock: FixedClock
) -> None:
    clock.advance(hours=-1)
    hear(deps, follows(deps))
    say(deps, "同意", "2", "上班")
    for job in (JobName.REMIND_IDLE, JobName.DELIVER_DUE):
        RqBell(redis).ring(job, "trail")
    assert main.work(worker_environment, is_burst=True)
    assert states(deps, Message.copy_key) == ["reminder.unfinished"]


def test_a_worker_without_redis_says_so_and_works_when_it_is_back(
    deps: Deps, redis: Redis, worker_environment
) -> None:
    away = worker_environment.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})
    submit(deps)
    RqBell(redis).ring(JobName.SCORE_DUE, "trail")
    assert not main.work(away, is_burst=True)
    assert states(deps, Enquiry.state) == ["submitted"]
    assert main.work(worker_environment, is_burst=True)
    assert states(deps, Enquiry.state) == ["decided"]


def test_a_job_leaves_nothing_in_redis_but_its_rows_in_the_database(
    deps: Deps, redis: Redis, worker_environment
) -> None:
    submit(deps)
    RqBell(redis).ring(JobName.SCORE_DUE, "trail")
    main.work(worker_environment, is_burst=True)
    assert list(redis.scan_iter("rq:job:*")) == []
    assert JobName.DELIVER_DUE.value in states(deps, OutboxRow.job)


@pytest.mark.parametrize("process", [main, relay, timetable])
def test_a_process_without_settings_tells_every_mistake_and_ends(
    monkeypatch: pytest.MonkeyPatch, process: ModuleType
) -> None:
    monkeypatch.delenv("SECRET_KEY")
    monkeypatch.setenv("PORT", "0")
    with pytest.raises(SystemExit) as ended:
        process.main()
    assert "SECRET_KEY is needed" in str(ended.value)
    assert "PORT" in str(ended.value)


def test_a_worker_reads_what_decides_before_its_first_job() -> None:
    jobs.warm_up()
    assert jobs.deps.cache_info().currsize == 1


@pytest.mark.parametrize("job", JobName)
def test_without_its_database_a_job_gives_up_in_one_line(
    monkeypatch: pytest.MonkeyPatch, job: JobName
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    with structlog.testing.capture_logs() as lines:
        getattr(jobs, job.value)("trail")
    given_up = [line["because"] for line in lines if line["event"] == "job_given_up"]
    assert given_up == ["DatabaseAway"]
