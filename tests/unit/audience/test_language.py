"""The language of questions about people: what is printed reads back, what is wrong is placed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.audience.codec import from_json, to_json
from app.audience.parser import MOST_CHARACTERS, parse, parse_with_places
from app.audience.printer import to_text
from app.audience.problems import Misread, Problem
from app.audience.tree import (
    Answered,
    Bucket,
    Did,
    Flag,
    Has,
    Is,
    Moment,
    Not,
    Predicate,
    Received,
    all_of,
    any_of,
)
from tests.questions import QUESTIONS

EXAMPLE = (
    'follows and not tag:"behaviour.sleeping" and answered("region", "330100")'
    ' and did("submitted", at_least=2, within_days=30)'
    ' and not received("marketing", within_days=7) and bucket("launch", 0, 10)'
)


def problems_of(text: str) -> tuple[Problem, ...]:
    try:
        parse(text)
    except Misread as misread:
        return misread.problems
    return ()


@given(QUESTIONS)
def test_what_is_printed_reads_back_as_itself(query: Predicate) -> None:
    assert parse(to_text(query)) == query


@given(QUESTIONS)
def test_what_is_kept_as_json_reads_back_as_itself(query: Predicate) -> None:
    assert from_json(to_json(query)) == query


@given(QUESTIONS)
def test_a_text_has_one_canonical_form(query: Predicate) -> None:
    text = to_text(query)
    assert to_text(parse(text)) == text


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_its_place(text: str) -> None:
    problems = problems_of(text)
    assert all(0 <= problem.position <= len(text) for problem in problems)


def test_the_example_of_the_documents_means_what_it_says() -> None:
    assert parse(EXAMPLE) == all_of(
        Flag("follows"),
        Not(Has("tag", "behaviour.sleeping")),
        Answered("region", ("330100",)),
        Did("submitted", at_least=2, within_days=30),
        Not(Received("marketing", within_days=7)),
        Bucket("launch", 0, 10),
    )
    assert to_text(parse(EXAMPLE)) == EXAMPLE


def test_all_is_everyone_who_follows() -> None:
    assert parse("all") == Flag("follows")


def test_and_binds_more_tightly_than_or() -> None:
    query = parse("follows or muted and imported")
    assert query == any_of(Flag("follows"), all_of(Flag("muted"), Flag("imported")))
    assert to_text(query) == "follows or muted and imported"
    assert to_text(parse("(follows or muted) and imported")) == "(follows or muted) and imported"


def test_full_width_signs_and_chinese_joints_are_read() -> None:
    written = "follows 且 非（stage = “asking” 或 tag：「size」 in （“a”，“b”））"
    assert to_text(parse(written)) == (
        'follows and not (stage = "asking" or tag:"size" in ("a", "b"))'
    )


def test_different_from_is_read_as_not() -> None:
    assert parse('stage != "idle"') == Not(Is("stage", ("idle",)))


def test_moments_lie_within_or_before_some_days() -> None:
    query = parse("left_form(older_than_days=3) and seen(within_days=30)")
    assert query == all_of(Moment("left_form", older_than_days=3), Moment("seen", within_days=30))


def test_places_are_those_of_the_conditions_in_order() -> None:
    text = 'follows and (not muted or stage = "idle")'
    places = parse_with_places(text).places
    assert [text[start : start + length] for start, length in places] == [
        "follows",
        "muted",
        'stage = "idle"',
    ]


@pytest.mark.parametrize(
    ("text", "code", "position", "understood"),
    [
        ("", "empty", 0, "condition"),
        ("follows and", "ends_early", 11, "condition"),
        ("folows", "unknown_condition", 0, "follows"),
        ('follows tag:"x"', "unexpected", 8, "and"),
        ("follows @", "character", 8, "and"),
        ('tag:"size', "open_quote", 4, "quoted"),
        ("(follows", "ends_early", 8, ")"),
        ("stage", "other_shape", 0, "shape_field"),
        ("follows()", "other_shape", 0, "shape_flag"),
        ("did(3)", "wrong_kind", 4, "quoted"),
        ('did("submitted", often=2)', "unknown_argument", 17, "at_least"),
        ('did("submitted", at_least=2, at_least=3)', "argument_twice", 29, ""),
        ('bucket("a", 1)', "argument_missing", 0, "high"),
        ('bucket("a", 1, 2, 3)', "too_many_arguments", 18, ""),
        ('bucket("a", 50, 20)', "empty_range", 0, ""),
        ('did("submitted", within_days=0)', "number_out_of_range", 0, ""),
    ],
)
def test_a_mistake_is_named_and_placed(
    text: str, code: str, position: int, understood: str
) -> None:
    with pytest.raises(Misread) as caught:
        parse(text)
    (problem,) = caught.value.problems
    assert (problem.code, problem.position) == (code, position)
    assert not understood or understood in problem.understood


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (" and ".join(["follows"] * 70), "too_many"),
        ("not " * 20 + "follows", "too_deep"),
        ("(" * 1500 + "follows" + ")" * 1500, "too_deep"),
        ("x" * (MOST_CHARACTERS + 1), "too_long"),
    ],
)
def test_a_question_stays_within_what_can_be_read(text: str, code: str) -> None:
    with pytest.raises(Misread) as caught:
        parse(text)
    assert [problem.code for problem in caught.value.problems] == [code]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"if": "nothing"},
        {"all": []},
        {"not": "follows"},
        {"any": "follows"},
        {"if": "stage"},
        {"if": "tag"},
        {"if": "did", "kind": "submitted", "at_least": "many"},
        {"if": "did", "kind": "submitted", "often": 2},
        {"if": "bucket", "seed": "a", "low": 50, "high": 20},
    ],
)
def test_json_of_another_shape_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(Misread):
        from_json(data)


def test_numbers_from_a_form_are_read() -> None:
    data = {"if": "did", "kind": "submitted", "at_least": "2", "within_days": None}
    assert from_json(data) == Did("submitted", at_least=2)
