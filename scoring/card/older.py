"""Read cards of the first format, so that what they decided can still be recomputed to the byte."""

from collections.abc import Mapping
from typing import Any

from scoring.card.format import FORMAT


def upgraded(body: Mapping[str, Any]) -> dict[str, Any]:
    """Write what a card of whatever format says in the present one; it scores as it always did."""
    if "format" in body:
        return {**body}
    scaling = {**body["scaling"]}
    half_width = scaling.pop("logit_half_width")
    kept = {key: body[key] for key in ("name", "version", "kind", "made_by", "notes")}
    return {
        "format": FORMAT,
        **kept,
        "scaling": scaling,
        "calibration": {"intercept": 0.0, "slope": 1.0},
        "interval": {"half_width": half_width, "z": 0.0},
        "fields": [*map(_choice, body["choices"]), *map(_number, body["numbers"])],
        "pairs": [],
        "training": None,
    }


def _choice(field: Mapping[str, Any]) -> dict[str, Any]:
    levels = {level["code"]: level["points"] for level in field["levels"]}
    # Its levels stood from worst to best.
    same: dict[str, Any] = {"kind": "choice", "sign": "rises", "special": {}, "variance": None}
    return {**field, **same, "levels": levels}


def _number(field: Mapping[str, Any]) -> dict[str, Any]:
    # What was no number counted as missing.
    same: dict[str, Any] = {
        "kind": "number",
        "special": {},
        "variance": None,
        "other": field["missing"],
    }
    return {**field, **same}
