"""`flask scoring fairness` and `flask scoring stress`: figures about everybody who applied."""

import json
from dataclasses import asdict

import click

from app.services import populations
from handlers.bag import bag
from handlers.commands.desk import acting
from handlers.commands.outcomes import scoring

__all__ = ["scoring"]

_BY = click.option("--by", required=True, help="Who looks; it is recorded.")
_DAYS = click.option("--days", type=click.IntRange(1, 3660), default=365, show_default=True)
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object.")


@scoring.command("fairness")
@_BY
@_DAYS
@_JSON
def fairness(by: str, days: int, as_json: bool) -> None:
    """Hold ages, provinces and kinds beside each other; cells under ten are hidden."""
    tables = populations.fairness(bag(), acting(by), days)
    if as_json:
        # The cut-off is each one's own policy here: there is no single number.
        found = {trait: [asdict(row) for row in table.rows] for trait, table in tables.items()}
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for trait, table in tables.items():
        click.echo(f"{trait}  (ratio to {table.compared_with or '-'})")
        for row in table.rows:
            click.echo(f"  {row.group or '-':<10} {_line(row)}")


def _line(row: populations.GroupRow) -> str:
    if row.is_hidden:
        return "hidden: too few"
    parts = {
        "approved": row.approval,
        "ratio": row.impact,
        "good refused": row.false_positive,
        "bad approved": row.false_negative,
        "defaults": row.observed,
    }
    told = [f"{name} {_share(one)}" for name, one in parts.items()]
    expected = "-" if row.expected is None else f"{row.expected:.1%}"
    adverse = "  UNDER FOUR FIFTHS" if row.is_adverse else ""
    return f"n {row.rows}  " + "  ".join([*told, f"expected {expected}"]) + adverse


def _share(one: populations.Share | None) -> str:
    return "-" if one is None else f"{one.value:.1%} [{one.low:.1%}, {one.high:.1%}]"


@scoring.command("stress")
@_BY
@_DAYS
@_JSON
def stress(by: str, days: int, as_json: bool) -> None:
    """Put everybody who applied through every scenario; yuan are for 1,000 applicants."""
    outcomes = populations.stress(bag(), acting(by), days)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in outcomes], ensure_ascii=False, indent=2))
        return
    for one in outcomes:
        pd = "-" if one.mean_pd is None else f"{one.mean_pd:.2%}"
        click.echo(
            f"{one.code:<24} approved {one.approved:6.1%}  to a person {one.referred:6.1%}"
            f"  pd {pd:>7}  granted {one.granted_fen / 100:>12,.0f}"
            f"  loss then {one.answered_loss_fen / 100:>10,.0f}"
            f"  on limits out {one.held_loss_fen / 100:>10,.0f}"
        )
