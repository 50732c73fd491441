"""Put the arguments of a call in their places; the same rules read text, JSON and the builder."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.audience.problems import Misread, Problem
from app.audience.signatures import Argument, Signature
from app.audience.tree import Condition, Moment

Place = tuple[int, int]
Value = str | int | tuple[str, ...] | None
_MOST_NUMBER = 10**15


@dataclass(frozen=True, slots=True)
class Given:
    """One argument as it was written; without a name it stands by place."""

    name: str
    value: str | int
    place: Place


def bind(signature: Signature, given: Sequence[Given], place: Place) -> Condition:
    """Return the condition that these arguments make; raise `Misread`."""
    by_place = [one for one in given if not one.name]
    by_name = [one for one in given if one.name]
    values = _placed(signature, by_place, place) | _named(signature, by_name)
    return finish(signature, values, place)


def finish(signature: Signature, values: dict[str, Value], place: Place) -> Condition:
    """Fill what was left out, check the numbers, and return the condition; raise `Misread`."""
    for argument in signature.arguments:
        if values.get(argument.name) is None:
            values[argument.name] = _left_out(signature, argument, place)
        _check(argument, values[argument.name], place)
    own = {"name": signature.word} if signature.node is Moment else {}
    made: Condition = signature.node(**own, **values)
    low, high = _range(values)
    if low is not None and high is not None and low >= high:
        raise Misread(Problem("empty_range", *place, more={"low": low, "high": high}))
    return made


def plain(word: str, place: Place) -> str:
    """Return a word that can be shown and stored; raise `Misread` for control characters."""
    hidden = next((one for one in word if not one.isprintable()), None)
    if hidden is not None:
        raise Misread(Problem("character", *place, f"U+{ord(hidden):04X}"))
    return word


def _placed(signature: Signature, given: Sequence[Given], place: Place) -> dict[str, Value]:
    values: dict[str, Value] = {}
    left = list(given)
    for argument in signature.arguments:
        if argument.by_name or not left:
            continue
        if argument.kind == "words":
            values[argument.name] = tuple(str(_typed(argument, one)) for one in left)
            left = []
        else:
            values[argument.name] = _typed(argument, left.pop(0))
    if left:
        raise Misread(Problem("too_many_arguments", *left[0].place, str(left[0].value)))
    _need_all_placed(signature, values, place)
    return values


def _need_all_placed(signature: Signature, values: dict[str, Value], place: Place) -> None:
    for argument in signature.arguments:
        if not argument.by_name and not argument.optional and argument.name not in values:
            raise Misread(Problem("argument_missing", *place, signature.word, (argument.name,)))


def _named(signature: Signature, given: Sequence[Given]) -> dict[str, Value]:
    known = {argument.name: argument for argument in signature.arguments if argument.by_name}
    values: dict[str, Value] = {}
    for one in given:
        if one.name not in known:
            raise Misread(Problem("unknown_argument", *one.place, one.name, tuple(known)))
        if one.name in values:
            raise Misread(Problem("argument_twice", *one.place, one.name))
        values[one.name] = _typed(known[one.name], one)
    return values


def _typed(argument: Argument, one: Given) -> str | int:
    wanted = "number" if argument.kind == "number" else "quoted"
    if isinstance(one.value, int) != (argument.kind == "number"):
        raise Misread(Problem("wrong_kind", *one.place, str(one.value), (wanted,)))
    return one.value


def _left_out(signature: Signature, argument: Argument, place: Place) -> Value:
    if argument.kind == "words":
        return ()
    if not argument.optional:
        raise Misread(Problem("argument_missing", *place, signature.word, (argument.name,)))
    return argument.default


def _check(argument: Argument, value: Value, place: Place) -> None:
    if not isinstance(value, int):
        return
    most = argument.most if argument.most is not None else _MOST_NUMBER
    if not argument.least <= value <= most:
        limits: dict[str, int | str] = {
            "least": argument.least,
            "most": most,
            "name": argument.name,
        }
        raise Misread(Problem("number_out_of_range", *place, str(value), more=limits))


def _range(values: dict[str, Value]) -> tuple[int | None, int | None]:
    for low, high in (("low", "high"), ("at_least", "below"), ("older_than_days", "within_days")):
        one, other = values.get(low), values.get(high)
        if isinstance(one, int) and isinstance(other, int):
            return one, other
    return None, None
