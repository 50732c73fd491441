"""`flask campaigns`: the life of a campaign, for scripts and the person on call."""

import json
from pathlib import Path
from typing import Any

import click

from app.core.access import Actor, system_actor
from app.queries import campaign_previews as previews
from app.services import campaign_tests as tests
from app.services import campaigns as use_cases
from handlers.bag import bag
from handlers.commands.desk import Desk, acting

campaigns = Desk("campaigns", help="Campaigns: plan, rehearse, approve, launch, hold, end, watch.")

_ID = click.argument("campaign_id", metavar="ID", type=int)
_BY = click.option("--by", required=True, help="Whose hand it is.")
_MAYBE_BY = click.option("--by", default=None, help="Whose hand it is; else the terminal's.")
_REASON = click.option(
    "--because", "--reason", "reason", default="", help="Why; it stands in the history."
)
_JSON = click.option("--json", "as_json", is_flag=True, help="For programs.")


@campaigns.command("plan")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_BY
def plan(file: Path, by: str) -> None:
    """Check FILE and keep it as a draft; print its id."""
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as mistake:
        raise click.ClickException(f"{file.name} is not JSON: {mistake}.") from None
    click.echo(use_cases.plan(bag(), acting(by), raw))


@campaigns.command("rehearse")
@_ID
@_MAYBE_BY
@_JSON
def rehearse(campaign_id: int, by: str | None, as_json: bool) -> None:
    """Say who would get it and who would not, what it uses, when it would end; send nothing."""
    found = use_cases.rehearse(bag(), _hand(by), campaign_id)
    if as_json:
        sample = previews.sample(bag(), _hand(by), campaign_id) or ()
        _print({**found, "sample": [one.to_json() for one in sample]})
        return
    click.echo(f"{found['people']:,} people would get it, until {found['ends_at']}.")
    for reason, number in (found["kept_out"] | found["skipped"]).items():
        click.echo(f"{number:>12,}  not: {reason.replace('_', ' ')}")


@campaigns.command("test")
@_ID
@_BY
def test(campaign_id: int, by: str) -> None:
    """Send it to the staff who have linked an account, marked as a test."""
    sent = tests.send_to_staff(bag(), acting(by), campaign_id)
    click.echo(f"{sent} test message{'' if sent == 1 else 's'} on the way.")


@campaigns.command("approve")
@_ID
@_BY
def approve(campaign_id: int, by: str) -> None:
    """Release what somebody else made and rehearsed."""
    use_cases.approve(bag(), acting(by), campaign_id)
    click.echo("Approved.")


@campaigns.command("launch")
@_ID
@_MAYBE_BY
def launch(campaign_id: int, by: str | None) -> None:
    """Begin to send, now or at the planned time."""
    people = use_cases.launch(bag(), _hand(by), campaign_id)
    state = use_cases.status(bag(), _hand(None), campaign_id)["state"]
    click.echo("Scheduled." if state == "scheduled" else f"Launched to {people:,} people.")


@campaigns.command("pause")
@_ID
@_MAYBE_BY
@_REASON
def pause(campaign_id: int, by: str | None, reason: str) -> None:
    """Hold it; at most the batch that is leaving still goes."""
    use_cases.pause(bag(), _hand(by), campaign_id, reason)
    click.echo("Paused.")


@campaigns.command("resume")
@_ID
@_MAYBE_BY
@_REASON
def resume(campaign_id: int, by: str | None, reason: str) -> None:
    """Let it go on."""
    use_cases.resume(bag(), _hand(by), campaign_id, reason)
    click.echo("Resumed.")


@campaigns.command("cancel")
@_ID
@_MAYBE_BY
@_REASON
def cancel(campaign_id: int, by: str | None, reason: str) -> None:
    """End it for good; whoever is still queued gets nothing."""
    use_cases.cancel(bag(), _hand(by), campaign_id, reason)
    click.echo("Cancelled.")


@campaigns.command("status")
@_ID
@_JSON
def status(campaign_id: int, as_json: bool) -> None:
    """Say where it and everybody in it stands."""
    found = use_cases.status(bag(), _hand(None), campaign_id)
    if as_json:
        _print(found)
        return
    click.echo(found["state"])
    for name in ("recipients", "queued", "sending", "sent", "confirmed", "unknown"):
        click.echo(f"{found[name]:>12,}  {name}")
    for name in ("skipped", "failed"):
        for reason, number in found[name].items():
            click.echo(f"{number:>12,}  {name}: {reason.replace('_', ' ')}")


def _hand(by: str | None) -> Actor:
    """Return who acts: whoever is named, else the holder of this shell, and so of every key."""
    return acting(by) if by is not None else system_actor("terminal")


def _print(found: dict[str, Any]) -> None:
    click.echo(json.dumps(found, ensure_ascii=False))
