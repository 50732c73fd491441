"""One step of the builder at a time: what is added is there, what is removed is gone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.audience import editing
from app.audience.parser import parse
from app.audience.printer import to_lines, to_text
from app.audience.protections import is_restricted, restricted
from app.audience.tree import And, Flag, Has, Not, Or, Path, Predicate, walk
from app.core.errors import NotFound
from tests.questions import QUESTIONS

NEW = Has("tag", "quite.new")


def places(query: Predicate, path: Path = ()) -> list[Path]:
    parts = query.parts if isinstance(query, And | Or) else ()
    inner = (query.part,) if isinstance(query, Not) else parts
    return [path, *(one for n, part in enumerate(inner) for one in places(part, (*path, n)))]


def holds(query: Predicate | None, condition: Predicate) -> bool:
    return query is not None and any(one == condition for _path, one in walk(query))


@given(QUESTIONS, st.data())
def test_what_is_added_anywhere_is_there_and_can_be_taken_away(
    query: Predicate, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(places(query)))
    for grown in (editing.added(query, path, NEW), editing.alternative(query, path, NEW)):
        assert holds(grown, NEW)
        (there,) = [place for place, one in walk(grown) if one == NEW]
        assert not holds(editing.replaced(grown, there, None), NEW)
        assert parse(to_text(grown)) == grown


@given(QUESTIONS, st.data())
def test_the_opposite_of_the_opposite_is_what_was(query: Predicate, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(places(query)))
    there = editing.part_at(query, path)
    once = editing.negated(query, path)
    if not isinstance(there, Not):
        assert editing.negated(once, path) == query


@given(QUESTIONS, st.data())
def test_every_step_leaves_a_question_that_reads_back(
    query: Predicate, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(places(query)))
    for changed in (
        editing.switched(query, path),
        editing.negated(query, path),
        editing.replaced(query, path, None),
    ):
        assert changed is None or parse(to_text(changed)) == changed


def test_a_group_that_became_empty_disappears() -> None:
    query = parse("follows and not (muted or imported)")
    assert editing.replaced(query, (1, 0), None) == Flag("follows")
    assert editing.replaced(Flag("follows"), (), None) is None


@pytest.mark.parametrize("path", [(2,), (0, 0), (1, 0, 0)])
def test_a_place_that_is_not_there_is_not_found(path: Path) -> None:
    query = parse("follows and not muted")
    with pytest.raises(NotFound):
        editing.part_at(query, path)
    with pytest.raises(NotFound):
        editing.replaced(query, path, None)


def test_an_empty_question_has_no_places() -> None:
    assert editing.added(None, (), NEW) == NEW
    with pytest.raises(NotFound):
        editing.part_at(None, ())


def test_lines_show_each_condition_under_its_joint() -> None:
    assert to_lines(parse("follows and not (muted or imported)")) == [
        "and", "  follows", "  not", "    or", "      muted", "      imported",
    ]  # fmt: skip


@given(QUESTIONS)
def test_narrowing_to_those_who_consented_is_done_once(query: Predicate) -> None:
    narrowed = restricted(query)
    assert is_restricted(narrowed)
    assert restricted(narrowed) == narrowed


def test_a_consent_among_alternatives_restricts_nobody() -> None:
    assert not is_restricted(parse('follows or consent:"marketing_profile"'))
    assert not is_restricted(parse('not consent:"marketing_profile"'))
