"""What a second person releases: everything about a campaign as one text, and the hash of it."""

import json
from datetime import timedelta
from typing import Any

from app.broadcast.types import read_definition
from app.deps import Deps
from app.store.campaigns import Campaign

APPROVAL_LASTS = timedelta(days=30)
"""An approved campaign that was not launched by then is approved anew; the number is ours."""


def released(campaign: Campaign) -> str:
    """Write everything that is released as one text: whom, how many, what, when, how fast."""
    return json.dumps(list(parts_of(campaign).values()), ensure_ascii=False, sort_keys=True)


def parts_of(campaign: Campaign) -> dict[str, Any]:
    """Return what is released: the definition, how many are meant, what they will read."""
    found = campaign.rehearsal or {}
    return {
        "definition": read_definition(campaign.definition).to_json(),
        "audience": found.get("audience"),
        "contents": found.get("contents"),
        **({"news": found["news"]} if "news" in found else {}),
    }


def hash_of(deps: Deps, campaign: Campaign) -> bytes:
    """Return the hash that an approval holds for: any edit makes it another."""
    return deps.keyring.index("campaign", released(campaign))
