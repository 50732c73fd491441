"""`flask audit`: prove that nobody changed the audit log, take it along, check what was taken."""

import sys
from datetime import datetime
from pathlib import Path

import click

from app.core.access import Permission, system_actor
from app.core.clock import SHANGHAI
from app.core.errors import NotAllowed
from app.services import audit_checks, audit_export
from app.services.auditing import Wanted
from handlers.bag import bag
from handlers.commands.desk import Desk, acting

audit = Desk("audit", help="Prove that nobody changed the audit log; take it along.")

_SHELL = system_actor("terminal")
_FOUND = {
    "changed": "row {first} was changed, or is not ours",
    "moved": "row {first} stands where it was not written: it was row {was}",
    "missing": "rows {first} to {last} are missing",
    "unproven": "row {first} cannot be proved: the row before it is missing",
    "cut": "rows {first} to {last} are missing at the end",
    "head": "the head of the chain does not fit the last row",
    "anchor": "row {first} is not the one that was noted down",
}


@audit.command("verify")
@click.option("--anchor", "anchors", multiple=True, help="SEQ:HASH from a log line audit_anchor.")
def verify(anchors: tuple[str, ...]) -> None:
    """Walk the whole chain; status 1 and a line for each row that does not hold."""
    noted = tuple(audit_checks.read_anchor(one) for one in anchors)
    checked = audit_checks.verify(bag(), _SHELL, noted)
    for one in checked.findings:
        click.echo(_FOUND[one.kind].format(first=one.first, last=one.last, was=one.was))
    if checked.findings:
        sys.exit(1)
    click.echo(f"Sound: {checked.rows} rows. Anchor {checked.rows}:{checked.head}")


@audit.command("export")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--by", required=True, help="The auditor.")
@click.option("--reason", required=True, help="Why; it stands in the file and in the log.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="From this day in Shanghai.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Up to this day, excluded.")
@click.option("--actor", default="", help="Only what this person did.")
def export(
    out: Path, by: str, reason: str, since: datetime | None, until: datetime | None, actor: str
) -> None:
    """Write rows to a file, and their signature beside it."""
    who = acting(by)
    who.require(Permission.AUDIT)
    wanted = Wanted(actor=actor, since=_midnight(since), until=_midnight(until))
    try:
        out.touch(mode=0o600, exist_ok=False)
        with out.open("wb") as lines:
            signature = audit_export.export(bag(), who, wanted, reason, lines.write)
        _beside(out).write_text(signature, encoding="utf-8")
    except FileExistsError:
        raise NotAllowed(f"{out} exists already.") from None
    except OSError as error:
        raise NotAllowed(f"{out} cannot be written: {error.strerror}.") from None
    click.echo(f"Written: {out} and {_beside(out)}")


@audit.command("check-export")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check_export(file: Path) -> None:
    """Check the signature of an export, and the chain inside; status 1 when something is wrong."""
    try:
        signature = _beside(file).read_text(encoding="utf-8")
    except OSError:
        raise NotAllowed(f"{_beside(file)} cannot be read.") from None
    with file.open("rb") as lines:
        checked = audit_export.examine(bag(), lines, signature)
    click.echo("Signature: ours" if checked.is_signed else "Signature: NOT ours")
    click.echo(f"Rows: {checked.rows}, left out between them: {checked.gaps} times")
    for seq in checked.broken:
        click.echo(f"Row {seq} does not follow from the one before")
    if not checked.is_signed or checked.broken:
        sys.exit(1)


@audit.command("public-key")
def public_key() -> None:
    """Print the key that checks our signatures without us (Ed25519, base64)."""
    click.echo(audit_export.public_key(bag()))


def _beside(file: Path) -> Path:
    return file.with_name(f"{file.name}.sig")


def _midnight(day: datetime | None) -> datetime | None:
    return day.replace(tzinfo=SHANGHAI) if day is not None else None
