"""Every failure has a sentence of its own, fit to show, and the drawn tree is the real one."""

import inspect
import re

import pytest

from app.core import errors
from app.core.errors import BadEnvelope, BadSettings, Failure, NotFound, PlatformRefused

FAILURES = [
    one
    for one in vars(errors).values()
    if inspect.isclass(one) and issubclass(one, Failure) and "__init__" not in vars(one)
]


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failure_without_words_says_its_docstring(failure):
    assert str(failure()) == failure.__doc__.splitlines()[0]


def test_given_words_stand():
    assert str(NotFound("No such link.")) == "No such link."


def test_mistakes_are_listed_one_a_line():
    refused = BadSettings(["A is needed", "B is wrong"])
    assert refused.mistakes == ["A is needed", "B is wrong"]
    assert str(refused).splitlines()[1:] == ["  - A is needed", "  - B is wrong"]


def test_what_cannot_be_understood_names_its_kind():
    assert BadEnvelope("xml").kind == "xml"
    assert "xml" in str(BadEnvelope("xml"))


def test_a_refusal_tells_the_code_and_why():
    told = str(PlatformRefused(45015, "close_window", "the time to answer is over"))
    assert "45015" in told
    assert "the time to answer is over" in told
    assert "bug" in str(PlatformRefused(1, "bug"))


def test_the_tree_that_the_module_draws_is_the_tree_that_is_there():
    drawn = re.findall(r"^(?:[│ ]*[├└]── )?([A-Z]\w+)", errors.__doc__, re.MULTILINE)
    real = [one.__name__ for one in vars(errors).values() if inspect.isclass(one)]
    assert set(drawn) - {"Everything"} == set(real)
