"""What becomes of a recipient, and the counts of all of them."""

from hypothesis import given
from hypothesis import strategies as st

from app.broadcast.outcomes import (
    FINAL,
    OPEN,
    REASONED,
    Counted,
    Outcome,
    before,
    may_follow,
    tally,
)

COUNTED = st.lists(
    st.builds(
        Counted,
        variant=st.sampled_from(["", "A", "B"]),
        state=st.sampled_from(list(Outcome)),
        reason=st.sampled_from(["quiet_hours", "40003"]),
        people=st.integers(0, 1000),
    )
)


def test_what_was_sent_is_never_sent_again():
    reachable, todo = set(), [Outcome.SENT, Outcome.UNKNOWN]
    while todo:
        state = todo.pop()
        for one in Outcome:
            if may_follow(state, one) and one not in reachable:
                reachable.add(one)
                todo.append(one)
    assert not reachable & (OPEN | {Outcome.SKIPPED})


def test_every_state_ends_somewhere_final():
    assert frozenset({Outcome.CONFIRMED, Outcome.SKIPPED, Outcome.FAILED}) == FINAL
    assert all(any(may_follow(state, one) for one in Outcome) for state in set(Outcome) - FINAL)


def test_the_states_before_are_those_that_may_be_followed():
    for state in Outcome:
        assert before(state) == {one for one in Outcome if may_follow(one, state)}


@given(COUNTED)
def test_states_are_disjoint_and_sum_to_the_recipients(rows):
    whole, variants = tally(rows)
    assert whole.recipients == sum(one.people for one in rows)
    told = whole.to_json()
    plain = sum(told[state] for state in Outcome if state not in REASONED)
    reasoned = sum(told["skipped"].values()) + sum(told["failed"].values())
    assert plain + reasoned == told["recipients"]
    named = sum(one.people for one in rows if one.variant)
    assert sum(one.recipients for one in variants.values()) == named
