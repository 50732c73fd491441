"""`flask models`: the registry of what decides, for scripts and the person on call."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from app.core.access import system_actor
from app.queries import model_pages as pages
from app.services import model_comparison as comparison
from app.services import models as use_cases
from app.services import rescoring, training_data
from handlers.bag import bag
from handlers.commands.desk import Desk, acting

models = Desk("models", help="Cards that decide or may come to: bring in, publish, retire.")

_ID = click.argument("model_id", metavar="ID", type=int)
_BY = click.option("--by", required=True, help="Whose hand it is.")
_REASON = click.option(
    "--because", "--reason", "reason", default="", help="Why; it stands in the history."
)
_JSON = click.option("--json", "as_json", is_flag=True, help="For programs.")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@models.command("import")
@click.argument("file", metavar="CARD.json", type=_FILE)
@click.option(
    "--kind",
    type=click.Choice(["person", "firm"]),
    default="person",
    help="Whom it is for, where the file does not say.",
)
@_BY
@_REASON
def bring_in(file: Path, kind: str, by: str, reason: str) -> None:
    """Check CARD.json, or a challenger's trees, and keep it as a draft; print its number."""
    text = _text(file)
    click.echo(use_cases.bring_in(bag(), acting(by), text, kind=kind, reason=reason))


@models.command("list")
@_JSON
def list_models(as_json: bool) -> None:
    """List what decides now and everything in the registry."""
    overview = pages.overview(bag(), system_actor("terminal"))
    if as_json:
        _print([line.to_json() for line in overview.lines])
        return
    for now in overview.deciding:
        click.echo(f"{now.kind:<7} {now.version}  {now.sha256[:12]}  decides now")
    for line in overview.lines:
        click.echo(f"{line.id:>5}  {line.state:<10} {line.kind:<7} {line.name} {line.version}")


@models.command("show")
@_ID
def show(model_id: int) -> None:
    """Print where a model stands, what its validation said, and everything done to it."""
    _print(pages.one(bag(), system_actor("terminal"), model_id).to_json())


@models.command("validate")
@_ID
@_BY
@click.option("--measures", "--metrics", type=_FILE, help="What `evaluate --json` printed.")
@click.option("--note", default="", help="The expert's reasons.")
@click.option("--report", type=_FILE, help="The release report, whose hash is noted down.")
def validate(model_id: int, by: str, measures: Path | None, note: str, report: Path | None) -> None:
    """Add the validation record and ask for a second person."""
    measured = _read(measures) if measures else None
    paper = report.read_bytes() if report else None
    use_cases.validate(bag(), acting(by), model_id, measures=measured, note=note, report=paper)
    click.echo("Validated; it waits for a second person.")


@models.command("ask")
@_ID
@_BY
@_REASON
def ask(model_id: int, by: str, reason: str) -> None:
    """Ask anew for a second person, where the request lapsed or was refused."""
    use_cases.ask_again(bag(), acting(by), model_id, reason=reason)
    click.echo("It waits for a second person.")


@models.command("shadow")
@_ID
@_BY
@_REASON
def shadow(model_id: int, by: str, reason: str) -> None:
    """Let it score along, without touching any answer."""
    use_cases.shadow(bag(), acting(by), model_id, reason=reason)
    click.echo("It scores along from now on.")


@models.command("publish")
@_ID
@_BY
@click.option("--impact", required=True, help="The number of the impact assessment.")
@_REASON
@click.option(
    "--trait-reason",
    "traits",
    nargs=2,
    multiple=True,
    metavar="TRAIT WORDS",
    help="What the assessment says for an input on age, region or purpose; once for each.",
)
def publish(
    model_id: int, by: str, impact: str, reason: str, traits: tuple[tuple[str, str], ...]
) -> None:
    """Let a validated card of somebody else's decide from now on."""
    done = use_cases.publish(
        *(bag(), acting(by), model_id),
        impact=impact, reason=reason, trait_reasons=dict(traits),
    )  # fmt: skip
    instead = f", instead of {done.instead_of}" if done.instead_of else ""
    click.echo(f"Published: {done.model_id} decides from now on{instead}.")


@models.command("retire")
@_ID
@_BY
@_REASON
def retire(model_id: int, by: str, reason: str) -> None:
    """Take it out of use; after a champion the shipped card decides again."""
    use_cases.retire(bag(), acting(by), model_id, reason=reason)
    click.echo("Retired.")


@models.command("compare")
@_ID
@_JSON
def compare(model_id: int, as_json: bool) -> None:
    """Lay what it would have said beside what people were told, and what came of it."""
    found = comparison.comparison_of(bag(), system_actor("terminal"), model_id)
    if found is None:
        raise click.ClickException("It never stood in the shadow.")
    if as_json:
        _print(found.to_json())
        return
    click.echo(f"applications scored along: {found.people:,}; outcome known: {found.known:,}")
    for (told, shadow), cell in sorted(found.cells.items()):
        rate = f"{cell.bad_rate:6.1%} bad" if cell.bad_rate is not None else ""
        click.echo(f"{told:>10} → {shadow:<10} {cell.people:>8,} {rate}")


@models.command("rescore")
@_BY
@_REASON
def rescore(by: str, reason: str) -> None:
    """Decide anew about quotas that hold; a limit that rises is found when somebody asks again."""
    number = rescoring.start(bag(), acting(by), reason=reason)
    click.echo(f"Run {number} has begun; `flask models rescored` tells how far it is.")


@models.command("rescored")
@_JSON
def rescored(as_json: bool) -> None:
    """List the latest runs and what came of them."""
    runs = pages.runs(bag(), system_actor("terminal"))
    if as_json:
        _print([asdict(one) for one in runs])
        return
    for one in runs:
        counts = f"{one.better:,} better, {one.kept:,} kept, {one.worse:,} would be worse"
        click.echo(f"{one.id:>5}  {one.state:<5} {counts}  {one.reason}")


@models.command("training-data")
@click.option("--kind", type=click.Choice(["person", "firm"]), default="person")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--dictionary", type=click.Path(dir_okay=False, path_type=Path))
@_BY
@_REASON
def training(kind: str, out: Path, dictionary: Path | None, by: str, reason: str) -> None:
    """Write what cards read of matured applications, and what came of them: nobody is named."""
    taken = training_data.take(bag(), acting(by), kind, reason=reason)
    out.write_text(taken.csv, encoding="utf-8")
    if dictionary is not None:
        _write_json(dictionary, taken.dictionary)
    click.echo(f"{taken.rows:,} applications, {taken.bads:,} gone bad. The target is `bad`.")


models.add_command(bring_in, "add")


def _read(file: Path) -> dict[str, Any]:
    try:
        read = json.loads(_text(file))
    except ValueError as mistake:
        raise click.ClickException(f"{file.name} is not JSON: {mistake}.") from None
    if not isinstance(read, dict):
        raise click.ClickException(f"{file.name} holds no measures.")
    return read


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise click.ClickException(f"{file.name} is not text in UTF-8.") from None


def _write_json(file: Path, content: object) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _print(found: object) -> None:
    click.echo(json.dumps(found, ensure_ascii=False, indent=2, default=str))
