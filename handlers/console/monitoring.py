"""How the cards do: the latest report of the monitor, with its plots."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint
from markupsafe import Markup

from app.core.access import Permission
from app.services import monitoring
from handlers.bag import bag
from handlers.console import charts
from handlers.console.frame import needs, show
from handlers.console.words import words

blueprint = Blueprint("monitoring", __name__, url_prefix="/console/monitoring")


@blueprint.get("/")
@needs(Permission.LOOK)
def report() -> str:
    """Show the latest report."""
    return show("monitoring/report.html", report=monitoring.latest(bag()), drawn=_drawn)


def _drawn(plot: Mapping[str, Any]) -> Markup:
    said = words("monitoring")
    labels = {**said["series"], **said["fields"]}
    series = [(labels.get(one["key"], one["key"]), one["values"]) for one in plot["series"]]
    return charts.lines(
        [week[5:] for week in plot["weeks"]], series, said["plots"][plot["key"]]["title"]
    )
