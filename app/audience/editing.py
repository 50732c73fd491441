"""Change a question one step at a time, as the builder does; a place is a path from the top.

What is left empty disappears: a group without parts, a not without its part. None is a question
that has no condition yet.
"""

from app.audience.tree import And, Not, Or, Path, Predicate, all_of, any_of
from app.core.errors import NotFound


def part_at(query: Predicate | None, path: Path) -> Predicate:
    """Return what stands at a place; raise `NotFound`."""
    part = query
    for step in path:
        parts = _parts(part)
        if step >= len(parts):
            raise NotFound("No condition stands there.")
        part = parts[step]
    if part is None:
        raise NotFound("No condition stands there.")
    return part


def replaced(query: Predicate | None, path: Path, new: Predicate | None) -> Predicate | None:
    """Return the question with another part at a place; None takes it away."""
    if not path:
        return new
    part_at(query, path)
    parts = [
        replaced(part, path[1:], new) if number == path[0] else part
        for number, part in enumerate(_parts(query))
    ]
    left = [part for part in parts if part is not None]
    if not left:
        return None
    if isinstance(query, Not):
        return Not(left[0])
    return any_of(*left) if isinstance(query, Or) else all_of(*left)


def added(query: Predicate | None, path: Path, new: Predicate) -> Predicate:
    """Return the question with one more condition in the group at a place, or beside what is."""
    if query is None:
        return new
    there = part_at(query, path)
    joined = any_of(there, new) if isinstance(there, Or) else all_of(there, new)
    return replaced(query, path, joined) or joined


def alternative(query: Predicate, path: Path, new: Predicate) -> Predicate:
    """Return the question in which, at a place, either what stands there or the new one will do."""
    joined = any_of(part_at(query, path), new)
    return replaced(query, path, joined) or joined


def negated(query: Predicate, path: Path) -> Predicate:
    """Return the question with the opposite at a place."""
    there = part_at(query, path)
    opposite = there.part if isinstance(there, Not) else Not(there)
    return replaced(query, path, opposite) or opposite


def switched(query: Predicate, path: Path) -> Predicate:
    """Return the question whose group at a place joins by or what it joined by and, or back."""
    there = part_at(query, path)
    other: Predicate = there
    if isinstance(there, And):
        other = any_of(*there.parts)
    elif isinstance(there, Or):
        other = all_of(*there.parts)
    return replaced(query, path, other) or other


def _parts(part: Predicate | None) -> tuple[Predicate, ...]:
    if isinstance(part, And | Or):
        return part.parts
    return (part.part,) if isinstance(part, Not) else ()
