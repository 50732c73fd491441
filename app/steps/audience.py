"""Where the language of questions about people meets this installation: its words, its moment."""

from collections.abc import Mapping
from datetime import datetime

from app.audience.vocabulary import PROFILE_CONSENT, QuestionWords, TagWords, Vocabulary, Words
from app.contact.types import Channel, MessageClass
from app.deps import Deps
from app.dialogue.readers.regions import city_names
from app.dialogue.schema import Question
from app.steps.account import account_of
from app.store.conditions import View

EVENTS = (
    *("followed", "unfollowed", "scanned", "menu", "messaged", "consented", "refused", "withdrew"),
    *("reached", "answered", "corrected", "stopped", "submitted", "decided", "reviewed", "told"),
    *("handover", "received", "opted_out"),
)
"""Kinds of `app.store.events.Event`."""
_STAGES = (
    *("idle", "consent", "asking", "sensitive", "confirming", "choosing_edit", "erasing"),
    *("restarting", "handover_time", "human_message", "marketing"),
)
_DOMAINS: Mapping[str, tuple[str, ...]] = {
    "stage": _STAGES,
    "tier": ("premium", "potential", "guarded"),
    "outcome": ("approve", "decline", "refer"),
    "hold": (
        *("distress", "complaint", "dispute", "hardship", "bankruptcy", "death", "counsel"),
        "wrong_person",
    ),
    "consent": ("answers", "sensitive", "marketing", PROFILE_CONSENT),
    "case": ("review", "handover", "complaint", "human", "distress", "unmatched"),
    "marker": ("stopped", "no_marketing"),
    "reach": tuple(channel.value for channel in Channel),
    "event": EVENTS,
    "message_class": tuple(one.value for one in MessageClass),
}


def vocabulary_of(deps: Deps, tags: Mapping[str, TagWords] | None = None) -> Vocabulary:
    """Return what a question may speak of: the forms as they are, and the tags that there are."""
    forms = deps.forms.forms
    domains: dict[str, Words] = {name: dict.fromkeys(codes, "") for name, codes in _DOMAINS.items()}
    domains["reason"] = dict.fromkeys(_reasons(deps), "")
    domains["form"] = dict.fromkeys((form.name for form in forms), "")
    questions: dict[str, QuestionWords] = {}
    for form in sorted(forms, key=lambda one: one.version):
        for question in form.questions:
            questions[question.key] = _question_words(question, questions.get(question.key))
    return Vocabulary(questions=questions, tags=tags or {}, domains=domains)


def view_of(deps: Deps, as_of: datetime | None = None) -> View:
    """Return how people are looked at now, or as of an earlier moment."""
    account = account_of(deps)
    channels = {Channel.CUSTOM.value} if "customer_service" in account.rights else set()
    if "templates" in account.rights and account.templates:
        channels.add(Channel.TEMPLATE.value)
    return View(as_of or deps.clock.now(), frozenset(channels), is_past=as_of is not None)


def _reasons(deps: Deps) -> list[str]:
    """Return the codes that decisions may carry: each has words to tell it in."""
    told = (key.partition(".") for key in deps.copybook.keys)
    return sorted(code for area, _, code in told if area == "reason")


def _question_words(question: Question, known: QuestionWords | None) -> QuestionWords:
    """Return the words of one question; answers of every form and version may be asked for."""
    if question.reader == "region":
        answers = city_names()
    else:
        answers = {
            str(choice.code if choice.value is None else choice.value): choice.label
            for choice in question.choices
        }
    return QuestionWords(
        question.title,
        {**(known.answers if known else {}), **answers},
        is_number=question.reader in ("amount", "term"),
        is_sensitive=question.sensitive,
    )
