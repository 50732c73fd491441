"""A question may only speak of what exists, and says which guarded facts it reads."""

import pytest

from app.audience.parser import parse, parse_with_places
from app.audience.vocabulary import QuestionWords, TagWords, Vocabulary, check, uses

WORDS = Vocabulary(
    questions={
        "region": QuestionWords("所在城市", {"330100": "杭州"}),
        "amount_fen": QuestionWords("想借的金额", is_number=True),
        "income_band": QuestionWords("每月到手收入", {"lt_4k": "4千以下"}, is_sensitive=True),
    },
    tags={
        "behaviour.sleeping": TagWords("沉睡"),
        "means.level": TagWords("还款能力", {"high": "强"}, frozenset({"income_band"})),
    },
    domains={
        "stage": {"idle": "", "asking": ""},
        "event": {"submitted": "", "reached": "", "menu": ""},
        "message_class": {"marketing": ""},
        "tag": {},
    },
)


@pytest.mark.parametrize(
    ("text", "code", "found"),
    [
        ('stage = "askin"', "unknown_word", "askin"),
        ('tag:"behaviour.sleepy"', "unknown_word", "behaviour.sleepy"),
        ('tag:"behaviour.sleeping" = "x"', "takes_no_value", "behaviour.sleeping"),
        ('tag:"means.level" = "low"', "unknown_word", "low"),
        ('answered("city")', "unknown_word", "city"),
        ('answered("region", "999999")', "unknown_word", "999999"),
        ('answered("region", at_least=3)', "not_a_number", "region"),
        ('did("ran")', "unknown_word", "ran"),
        ('did("reached", detail="city")', "unknown_word", "city"),
        ('received("ads")', "unknown_word", "ads"),
        ('bucket("", 0, 10)', "argument_missing", "bucket"),
    ],
)
def test_a_word_that_nothing_goes_by_is_found(text: str, code: str, found: str) -> None:
    parsed = parse_with_places(f"follows and not {text}")
    (problem,) = check(parsed.query, WORDS, parsed.places)
    assert (problem.code, problem.found, problem.condition) == (code, found, 1)
    assert (problem.position, problem.length) == (16, len(text))


@pytest.mark.parametrize(
    "text",
    [
        'stage = "asking" and answered("region", "330100")',
        'answered("amount_fen", at_least=1, below=5)',
        'answered("amount_fen", "3000000")',
        'did("menu", detail="anything") and did("reached", detail="region")',
        'channel = "any-shop" and consent:"marketing"',
        'tag:"means.level" = "high" and bucket("a", 0, 10) and seen()',
    ],
)
def test_what_exists_passes(text: str) -> None:
    assert check(parse(text), WORDS) == ()


def test_the_nearest_word_is_offered() -> None:
    (problem,) = check(parse('stage = "askin"'), WORDS)
    assert problem.understood == ("asking",)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('follows and answered("region")', set()),
        ('not answered("income_band", "lt_4k")', {"income_band"}),
        ('tier = "premium" or reason = "student"', {"tier", "reason"}),
        ('tag:"means"', {"income_band"}),
        ('tag:"behaviour.sleeping" and outcome = "approve"', set()),
    ],
)
def test_guarded_facts_are_named_however_deep(text: str, read: set[str]) -> None:
    assert uses(parse(text), WORDS) == read
