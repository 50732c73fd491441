"""Watch the cards: count what they decided week by week, judge it, tell what is out of bounds."""

import math
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from app.core.clock import SHANGHAI
from app.core.config import ROOT
from app.core.dated import day_of
from app.core.errors import LenderUnset
from app.deps import Deps
from app.steps.champions import deciding_book
from app.steps.incidents import close_incident, open_incident
from app.store import incidents, monitoring
from app.store.monitoring import MonitorReport, Scored
from scoring.assess import Maturity, RuleBook
from scoring.monitoring.judging import Report, Weeks, judge
from scoring.monitoring.tally import Known, Seen, Tally, monday_of
from scoring.monitoring.telling import as_data
from scoring.monitoring.watch import watch

ALARM = "card_drift"
_TEMPLATES = ROOT / "templates"


def monitor_cards(deps: Deps) -> int:
    """Judge every card, keep the report, open and close incidents; return how many alarm.

    An incident is about the last whole week and about the outcomes that came of age last; it
    closes with the first run that finds neither out of bounds.
    """
    found = [as_data(report) for report in reports(deps)]
    now = deps.clock.now()
    alarms = {one["card"]["version"]: one["latest_alerts"] for one in found if one["latest_alerts"]}
    with deps.sessions.begin() as session:
        session.add(MonitorReport(made_at=now, cards=found))
        standing = {one.scope for one in incidents.list_open(session) if one.kind == ALARM}
        for card, alerts in alarms.items():
            facts = {"alerts": len(alerts), "week": alerts[0]["week"]}
            open_incident(session, deps, ALARM, card, facts)
        for card in sorted(standing - set(alarms)):
            close_incident(session, deps, ALARM, card)
    return len(alarms)


def write_report(deps: Deps, out: Path) -> int:
    """Write the page and its numbers into a folder; return how many alerts are on it."""
    # What draws is only read where a page is written: no worker carries it.
    from scoring.monitoring.page import write  # noqa: PLC0415

    found = [as_data(report) for report in reports(deps)]
    write(found, out, _TEMPLATES)
    return sum(len(one["alerts"]) for one in found)


def reports(deps: Deps) -> list[Report]:
    """Judge every card that decided lately, by whole weeks."""
    now = deps.clock.now()
    lines, book = watch(), _book(deps)
    if book is None:
        return []
    until = _begin(now)
    since = until - timedelta(weeks=lines.weeks_shown)
    tallies: dict[tuple[str, str], dict[str, Tally]] = defaultdict(lambda: defaultdict(Tally))
    with deps.sessions() as session:
        known = _known_cards(book)
        cuts = {checksum: cut for checksum, (cut, _bads) in known.items()}
        for one in monitoring.scored(session, since, until):
            day = day_of(one.decided_at)
            week = monday_of(day).isoformat()
            tallies[one.card, one.checksum][week].add(_seen(one, cuts, book.maturity, now))
    return [
        judge(
            Weeks(
                tallies=dict(sorted(weeks.items())),
                facts={"version": card, "sha256": checksum, "made_at": now.isoformat()},
                trained_bads=known.get(checksum, (0.0, None))[1],
            ),
            lines,
        )
        for (card, checksum), weeks in sorted(tallies.items())
    ]


def latest(deps: Deps) -> Mapping[str, Any] | None:
    """Return the latest report as data; none before the first."""
    with deps.sessions() as session:
        row = monitoring.latest_report(session)
        return None if row is None else {"made_at": row.made_at, "cards": row.cards}


def _begin(now: datetime) -> datetime:
    """Return when this week began: it is not whole, and is not judged."""
    day = monday_of(day_of(now))
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def _seen(one: Scored, cuts: Mapping[str, float], maturity: Maturity, now: datetime) -> Seen:
    score = one.score
    cut = cuts.get(one.checksum)
    near = None if cut is None else _is_near(score["pd_high"], cut)
    overridden = None if one.ruling is None else one.ruling != "confirm"
    points = {name: won for name, won in score["points"].items() if name != "base"}
    return Seen(score["total"], score["pd"], points, near, overridden, _known(one, maturity, now))


def _is_near(pd_high: float, cut: float) -> bool:
    def log_odds(pd: float) -> float:
        return math.log(pd / (1 - pd))

    return abs(log_odds(pd_high) - log_odds(cut)) <= watch().near_log_odds


def _known(one: Scored, maturity: Maturity, now: datetime) -> Known:
    if one.outcome is None or one.observed_on is None or one.outcome == "indeterminate":
        return "unknown"
    is_bad = one.outcome == "bad"
    day = day_of(one.decided_at)
    if not maturity.counts(day, one.observed_on, is_bad=is_bad, today=day_of(now)):
        return "young"
    return "bad" if is_bad else "good"


def _book(deps: Deps) -> RuleBook | None:
    """Return the rules that decide now; without a lender nobody decides, and nothing is judged."""
    try:
        with deps.sessions() as session:
            return deciding_book(deps, session)
    except LenderUnset:
        return None


def _known_cards(book: RuleBook) -> dict[str, tuple[float, int | None]]:
    """Return, of the cards that decide now, above which probability the policy declines.

    And on how many bads each was trained: it knows its own level only so well.
    """
    known = {}
    for kind, sources in book.sources.items():
        training = book.cards[kind].data.training
        cut = book.policy.of(kind).tiers[-1].pd_up_to
        known[sources.card.sha256] = (cut, training.bads if training else None)
    return known
