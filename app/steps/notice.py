"""Make the notice that consent is given to, whole and under its hash, from the forms themselves.

What is asked and what the notice says cannot drift apart: both come from the same schema, and the
privacy page shows the body that is hashed here.
"""

import json
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from app.core.config import ROOT
from app.core.crypto import content_hash
from app.deps import NoticeVersion
from app.dialogue.schema import Forms, Question
from app.steps.retention import Retention, retention_on

VERSION = "1"
SINCE = datetime.fromisoformat("2026-11-23T00:00:00+08:00")
"""Raise both whenever what the notice says changes: consent names the version (PIPL 14, 17)."""

_PAGES = ROOT / "templates" / "pages"


class Handler(Protocol):
    """Who processes the data: what the notice must name of a lender."""

    @property
    def full_name(self) -> str: ...  # noqa: D102
    @property
    def phone(self) -> str: ...  # noqa: D102
    @property
    def licence_number(self) -> str: ...  # noqa: D102
    @property
    def approving_authority(self) -> str: ...  # noqa: D102
    @property
    def is_demonstration(self) -> bool: ...  # noqa: D102


@cache
def page_words() -> dict[str, Any]:
    """Return the words that the pages need beside their templates."""
    words: dict[str, Any] = json.loads((_PAGES / "words.json").read_text("utf-8"))
    return words


def notice_of(forms: Forms, lender: Handler | None) -> NoticeVersion:
    """Return the notice in force for these forms and this lender."""
    retention = retention_on(SINCE)
    body = json.dumps(
        {
            "version": VERSION,
            "since": SINCE.date().isoformat(),
            "lender": _lender(lender),
            "rows": _rows(forms, retention),
            "retention": _told(retention),
            "page": (_PAGES / "privacy.html").read_text("utf-8"),
            "prompts": _prompts(),
        },
        ensure_ascii=False,
        sort_keys=True,
    )
    return NoticeVersion(VERSION, content_hash(body), body)


def _prompts() -> dict[str, str]:
    """Return the words of every consent prompt, by the copy key that a proof names (P-14)."""
    files = sorted((ROOT / "templates" / "messages" / "consent").glob("*.txt.j2"))
    return {
        f"consent.{path.name.removesuffix('.txt.j2')}": path.read_text("utf-8") for path in files
    }


def _lender(lender: Handler | None) -> dict[str, str | bool]:
    return {
        "full_name": lender.full_name if lender else "",
        "phone": lender.phone if lender else "",
        "licence_number": lender.licence_number if lender else "",
        "approving_authority": lender.approving_authority if lender else "",
        "is_demonstration": lender.is_demonstration if lender else False,
    }


def _rows(forms: Forms, retention: Retention) -> list[dict[str, Any]]:
    """List every question once; `who` names its form where only one form asks it."""
    questions: dict[tuple[str, str], Question] = {}
    askers: dict[tuple[str, str], list[str]] = {}
    for form in forms.newest:
        for question in form.questions:
            same = (question.title, question.why)
            questions.setdefault(same, question)
            askers.setdefault(same, []).append(form.name)
    return [_row(questions[same], askers[same], retention) for same in questions]


def _row(question: Question, askers: list[str], retention: Retention) -> dict[str, Any]:
    words = page_words()
    return {
        "title": question.title,
        "who": words["whose"].get(askers[0], "") if len(askers) == 1 else "",
        "why": question.why,
        "is_sensitive": question.sensitive,
        "is_optional": question.optional,
        "kept": words["kept"].format(days=retention.days(question.kept)),
        "recipient": words["recipient"],
    }


def _told(retention: Retention) -> dict[str, int]:
    return {
        "lead_days": retention.days("lead"),
        "unfinished_days": retention.days("unfinished"),
        "consent_years": retention.years("consent"),
        "contact_years": retention.years("contact"),
    }
