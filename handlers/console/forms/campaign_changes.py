"""Parts of a campaign's form that are added and taken away while it is written.

Works on what was typed, so that nothing of it is lost, be it right or wrong.
"""

from werkzeug.datastructures import MultiDict

from handlers.console.forms.campaign_parts import MOST_VARIANTS

Typed = MultiDict[str, str]
_CONTENT = ("text", "media_id", "template_id")
_NAMES = "ABCDEFGH"
_WHOLE = 100


def changed(typed: Typed, act: str) -> Typed:
    """Return the fields after an act: `<what>:add` or `<what>:remove`, a number last.

    `what` is a list of the form: `exclude`, `variants`, `fields` or `variants-1-fields`.
    """
    fields = MultiDict(typed)
    what, _, more = act.partition(":")
    doing, _, number = more.partition(":")
    if doing == "remove":
        _drop(fields, f"{what}-{number}")
    if what == "variants":
        _vary(fields, is_more=doing == "add")
    elif what == "exclude" and doing == "add":
        fields[f"exclude-{_next(fields, what)}"] = fields.get("exclude_new", "")
    elif doing == "add":
        fields[f"{what}-{_next(fields, what)}-name"] = ""
    return fields


def _vary(fields: Typed, *, is_more: bool) -> None:
    """Keep two variants or more, or the one content; all get as many people."""
    numbers = _numbers(fields, "variants")
    if is_more and not numbers:
        _move(fields, "", "variants-0-")
        numbers = [0]
    if is_more and len(numbers) < MOST_VARIANTS:
        numbers.append(_next(fields, "variants") if len(numbers) > 1 else 1)
    if len(numbers) == 1:
        _move(fields, f"variants-{numbers[0]}-", "")
        _drop(fields, f"variants-{numbers[0]}")
        return
    taken = {fields.get(f"variants-{number}-name", "") for number in numbers}
    each, rest = divmod(_WHOLE, len(numbers) or 1)
    for place, number in enumerate(numbers):
        if not fields.get(f"variants-{number}-name"):
            name = next(one for one in _NAMES if one not in taken)
            fields[f"variants-{number}-name"] = name
            taken.add(name)
        fields[f"variants-{number}-share"] = str(each + (place < rest))


def _move(fields: Typed, source: str, target: str) -> None:
    """Carry a content to another place in the form."""
    moved = {
        key: fields[key]
        for key in list(fields)
        if key in {f"{source}{name}" for name in _CONTENT} or key.startswith(f"{source}fields-")
    }
    for key, value in moved.items():
        fields.pop(key)
        fields[f"{target}{key.removeprefix(source)}"] = value


def _drop(fields: Typed, prefix: str) -> None:
    for key in list(fields):
        if key == prefix or key.startswith(f"{prefix}-"):
            fields.pop(key)


def _numbers(fields: Typed, what: str) -> list[int]:
    found = {
        key.removeprefix(f"{what}-").partition("-")[0]
        for key in fields
        if key.startswith(f"{what}-")
    }
    return sorted(int(one) for one in found if one.isdecimal())


def _next(fields: Typed, what: str) -> int:
    return max(_numbers(fields, what), default=-1) + 1
