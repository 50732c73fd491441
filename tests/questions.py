"""Questions about people of every shape, for properties; their words are those of the tests."""

from hypothesis import strategies as st

from app.audience.tree import (
    FLAGS,
    MOMENTS,
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

FIELD_WORDS = {
    "stage": ("idle", "asking", "confirming"),
    "question": ("region", "income_band", ""),
    "channel": ("shop-1", "shop-2"),
    "first_channel": ("shop-1", "shop-2"),
    "form": ("personal", "business"),
    "tier": ("premium", "guarded"),
    "outcome": ("approve", "decline"),
    "reason": ("student", "debt_hurt", "overdue_now"),
    "hold": ("distress", "complaint"),
}
SET_WORDS = {
    "tag": ("behaviour", "behaviour.active", "behaviour.active_now", "size"),
    "consent": ("answers", "marketing"),
    "case": ("complaint", "review", "handover", "human"),
    "marker": ("stopped", "no_marketing"),
    "reach": ("custom", "template"),
}
ANSWERS = {
    "region": ("330100", "330200"),
    "age_band": ("18_24", "25_34"),
    "amount_fen": (1_000_000, 3_000_000, 5_000_000),
}
TAG_VALUES = ("yes", "small", "large")
KINDS = ("submitted", "messaged")
DETAILS = ("", "quota")
CLASSES = ("marketing", "service")

_DAYS = st.none() | st.integers(1, 40)
_TIMES = st.integers(1, 3)


def _moment(name: str, within: int | None, older: int | None) -> Moment:
    return Moment(
        name,
        within,
        None if within is not None and older is not None and older >= within else older,
    )


def _answered(question: str, picks: list[int], low: int | None, high: int | None) -> Answered:
    words = ANSWERS[question]
    values = tuple(dict.fromkeys(str(words[pick % len(words)]) for pick in picks))
    is_empty = low is not None and high is not None and low >= high
    return Answered(question, values, low, None if is_empty else high)


def _some(words: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(words), min_size=1, max_size=3, unique=True).map(tuple)


CONDITIONS: st.SearchStrategy[Predicate] = st.one_of(
    st.sampled_from(FLAGS).map(Flag),
    st.sampled_from(sorted(FIELD_WORDS)).flatmap(
        lambda field: st.builds(Is, st.just(field), _some(FIELD_WORDS[field]))
    ),
    st.sampled_from(sorted(SET_WORDS)).flatmap(
        lambda kind: st.builds(Has, st.just(kind), st.sampled_from(SET_WORDS[kind]))
    ),
    st.builds(Has, st.just("tag"), st.sampled_from(SET_WORDS["tag"]), _some(TAG_VALUES)),
    st.builds(
        _answered,
        st.sampled_from(sorted(ANSWERS)),
        st.lists(st.integers(0, 2), max_size=2),
        st.none() | st.sampled_from([0, 1_000_000, 3_000_001]),
        st.none() | st.sampled_from([1_000_001, 3_000_000, 9_000_000]),
    ),
    st.builds(Did, st.sampled_from(KINDS), st.none() | st.sampled_from(DETAILS), _TIMES, _DAYS),
    st.builds(Received, st.sampled_from(CLASSES), _TIMES, _DAYS),
    st.builds(_moment, st.sampled_from(MOMENTS), _DAYS, _DAYS),
    st.builds(
        lambda seed, low, width: Bucket(seed, low, min(low + width, 100)),
        st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=8),
        st.integers(0, 99),
        st.integers(1, 100),
    ),
)
QUESTIONS: st.SearchStrategy[Predicate] = st.recursive(
    CONDITIONS,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: all_of(*parts)),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: any_of(*parts)),
    ),
    max_leaves=8,
)
