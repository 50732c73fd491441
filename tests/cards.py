"""Cards for the registry: the shipped ones, changed and sealed anew."""

import json
from typing import Any

from scoring.artifacts import CHECKSUM
from scoring.assess.rulebook import PACKAGE
from scoring.types import digest


def a_card(kind: str = "person", *, more_points: int = 0, **changed: Any) -> str:
    """Write a card that gives everybody so many points more than the shipped one."""
    path = PACKAGE / "cards" / f"{kind}-expert-2.json"
    body = json.loads(path.read_text(encoding="utf-8"))
    body["scaling"]["base_points"] += more_points
    return sealed(body | {"version": f"{kind}-test-{more_points}"} | changed)


def a_card_by_region() -> str:
    """Write a card that takes many points from one province."""
    body = json.loads(a_card(more_points=1))
    tenure = next(field for field in body["fields"] if field["name"] == "tenure")
    province = {"name": "province", "group": "region", "sign": "free", "levels": {"33": -400}}
    rest = dict.fromkeys(("missing", "other", "reference"), 0)
    body["fields"].append({**tenure, **province, **rest})
    return sealed(body)


def sealed(body: dict[str, Any]) -> str:
    """Write a card's text with the checksum that belongs to it."""
    body.pop(CHECKSUM, None)
    return json.dumps({CHECKSUM: digest(body), **body}, ensure_ascii=False, indent=2)
