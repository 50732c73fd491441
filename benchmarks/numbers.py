"""The reads of the funnel and the board, on counts made of the crowd's own events."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import text

from app.deps import Deps
from app.queries import figures, funnel, funnel_people, incidents
from app.queries.funnel import View
from app.queries.spans import span_of
from app.services import incidents as watching
from app.services import upkeep
from benchmarks.seed import NOW, Crowd

PAGE_MS = 1000
BANNER_MS = 10

# The crowd comes by COPY, past the turn that would have counted: what it did is counted now, and a
# question that was answered was seen a while before.
_SEEN = text("""
INSERT INTO events (person_id, kind, detail, channel, form, form_version, at)
SELECT person_id, 'reached', detail, channel, 'personal', 1, at - interval '40 seconds'
FROM events WHERE kind = 'answered'
UNION ALL
SELECT person_id, 'reached', question, 'shop-00', 'personal', 1, open_since
FROM conversations WHERE stage = 'asking'
""")
_COUNTED = text("""
INSERT INTO funnel_events (day, channel, form, form_version, step, question, count)
SELECT date_trunc(CASE WHEN at < :today THEN 'day' ELSE 'hour' END, at, 'Asia/Shanghai'), channel,
       CASE WHEN form = '' THEN 'personal' ELSE form END, 1, kind,
       CASE WHEN kind = 'followed' THEN 'new' ELSE detail END, count(*)
FROM events WHERE kind <> 'messaged' GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1
""")


def prepare(deps: Deps, _crowd: Crowd) -> None:
    """Count the crowd's events and fold the days that are over, as every night does."""
    today = span_of(NOW, None, None).until - timedelta(days=1)
    with deps.sessions.begin() as session:
        # A night's work for a year of nights.
        session.execute(text("SET LOCAL statement_timeout = 0"))
        session.execute(_SEEN)
        session.execute(_COUNTED, {"today": today})
    upkeep.count_up(deps)
    with deps.sessions.kw["bind"].connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))


def _funnel(days: int, channel: str = "") -> Callable[[Deps, Crowd], object]:
    def run(deps: Deps, _crowd: Crowd) -> object:
        view = View(span_of(NOW, None, None, days), deps.forms.current, channel)
        return funnel.funnel_page(deps, view).stages[0].count

    return run


def _board(deps: Deps, _crowd: Crowd) -> object:
    return int(figures.board(deps, span_of(NOW, None, None)).groups["users"][0].value or 0)


def _people(kind: str, detail: str) -> Callable[[Deps, Crowd], object]:
    def run(deps: Deps, _crowd: Crowd) -> object:
        view = View(span_of(NOW, None, None, 90), deps.forms.current)
        return len(funnel_people.people_page(deps, view, kind, detail).lines)

    return run


def _banner(deps: Deps, _crowd: Crowd) -> object:
    return len(incidents.open_now(deps))


def _watch(deps: Deps, _crowd: Crowd) -> object:
    return watching.watch(deps)


RUNS: tuple[tuple[str, int, Callable[[Deps, Crowd], object]], ...] = (
    ("funnel of 30 days", PAGE_MS, _funnel(30)),
    ("funnel of a year", PAGE_MS, _funnel(366)),
    ("funnel of a channel", PAGE_MS, _funnel(90, "shop-00")),
    ("who left a question", PAGE_MS, _people("left", "region")),
    ("who was decided", PAGE_MS, _people("decided", "")),
    ("board of 30 days", PAGE_MS, _board),
    ("what is wrong now (every page)", BANNER_MS, _banner),
    ("the watch, every minute", PAGE_MS, _watch),
)
