"""The board: every number with its definition, beside the days before."""

from flask import Blueprint

from app.core.access import Permission
from app.queries import figures
from app.queries.figures import Board, Figure
from handlers.bag import bag
from handlers.console import charts
from handlers.console.days import span_asked
from handlers.console.flow import meter
from handlers.console.frame import needs, show
from handlers.console.words import words

blueprint = Blueprint("figures", __name__, url_prefix="/console/figures")

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


@blueprint.get("/")
@needs(Permission.LOOK)
def board() -> str:
    """Show the board of some days."""
    page = figures.board(bag(), span_asked())
    return show(
        "figures/board.html",
        page=page,
        written=written,
        days=_days(page),
        shares=(("outcomes", page.outcomes), ("tiers", page.tiers)),
        meter=meter,
    )


def written(figure: Figure, value: float | None) -> str:
    """Write a value of a figure as people read it; what has no data says so."""
    said = words("figures")
    if value is None:
        return str(said["none"])
    units = said["units"]
    if figure.shape == "share":
        return f"{value:.1%}"
    if figure.shape == "fen":
        return str(units["yuan"].format(f"{value / 100:,.2f}"))
    if figure.shape == "yuan":
        return str(units["yuan"].format(f"{value:,.0f}"))
    return _plain(figure, value, units)


def _plain(figure: Figure, value: float, units: dict[str, str]) -> str:
    if figure.shape == "seconds":
        return duration(value)
    if figure.shape == "score":
        return units["score"].format(f"{value:.2f}")
    return f"{value:,.1f}" if value % 1 else f"{value:,.0f}"


def duration(seconds: float) -> str:
    """Write how long something took in the unit that fits."""
    units: dict[str, str] = words("figures")["units"]
    for name, size in (("days", _DAY), ("hours", _HOUR), ("minutes", _MINUTE)):
        if seconds >= 2 * size:
            return units[name].format(f"{seconds / size:.0f}")
    return units["seconds"].format(f"{seconds:.0f}")


def _days(page: Board) -> str:
    said = words("figures")["charts"]
    series = [(said["followed"], page.followed), (said["submitted"], page.submitted)]
    return charts.lines([f"{day:%m-%d}" for day in page.span.dates], series, said["days"])
