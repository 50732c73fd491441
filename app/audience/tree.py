"""What a question about people is made of: conditions, joined by and, or, not.

Every node is a frozen dataclass, so equal questions are equal values. `all_of` and `any_of` build
the joints flat; a tree that went through them prints and reads back as itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass

FLAGS = ("follows", "muted", "imported", "on_hold", "opted_out", "has_offer")
FIELDS = (
    "stage",
    "question",
    "channel",
    "first_channel",
    "form",
    "tier",
    "outcome",
    "reason",
    "hold",
)
SETS = ("tag", "consent", "case", "marker", "reach")
MOMENTS = ("followed", "seen", "wrote", "left_form", "submitted", "decided")


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that is so or not: `follows`."""

    name: str


@dataclass(frozen=True, slots=True)
class Is:
    """A field has one of these values: `stage in ("asking", "sensitive")`.

    `stage`, `question`: where the conversation stands. `channel`: the latest. `tier`, `outcome` and
    `reason` are those of the latest decision; `form` is that of the latest enquiry.
    """

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Has:
    """Something is among what the person holds: `tag:"size" = "small"`, `consent:"marketing"`.

    A tag stands for everything below it; only tags take values. `case`: open now. `reach`: a
    channel that the ledger holds now, whether or not we may use it.
    """

    kind: str
    name: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer of the latest enquiry that stands: any, one of these codes, or a number between."""

    question: str
    values: tuple[str, ...] = ()
    at_least: int | None = None
    below: int | None = None


@dataclass(frozen=True, slots=True)
class Did:
    """Something happened at least so often, in the last days or ever; counted from the events."""

    kind: str
    detail: str | None = None
    at_least: int = 1
    within_days: int | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """Messages of a class that went out to the person; what may have arrived counts as arrived."""

    message_class: str
    at_least: int = 1
    within_days: int | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """The last time of something lies within, or before, the last days; neither: it happened.

    `left_form` is the last touch of a form that is still open.
    """

    name: str
    within_days: int | None = None
    older_than_days: int | None = None


@dataclass(frozen=True, slots=True)
class Bucket:
    """A stable random share: of a hundred buckets, those from `low` up to, without, `high`."""

    seed: str
    low: int
    high: int


Condition = Flag | Is | Has | Answered | Did | Received | Moment | Bucket


@dataclass(frozen=True, slots=True)
class And:
    """All of these."""

    parts: tuple["Predicate", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of these."""

    parts: tuple["Predicate", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Anything but this."""

    part: "Predicate"


Predicate = Condition | And | Or | Not
Path = tuple[int, ...]
"""Where a node is: the number of the branch taken at each joint from the top."""


def all_of(*parts: Predicate) -> Predicate:
    """Join by and, without an And inside an And."""
    flat = tuple(inner for part in parts for inner in _inner(part, And))
    return flat[0] if len(flat) == 1 else And(flat)


def any_of(*parts: Predicate) -> Predicate:
    """Join by or, without an Or inside an Or."""
    flat = tuple(inner for part in parts for inner in _inner(part, Or))
    return flat[0] if len(flat) == 1 else Or(flat)


def walk(query: Predicate, path: Path = ()) -> Iterator[tuple[Path, Condition]]:
    """Yield every condition with its place, from left to right."""
    if isinstance(query, And | Or):
        for number, part in enumerate(query.parts):
            yield from walk(part, (*path, number))
    elif isinstance(query, Not):
        yield from walk(query.part, (*path, 0))
    else:
        yield path, query


def depth(query: Predicate) -> int:
    """Return how many joints lie between the top and the deepest condition."""
    if isinstance(query, And | Or):
        return 1 + max(depth(part) for part in query.parts)
    return 1 + depth(query.part) if isinstance(query, Not) else 0


def _inner(part: Predicate, joint: type[And] | type[Or]) -> tuple[Predicate, ...]:
    return part.parts if isinstance(part, joint) else (part,)


EVERYONE = Flag("follows")
"""Everyone who follows; `all` is another word for it."""
