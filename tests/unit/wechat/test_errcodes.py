"""The error table says something about every code that it lists, and is careful about others."""

from typing import get_args

from app.wechat.errcodes import TABLE, Action, refusal


def test_every_row_has_an_action_and_a_sentence():
    assert {row.action for row in TABLE.values()} == set(get_args(Action))
    assert all(row.sentence for row in TABLE.values())


def test_only_what_may_pass_by_itself_is_tried_again():
    retried = {code for code, row in TABLE.items() if row.action in ("retry", "retry_later")}
    # 40059: the status of a mass send that is asked for too soon.
    assert retried == {-1, 40059, 45009, 45011, 45066, 45159}


def test_a_code_that_nobody_documented_is_never_tried_again():
    assert refusal(123456).action == "bug"


def test_a_refusal_is_a_sentence_for_an_operator():
    assert str(refusal(45047)) == (
        "The platform refused with 45047: the allowance of messages is used up."
    )
