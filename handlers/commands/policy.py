"""`flask policy`: the policy as a lender would discuss it."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from app.services import policies
from app.services.policies import Explained, TierLine
from handlers.bag import bag
from handlers.commands.desk import Desk
from handlers.console import charts

policy = Desk("policy", help="The policy as a lender would discuss it.")

_FEN = 100
_Row = Sequence[str]
_NOTE = """\
Expected bads are the card's probabilities. A loss is of the whole limit; interest is that of the
middle of a tier's range over the term asked; funding, handling and loss given default are the
policy's. Observed bads are those of the file, where it has a column `bad`."""


@policy.command("explain")
@click.option(
    "--population",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV or XLSX of answers; without it the recent applications, else a made-up population.",
)
@click.option("--against", help="Another policy: its name in the rules' folder, or its file.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder for the text, the numbers and the cut-off curves (SVG).",
)
@click.option("--json", "as_json", is_flag=True, help="Print the numbers as JSON.")
def explain(population: Path | None, against: str | None, out: Path | None, as_json: bool) -> None:
    """Show products, tiers and caps, what they do to applicants, and what another policy would."""
    content = population.read_bytes() if population else None
    found = policies.explain(bag(), content, against)
    numbers = json.dumps(found.as_json(), ensure_ascii=False, indent=2)
    words = "\n".join(_words(found))
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "policy.txt").write_text(words + "\n", encoding="utf-8")
        (out / "policy.json").write_text(numbers + "\n", encoding="utf-8")
        for name, drawn in _curves(found):
            (out / f"{name}.svg").write_text(drawn, encoding="utf-8")
    click.echo(numbers if as_json else words)


def _words(found: Explained) -> Iterable[str]:
    yield f"Policy {found.policy} ({found.sha256[:12]}) on {found.on}"
    yield f"Population: {found.origin}; {found.applicants} used"
    if found.unusable:
        told = ", ".join(f"{field} {count}" for field, count in sorted(found.unusable.items()))
        yield f"Rows that could not be used, by field: {told}"
    yield from _section("Products", "for|product|yuan|months|first loan|who", _products(found))
    prices = "for|tier|pd up to|at most|nominal (IRR x 12)|effective (compounded)"
    yield from _section("Tiers and prices over 12 months", prices, _prices(found))
    yield from _section("Caps", "cap|value|source", _caps(found))
    tiers = "for|tier|applicants|approved|bad rate|observed|average limit|expected loss|margin"
    yield from _section(f"What {found.policy} does to them", tiers, _tiers(found.tiers))
    if found.against:
        against = _tiers(found.tiers_against)
        yield from _section(f"What {found.against} does to them", tiers, against)
        ways = "way|applicants|expected bads|bad rate|limit now|limit then|get more|get less"
        title = f"Swaps from {found.policy} to {found.against}"
        yield from _section(title, ways, _swaps(found))
    yield ""
    yield _NOTE


def _products(found: Explained) -> list[_Row]:
    return [
        (
            *(one.kind, one.name, f"{_yuan(one.minimum_fen)}-{_yuan(one.maximum_fen)}"),
            *(f"{one.min_term_months}-{one.max_term_months}", _yuan(one.trial_cap_fen)),
            one.audience,
        )
        for one in found.products
    ]


def _prices(found: Explained) -> list[_Row]:
    return [
        (
            *(one.kind, one.tier, f"{one.pd_up_to:.1%}", _yuan(one.cap_fen)),
            _rates(one.nominal_low_bp, one.nominal_high_bp),
            _rates(one.effective_low_bp, one.effective_high_bp),
        )
        for one in found.prices
    ]


def _caps(found: Explained) -> list[_Row]:
    return [
        (
            one.name.removesuffix("_fen").removesuffix("_bp"),
            *(_cap(one.name, one.value), one.source),
        )
        for one in found.caps
    ]


def _tiers(lines: Sequence[TierLine]) -> list[_Row]:
    return [
        (
            *(one.kind, one.tier, f"{one.applicants}", f"{one.approval_rate:.1%}"),
            f"{one.expected_bad_rate:.2%}",
            "-" if one.observed_bad_rate is None else f"{one.observed_bad_rate:.2%}",
            *(_yuan(one.average_limit_fen), _yuan(one.expected_loss_fen), _yuan(one.margin_fen)),
        )
        for one in lines
    ]


def _swaps(found: Explained) -> list[_Row]:
    return [
        (
            *(one.way.replace("_", " "), f"{one.applicants}", f"{one.expected_bads:.1f}"),
            *(f"{one.expected_bad_rate:.2%}", _yuan(one.average_limit_fen)),
            *(_yuan(one.average_limit_against_fen), f"{one.higher}", f"{one.lower}"),
        )
        for one in found.swaps
    ]


def _section(title: str, columns: str, rows: Sequence[_Row]) -> Iterable[str]:
    yield from ("", title)
    names = columns.split("|")
    widths = [max(len(row[place]) for row in (names, *rows)) for place in range(len(names))]
    for row in (names, *rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield ("  " + "  ".join(cells)).rstrip()


def _yuan(fen: int) -> str:
    return f"{round(fen / _FEN):,}"


def _rates(low_bp: int | None, high_bp: int | None) -> str:
    if low_bp is None or high_bp is None:
        return "no price under the cap"
    return f"{low_bp / 100:.2f} %-{high_bp / 100:.2f} %"


def _cap(name: str, value: float | None) -> str:
    if value is None:
        return "none"
    if name.endswith("_bp"):
        return f"{value / 100:g} %"
    return f"{_yuan(round(value))} yuan" if name.endswith("_fen") else f"{value:g} x income"


def _curves(found: Explained) -> Iterable[tuple[str, str]]:
    both = [(found.policy, found.curve), (found.against or "", found.curve_against)]
    known = [(name, points) for name, points in both if points]
    for file, title, axis, of, times in (
        ("bad_rate", "Bad rate by approval rate", "expected bad rate, %", "bad_rate", 100.0),
        ("margin", "Margin by approval rate", "margin, yuan", "margin_fen", 1 / _FEN),
        ("cut_off", "Cut-off by approval rate", "upper probability let in, %", "pd_up_to", 100.0),
    ):
        series = [
            (name, [(point.approval_rate * 100, getattr(point, of) * times) for point in points])
            for name, points in known
        ]
        yield file, charts.curve(series, title, ("approval rate, %", axis))
