"""An edited answer takes its figures from the product record of the day, and from nowhere else."""

from dataclasses import replace

import pytest

from app.core.access import Role
from app.core.errors import NotFound
from app.dialogue.edition import Keyword
from app.dialogue.editions import keywords_to_json
from app.steps import contents as checks
from app.steps.product_record import record_values
from tests.builders import say
from tests.console import an_actor
from tests.integration.contents.test_releases import released

PRICE = Keyword("price", ("月光计划",), "{机构}：{年化区间}。")


def problems(deps, answer):
    body = keywords_to_json((replace(PRICE, answer=answer),))
    return [
        (one.code, one.rule) for one in checks.problems(deps, "keywords", body, deps.clock.now())
    ]


@pytest.mark.parametrize("price", ["年化12%–21.6%", "20万元", "手续500元", "12期"])
def test_a_figure_written_by_hand_is_not_released(deps, price):
    assert problems(deps, f"我们：{price}") == [("wording", "M-02")]


def test_a_variable_that_nobody_knows_is_told_once(deps):
    assert problems(deps, "{没有的}") == [("unknown_placeholder", "")]


def test_the_record_of_the_day_is_said_in_its_place(deps):
    maker, checker = an_actor(deps, Role.OPERATOR), an_actor(deps, Role.APPROVER)
    assert problems(deps, PRICE.answer) == []
    released(deps, maker, checker, keywords_to_json((PRICE,)))
    told = say(deps, "月光计划")
    assert record_values(deps, deps.clock.now())["年化区间"] in told
    assert "{" not in told


def test_without_a_record_that_holds_the_words_are_not_said(deps):
    maker, checker = an_actor(deps, Role.OPERATOR), an_actor(deps, Role.APPROVER)
    released(deps, maker, checker, keywords_to_json((PRICE,)))

    def lapsed():
        raise NotFound("No policy.")

    assert "年化" not in say(replace(deps, rulebook=lapsed), "月光计划")
