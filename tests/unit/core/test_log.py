"""Logs are JSON lines that carry a trail and hide personal values, ours and the libraries'."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from app.core.log import configure, cut_traceback, get_logger, redact, trail


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Iterator[object]:
    """Configure logging to a captured stderr; return what was said, and undo it all."""
    handlers, level = logging.root.handlers[:], logging.root.level
    before = structlog.get_config()

    def lines() -> list[dict[str, object]]:
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    yield lines
    structlog.configure(**before)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def configured(level="info"):
    """Configure, whatever this process had configured before."""
    configure.__wrapped__(level)


def fresh_logger():
    """A logger that remembers no earlier configuration."""
    return get_logger().new()


@pytest.mark.parametrize(
    ("event", "clean"),
    [
        ({"openid": "o1"}, {"openid": "•••"}),
        ({"row": {"words": "三万"}}, {"row": {"words": "•••"}}),
        ({"rows": [{"a": ({"label": "x"},)}]}, {"rows": [{"a": [{"label": "•••"}]}]}),
        ({"openid": {"n": 1}}, {"openid": "•••"}),
        ({"code": 45015, "message": "id"}, {"code": 45015, "message": "id"}),
    ],
)
def test_personal_fields_are_dots_at_any_depth(event, clean):
    assert redact(None, "info", event) == clean


def test_a_line_is_json_with_its_level_and_time(said):
    configured()
    fresh_logger().info("happened", count=2)
    (line,) = said()
    assert (line["event"], line["level"], line["count"]) == ("happened", "info", 2)
    assert line["timestamp"].endswith("Z")


def test_every_line_inside_a_trail_carries_it_and_none_after(said):
    configured()
    with trail("t-1", kind="Text"):
        with trail("t-2"):
            fresh_logger().info("inner")
        fresh_logger().info("outer")
    fresh_logger().info("after")
    inner, outer, after = said()
    assert (inner["trail"], inner["kind"]) == ("t-2", "Text")
    assert outer["trail"] == "t-1"
    assert "trail" not in after


def test_less_than_the_level_is_not_said(said):
    configured("warning")
    fresh_logger().info("quiet")
    fresh_logger().warning("loud")
    assert [line["event"] for line in said()] == ["loud"]


def test_lines_of_libraries_are_json_too_and_carry_the_trail(said):
    configured()
    with trail("t-1"):
        logging.getLogger("some.library").warning("slow answer")
        logging.getLogger("some.library").info("chatter")
    (line,) = said()
    assert (line["event"], line["trail"], line["level"]) == ("slow answer", "t-1", "warning")


def test_an_exception_is_its_type_and_place_and_none_of_its_words(said):
    configured()
    try:
        int("三万元")
    except ValueError as error:
        fresh_logger().error("unforeseen", exc_info=error)
        fresh_logger().exception("unforeseen")
        logging.getLogger("some.library").exception("failed")
    lines = said()
    assert [line["error"] for line in lines] == ["ValueError"] * 3
    assert all("test_an_exception" in line["where"] for line in lines)
    assert "三万元" not in json.dumps(lines, ensure_ascii=False)


def test_a_traceback_in_the_words_of_a_library_is_cut():
    said = (
        "Worker 1: job failed\nTraceback (most recent call last):\n"
        '  File "base.py", line 1\nrq.exceptions.InvalidJobOperation: openid o123 is gone\n'
    )
    event = cut_traceback(None, "error", {"event": said})
    assert event == {"event": "Worker 1: job failed", "error": "rq.exceptions.InvalidJobOperation"}
    assert cut_traceback(None, "info", {"event": "delivery"}) == {"event": "delivery"}
