"""Make the file of a list export: masked lines, each with who asked for it and when."""

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from app.core.access import system_actor
from app.core.clock import SHANGHAI
from app.core.config import ROOT
from app.core.masking import mask_openid
from app.deps import Deps
from app.steps.campaign_file import reason_words, words_of
from app.steps.export_rules import Kind
from app.steps.person_key import openid_of
from app.steps.segment_people import people_within
from app.steps.spreadsheets import to_csv, to_xlsx
from app.store.campaigns import CampaignRecipient
from app.store.list_exports import ListExport
from app.store.people import Person
from app.store.people_filters import (
    PeopleFilter,
    in_batches,
    recipients_of,
    standing_of,
    tags_of,
)
from app.store.session import Transaction

COLUMNS: Mapping[str, Kind] = {
    "person": "other",
    "openid": "other",
    "stage": "other",
    "tier": "credit",
    "follows": "other",
    "first_channel": "other",
    "latest_channel": "other",
    "first_seen": "other",
    "last_seen": "other",
    "hold": "other",
    "marketing": "other",
    "tags": "credit",
    "outcome": "other",
    "variant": "other",
    "because": "other",
    "sent_at": "other",
}
"""What may stand in a file, and which kind of data it is; openids are masked, always."""
OF_CAMPAIGN = ("outcome", "variant", "because", "sent_at")
"""Columns of a list that is narrowed to a campaign."""
_WORDS = ROOT / "templates" / "console" / "words" / "exports.json"
_BATCH = 500
_MARK = "watermark"


@dataclass(frozen=True, slots=True)
class ListFile:
    """A list in both formats; without content where it is longer than it may be."""

    rows: int
    csv: bytes = field(default=b"", repr=False)
    xlsx: bytes = field(default=b"", repr=False)


def columns_of(narrowed: PeopleFilter) -> tuple[str, ...]:
    """List the columns that a file of this filter may have."""
    return tuple(one for one in COLUMNS if narrowed.campaign or one not in OF_CAMPAIGN)


def write_file(deps: Deps, session: Transaction, export: ListExport, most: int) -> ListFile:
    """Read the people whom the export names and write them down; one more than `most` is enough."""
    rows = list(_rows(deps, session, export, most + 1))
    if len(rows) > most:
        return ListFile(len(rows))
    words = file_words()
    notice = _watermark(export, words["notice"])
    head = [words["heads"][name] for name in (*export.columns, _MARK)]
    return ListFile(len(rows), to_csv(notice, head, rows), to_xlsx(notice, head, rows))


@cache
def file_words() -> Mapping[str, Any]:
    """Return the words of a file, which stand in templates/ as all words do."""
    words: Mapping[str, Any] = json.loads(_WORDS.read_text("utf-8"))["file"]
    return words


def _rows(deps: Deps, session: Transaction, export: ListExport, most: int) -> Iterator[list[str]]:
    """Yield the lines of a file; every one ends with who asked for it and when."""
    narrowed, words = PeopleFilter.of(export.filters), file_words()
    mark, made = _watermark(export, words["mark"]), 0
    # Whoever asked was let see them; that it is built by a job changes nothing.
    within = people_within(deps, session, system_actor("build_exports"), narrowed)
    for batch in in_batches(session, narrowed, export.asked_at, _BATCH, within):
        ids = [person.id for person in batch]
        stages, tiers = standing_of(session, ids)
        tags = tags_of(session, ids) if "tags" in export.columns else {}
        rows = recipients_of(session, narrowed, ids)
        for person in batch:
            cells = _cells(deps, person, stages.get(person.id, "new"), tiers, tags)
            cells |= _cells_of_campaign(rows.get(person.id))
            yield [*(_shown(words, name, cells[name]) for name in export.columns), mark]
            made += 1
            if made >= most:
                return


def _cells(
    deps: Deps,
    person: Person,
    stage: str,
    tiers: Mapping[uuid.UUID, str],
    tags: Mapping[uuid.UUID, list[tuple[str, str]]],
) -> dict[str, str]:
    return {
        "person": str(person.id),
        "openid": mask_openid(openid_of(deps, person).value) if person.openid_sealed else "",
        "stage": stage,
        "tier": tiers.get(person.id, ""),
        "follows": "yes" if person.follows else "no",
        "first_channel": person.first_channel or "",
        "latest_channel": person.latest_channel or "",
        "first_seen": f"{person.first_seen_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        "last_seen": f"{person.last_seen_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        "hold": person.on_hold or "",
        "marketing": "yes" if "marketing" in person.consents else "no",
        "tags": "; ".join(f"{tag}={value}" for tag, value in tags.get(person.id, ())),
    }


def _cells_of_campaign(row: CampaignRecipient | None) -> dict[str, str]:
    if row is None:
        return dict.fromkeys(OF_CAMPAIGN, "")
    sent_at = row.sent_at.astimezone(SHANGHAI) if row.sent_at else None
    return {
        "outcome": str(words_of("campaigns")["outcomes"][row.state]),
        "variant": row.variant or "",
        "because": reason_words(row.reason or ""),
        "sent_at": f"{sent_at:%Y-%m-%d %H:%M}" if sent_at else "",
    }


def _shown(words: Mapping[str, Any], name: str, value: str) -> str:
    return str(words["values"].get(name, {}).get(value, value))


def _watermark(export: ListExport, form: str) -> str:
    return form.format(
        number=export.id,
        name=export.asked_name,
        at=f"{export.asked_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
    )
