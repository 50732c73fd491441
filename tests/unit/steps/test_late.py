"""A delivery that waits for its turn comes back as it was, whatever it was."""

import json
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import types
from app.core.types import Inbound, JobFinished, Secret, Text
from app.steps import late

KINDS = sorted(
    (
        one
        for one in vars(types).values()
        if isinstance(one, type) and issubclass(one, Inbound) and one is not Inbound
    ),
    key=lambda one: one.__name__,
)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_comes_back_equal(kind):
    @given(st.builds(kind))
    def comes_back(inbound):
        assert late.from_bytes(late.to_bytes(inbound)) == inbound

    comes_back()


@pytest.mark.parametrize("kind", KINDS)
def test_every_personal_value_is_dots_again(kind):
    @given(st.builds(kind))
    def is_hidden(inbound):
        again = late.from_bytes(late.to_bytes(inbound))
        for field in fields(inbound):
            if isinstance(getattr(inbound, field.name), Secret):
                assert str(getattr(again, field.name)) == "•••"

    is_hidden()


def test_what_is_kept_is_json_that_names_its_kind():
    words = Text(account="gh", openid=Secret("o1"), created_at=1, delivery_id="1", words=Secret(""))
    assert json.loads(late.to_bytes(words))["type"] == "Text"


def test_counts_named_like_the_mark_of_a_secret_do_not_break_it():
    job = JobFinished(
        account="gh", openid=Secret("o1"), created_at=1, delivery_id="1",
        job="mass", message_id="7", status="ok", counts={"sent": 2},
    )  # fmt: skip
    assert late.from_bytes(late.to_bytes(job)) == job


def test_a_kind_that_nobody_knows_is_refused():
    with pytest.raises(KeyError):
        late.from_bytes(b'{"type": "Poke"}')
