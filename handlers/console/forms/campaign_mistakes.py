"""Put what is wrong in a campaign beside the field where it was written, in words."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from wtforms import Field

from handlers.console.forms.base import ChineseForm
from handlers.console.forms.campaigns import CampaignForm
from handlers.console.words import words

Finder = Callable[[Any, list[str]], Field | None]


def tell(form: ChineseForm, places: Iterable[str]) -> list[str]:
    """Tell every mistake beside its field, once; return in words what belongs beside none.

    `places` are those of `app.broadcast.types.Mistake`: `variants.A.content.text`, `schedule.at`.
    """
    told: Mapping[str, str] = words("campaigns")["mistakes"]
    left = []
    for place in dict.fromkeys(places):
        says = next((told[one] for one in _outwards(place) if one in told), told[""])
        head, *rest = place.split(".")
        field = _FINDERS.get(head, _no_field)(form, rest)
        if field is None:
            left.append(says)
        elif says not in field.errors:
            field.errors = (*field.errors, says)
    return list(dict.fromkeys(left))


def _outwards(place: str) -> Iterator[str]:
    """Yield the place itself, then every place that holds it; which variant it is does not matter.

    `variants.A.content.text`: `variants.content.text`, `variants.content`, `variants`.
    """
    head, *rest = place.split(".")
    parts = [head, *(rest[1:] if head == "variants" else rest)]
    while parts:
        yield ".".join(parts)
        parts.pop()


def _named(name: str) -> Finder:
    return lambda form, _: form[name]


def _no_field(_form: CampaignForm, _rest: list[str]) -> None:
    return None


def _in_schedule(form: CampaignForm, rest: list[str]) -> Field:
    place = rest[0] if rest else "until"
    return form[{"at": "at", "hours": "hours_to", "every": "every"}.get(place, "until")]


def _in_exclude(form: CampaignForm, rest: list[str]) -> Field | None:
    # Empty rows are left out of the file: the number is that of the written ones.
    written = [one for one in form.exclude if (one.data or "").strip()]
    number = int(rest[0]) if rest else 0
    return written[number] if number < len(written) else None


def _in_content(form: CampaignForm, rest: list[str]) -> Field:
    return _of_content(form, rest, form.channel.data or "")


def _in_variants(form: CampaignForm, rest: list[str]) -> Field | None:
    """Find a variant by its number or its name; what concerns all stands beside the last share."""
    for number, entry in enumerate(form.variants):
        if rest and rest[0] in (str(number), (entry.form.name.data or "").strip()):
            if rest[1:] and rest[1] in ("name", "share"):
                return entry.form[rest[1]]
            return _of_content(entry.form, rest[2:], form.channel.data or "")
    entries = form.variants.entries
    return entries[-1].form.share if entries else None


def _of_content(content: Any, rest: list[str], channel: str) -> Field:  # noqa: ANN401 - a form with contents
    for one in content.fields:
        if rest[:1] == ["data"] and rest[1:] == [(one.form.name.data or "").strip()]:
            return one.form.value
    if channel == "template":
        return content.template_id
    return content.media_id if content.media_id.data else content.text


def _in_part(name: str, default: str) -> Finder:
    def found(form: CampaignForm, rest: list[str]) -> Field:
        part = form[name].form
        place = "failures" if rest[:1] == ["errors"] else "".join(rest[:1])
        return part[place] if place in part else part[default]

    return found


_FINDERS: Mapping[str, Finder] = {
    **{
        name: _named(name)
        for name in ("name", "channel", "cap_people", "calls_per_minute", "people_per_minute")
    },
    "class": _named("klass"),
    "segment": _named("query"),
    "schedule": _in_schedule,
    "exclude": _in_exclude,
    "content": _in_content,
    "variants": _in_variants,
    "guardrails": _in_part("guardrails", "at_least"),
    "experiment": _in_part("experiment", "is_on"),
}
