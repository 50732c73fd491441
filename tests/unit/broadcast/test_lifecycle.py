"""The life of a campaign, act by act."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.broadcast.lifecycle import LAUNCHED, OVER, Act, State, after, may
from app.core.errors import NotAllowed

ACTS = st.lists(st.sampled_from(list(Act)), max_size=40)


def lived(acts):
    """Do what may be done of these acts, in their order; return every state on the way."""
    states = [State.DRAFT]
    for act in acts:
        if may(act, states[-1]):
            states.append(after(act, states[-1]))
    return states


def test_the_ordinary_life_leads_from_draft_to_finished():
    acts = [Act.REHEARSE, Act.APPROVE, Act.SCHEDULE, Act.LAUNCH, Act.PAUSE, Act.RESUME, Act.FINISH]
    assert lived(acts) == [
        *(State.DRAFT, State.REHEARSED, State.APPROVED, State.SCHEDULED, State.SENDING),
        *(State.PAUSED, State.SENDING, State.FINISHED),
    ]


@given(ACTS)
def test_nothing_is_sent_that_was_not_approved_since_its_last_edit(acts):
    states = lived(acts)
    for before, here in itertools.pairwise(states):
        if here is State.SENDING:
            assert before in (State.APPROVED, State.SCHEDULED, State.PAUSED)
        if here is State.APPROVED:
            assert before is State.REHEARSED


@given(ACTS)
def test_what_is_over_stays_over_and_what_was_launched_is_never_edited(acts):
    states = lived(acts)
    for before, here in itertools.pairwise(states):
        assert before not in OVER
        assert not (before in LAUNCHED and here is State.DRAFT)


@pytest.mark.parametrize("state", [State.DRAFT, State.REHEARSED, State.APPROVED, State.SCHEDULED])
def test_an_edit_leads_back_to_draft(state):
    assert after(Act.EDIT, state) is State.DRAFT


@pytest.mark.parametrize(
    ("act", "state", "why"),
    [
        (Act.APPROVE, State.DRAFT, "not_rehearsed"),
        (Act.LAUNCH, State.REHEARSED, "not_approved"),
        (Act.PAUSE, State.FINISHED, "not_in_this_state"),
    ],
)
def test_what_may_not_be_done_says_why(act, state, why):
    with pytest.raises(NotAllowed) as refused:
        after(act, state)
    assert refused.value.why == why
