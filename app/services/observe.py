"""Say whether this installation can work, and how it does, in numbers."""

from collections.abc import Iterator

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from app.core.config import ROOT
from app.core.errors import DatabaseAway
from app.deps import Deps
from app.store import counts, health
from app.store.counts import Numbers
from app.store.session import database_errors


def readiness(deps: Deps) -> dict[str, bool]:
    """Say what answers: the database, its tables as this code knows them, Redis."""
    try:
        migration = health.find_migration(deps.sessions)
    except DatabaseAway:
        return {"database": False, "migrations": False, "redis": deps.bell.is_up()}
    return {
        "database": True,
        "migrations": migration == newest_migration(),
        "redis": deps.bell.is_up(),
    }


def newest_migration() -> str:
    """Return the newest migration that this code brings, by its file's name."""
    names = (path.name for path in (ROOT / "migrations" / "versions").glob("[0-9]*_*.py"))
    return max(names).partition("_")[0]


def metrics(deps: Deps) -> tuple[bytes, str]:
    """Return Prometheus text: timings of all processes, and counts from rows at this moment.

    Without the database the timings are still told.
    """
    text = generate_latest(_timings())
    try:
        with database_errors(), deps.sessions.begin() as session:
            numbers = counts.count_everything(session, deps.clock.now())
    except DatabaseAway:
        return text, CONTENT_TYPE_LATEST
    registry = CollectorRegistry()
    registry.register(_Rows(numbers))
    return text + generate_latest(registry), CONTENT_TYPE_LATEST


def _timings() -> CollectorRegistry:
    """Return the timings of all processes of this launch; without a folder, of this one alone.

    The launcher names the folder and empties it when it starts. The files of a process that died
    stay until then: what it counted has happened, and no sum may go down.
    """
    registry = CollectorRegistry()
    try:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    except ValueError:
        return REGISTRY
    return registry


class _Rows(Collector):
    """Tells numbers that were counted from rows."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers

    def collect(self) -> Iterator[Metric]:
        """Tell every number once."""
        numbers = self._numbers
        turns = CounterMetricFamily(
            "prequal_turns", "Deliveries taken, by kind and outcome", labels=["kind", "outcome"]
        )
        for kind, outcome, count in numbers.deliveries:
            turns.add_metric([kind, outcome], count)
        yield turns
        messages = GaugeMetricFamily(
            "prequal_messages", "Messages to people, by class and state", labels=["class", "state"]
        )
        for klass, state, count in numbers.messages:
            messages.add_metric([klass, state], count)
        yield messages
        ages = GaugeMetricFamily(
            "prequal_queue_age_seconds", "Age of the oldest work that is due", labels=["queue"]
        )
        for queue, seconds in numbers.ages.items():
            ages.add_metric([queue], seconds)
        yield ages
        yield from self._plain()

    def _plain(self) -> Iterator[Metric]:
        numbers = self._numbers
        depth = "Bells not rung yet, those for later included"
        yield GaugeMetricFamily("prequal_outbox_depth", depth, value=numbers.outbox_depth)
        waiting = GaugeMetricFamily(
            "prequal_open_cases", "What waits for the staff", labels=["desk"]
        )
        waiting.add_metric(["reviews"], numbers.open_reviews)
        waiting.add_metric(["inbox"], numbers.open_notes)
        waiting.add_metric(["handovers"], numbers.open_handovers)
        yield waiting
        incidents = GaugeMetricFamily(
            "prequal_incidents_open", "What is wrong now, by kind", labels=["kind"]
        )
        for kind, count in numbers.open_incidents:
            incidents.add_metric([kind], count)
        yield incidents
