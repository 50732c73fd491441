"""Structured logs, one JSON line an event, that carry a trail id and never personal data."""

import logging
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars

SEALED_FIELDS = frozenset(
    {
        "openid",
        "unionid",
        "name",
        "phone",
        "id_number",
        "bank_card",
        "address",
        "words",
        "text",
        "content",
        "reply",
        "note",
        "position",
        "label",
        "answers",
        "answer",
        "body",
        "data",
        "touser",
        "city",
        "income_band",
        "debt_band",
        "revenue_band",
        "firm_debt_band",
        "credit_record",
        "good_time",
        "passed_note",
        "proposal",
        "secret",
        "token",
        "access_token",
        "password",
        "prompt",
        "openid_sealed",
        "position_sealed",
        "words_sealed",
        "reply_sealed",
        "text_sealed",
        "answer_sealed",
        "contact",
        "contact_sealed",
        "note_sealed",
        "passed_note_sealed",
        "proposal_sealed",
        "dossier",
        "dossier_sealed",
        "upload",
        "upload_sealed",
        "wrapped_key",
        "openid_index",
        "token_index",
        "inputs",
        "password_hash",
        "totp_sealed",
        "token_hash",
        "values_sealed",
        "phone_sealed",
        "phone_index",
        "csv_sealed",
        "xlsx_sealed",
        "csv",
        "xlsx",
        "totp",
        "values",
    }
)
"""Field names whose values are personal or secret: their values never reach a log."""


_TRACEBACK = "Traceback (most recent call last)"


def redact(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace the value of every personal or secret field, at any depth, with dots."""
    for key, value in event.items():
        event[key] = "•••" if key in SEALED_FIELDS else _clean(value)
    return event


def place_of(error: BaseException) -> str:
    """Name the place where an exception came up: enough to find it, nothing of what it says."""
    frames = error.__traceback__
    while frames is not None and frames.tb_next is not None:
        frames = frames.tb_next
    return f"{frames.tb_frame.f_code.co_qualname}:{frames.tb_lineno}" if frames else ""


def name_exception(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace an exception by its type and place: its text may quote what a person wrote."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["error"], event["where"] = type(error).__name__, place_of(error)
    return event


def cut_traceback(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Cut a traceback that a library wrote into its message; keep the kind of its exception."""
    said = str(event.get("event", ""))
    head, found, traceback = said.partition(_TRACEBACK)
    if found:
        event["event"] = head.strip() or "exception"
        event["error"] = traceback.strip().splitlines()[-1].partition(":")[0]
    return event


def _clean(value: Any) -> Any:  # noqa: ANN401 - a log value is anything
    if isinstance(value, dict):
        return {k: "•••" if k in SEALED_FIELDS else _clean(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value


@cache
def configure(level: str = "info") -> None:
    """Send every log line of this process, ours and the libraries', to stderr as JSON.

    Once: a logger that has spoken keeps the configuration of that moment.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_exception,
        cut_traceback,
        redact,
    ]
    structlog.configure(
        processors=[
            *shared,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processor=structlog.processors.JSONRenderer(ensure_ascii=False),
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def get_logger() -> structlog.typing.FilteringBoundLogger:
    """Return the logger; every line carries what `trail` has bound."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return logger


@contextmanager
def trail(trail_id: str, **facts: str) -> Iterator[None]:
    """Bind the id that follows one message through web, relay and worker to every line inside."""
    with bound_contextvars(trail=trail_id, **facts):
        yield
