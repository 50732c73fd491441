"""Turn a tag's form into its definition and back, and what is wrong with a rule into sentences."""

from collections.abc import Iterable
from typing import Any

from app.core.errors import NotAllowed
from app.queries.tag_pages import Definition
from app.queries.tag_previews import CaseProblem
from handlers.console.forms.tags import TagForm
from handlers.console.words import words

_BOUNDS = 4
"""A band's line: code, label, from, below."""


def meaning(form: TagForm) -> dict[str, Any]:
    """Return what a form says a tag means; raise `NotAllowed` where a value cannot be read."""
    return {
        "name": (form.name.data or "").strip(),
        "meaning": (form.meaning.data or "").strip(),
        "owner": (form.owner.data or "").strip(),
        "review_on": form.review_on.data,
        "for_marketing": bool(form.for_marketing.data),
        "sensitive": bool(form.sensitive.data),
        "set_by": form.set_by.data or [],
        "values": [_value(line) for line in (form.values.data or "").splitlines() if line.strip()],
        "reason": (form.region_reason.data or "").strip(),
    }


def _value(line: str) -> dict[str, Any]:
    parts = [part.strip() for part in line.replace("，", ",").split(",")]
    code, label, at_least, below = (parts + [""] * _BOUNDS)[:_BOUNDS]
    try:
        return {
            "code": code,
            "label": label,
            "at_least": int(at_least) if at_least else None,
            "below": int(below) if below else None,
        }
    except ValueError:
        raise NotAllowed("A bound is not a number.", why="tag_unclear") from None


def form_data(tag: Definition) -> dict[str, Any]:
    """Return a definition as its form shows it."""
    return {
        **tag.model_dump(exclude={"key", "kind", "values", "reason"}),
        "set_by": list(tag.set_by),
        "values": "\n".join(_line(value.model_dump()) for value in tag.values),
        "region_reason": tag.reason,
    }


def _line(value: dict[str, Any]) -> str:
    bounds = [value["at_least"], value["below"]]
    told = [str(bound) if bound is not None else "" for bound in bounds]
    return ",".join([value["code"], value["label"], *(told if any(told) else [])])


def sentences(problems: Iterable[CaseProblem]) -> list[tuple[int | None, str]]:
    """Return what is wrong, each with the number of its case; None: the rule as a whole."""
    return [(problem.case, _sentence(problem)) for problem in problems]


def _sentence(problem: CaseProblem) -> str:
    area = words("tags")
    sentence = str(area["case_problems"][problem.code])
    facts: dict[str, object] = {"found": problem.found}
    if problem.forbidden is not None:
        facts |= {
            "name": area["forbidden"][problem.forbidden.name],
            "source": problem.forbidden.source,
        }
    if problem.misread is not None:
        told = area["misread"].get(problem.misread.code, "")
        facts |= {"at": problem.misread.position + 1, "what": told}
    return sentence.format(**facts)


def reason_missing() -> str:
    """Return the words for a reason that was left out."""
    return str(words("frame")["fill_in"])


def holders() -> str:
    """Return the name of the chart of who holds a tag."""
    return str(words("tags")["holders"])
