"""Where the language of questions about people meets this installation: words, moment, rights."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.audience.parser import parse_with_places
from app.audience.printer import to_text
from app.audience.problems import Misread
from app.audience.protections import (
    PURPOSES,
    Exclusion,
    is_restricted,
    kept_in,
    read_exclusions,
)
from app.audience.tree import Predicate
from app.audience.vocabulary import (
    PROFILE_CONSENT,
    QuestionWords,
    TagWords,
    Vocabulary,
    Words,
    check,
    uses,
)
from app.contact.types import ONE_BY_ONE, Channel, MessageClass
from app.core.access import Actor
from app.core.clock import monotonic
from app.core.errors import NotAllowed
from app.deps import Deps
from app.dialogue.readers.regions import city_names
from app.dialogue.schema import Question
from app.steps.account import account_of
from app.steps.sensitive import may_see_sensitive
from app.steps.taxonomy import taxonomy_of
from app.store import audience
from app.store.audience import People
from app.store.conditions import View
from app.store.session import Transaction
from app.tagging.taxonomy import Taxonomy
from app.tagging.types import Definition

EVENTS = (
    *("followed", "unfollowed", "scanned", "menu", "messaged", "consented", "refused", "withdrew"),
    *("reached", "answered", "corrected", "stopped", "submitted", "decided", "reviewed", "told"),
    *("handover", "received", "opted_out"),
)
"""Kinds of `app.store.events.Event`."""
_STAGES = (
    *("idle", "consent", "asking", "sensitive", "confirming", "choosing_edit", "erasing"),
    *("restarting", "handover_time", "human_message", "marketing", "choosing_tag"),
)
_DOMAINS: Mapping[str, tuple[str, ...]] = {
    "stage": _STAGES,
    "tier": ("premium", "potential", "guarded"),
    "outcome": ("approve", "decline", "refer"),
    "hold": (
        *("distress", "complaint", "dispute", "hardship", "bankruptcy", "death", "counsel"),
        *("wrong_person", "review", "pause"),
    ),
    "consent": ("answers", "sensitive", "marketing", PROFILE_CONSENT),
    "case": ("review", "handover", "complaint", "human", "distress", "unmatched"),
    "marker": ("stopped", "no_marketing"),
    "reach": tuple(sorted(channel.value for channel in ONE_BY_ONE)),
    "event": EVENTS,
    "message_class": tuple(one.value for one in MessageClass),
}


_AMONG = " / "
_TAG = "tag:"
FEW = 10
"""Fewer than so many are not told apart to whoever may not see the answers that chose them."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A question that was read and checked: its one form, and the guarded facts that it reads."""

    query: Predicate
    text: str
    purpose: str
    exclusions: tuple[Exclusion, ...]
    guarded: frozenset[str]


@dataclass(frozen=True, slots=True)
class Figures:
    """How many are meant, as of `at`: kept in, and kept out by reason.

    `people` is None where so few were chosen by guarded facts that the number would tell them.
    """

    people: int | None
    kept_out: Mapping[str, int]
    at: datetime
    seconds: float


def understand(deps: Deps, session: Transaction, text: str, purpose: str) -> Understood:
    """Read and check a question for a purpose; raise `Misread`, or `NotAllowed` by the law's way.

    Marketing may not read income, debt and credit answers, tier, or tags that are not for it,
    unless whoever is meant has consented to being chosen by these.
    """
    if purpose not in PURPOSES:
        raise NotAllowed(f"No audience is for {purpose}.", why="unknown_purpose")
    parsed = parse_with_places(text)
    words = vocabulary_of(deps, tag_words(taxonomy_of(session)))
    problems = check(parsed.query, words, parsed.places)
    if problems:
        raise Misread(*problems)
    guarded = uses(parsed.query, words)
    if purpose == "marketing" and guarded and not is_restricted(parsed.query):
        raise NotAllowed(
            f"Marketing may not choose people by {', '.join(sorted(guarded))} without their consent"
            f' to that: add consent:"{PROFILE_CONSENT}".',
            why="needs_profile_consent",
        )
    exclusions = read_exclusions()(purpose, deps.clock.now())
    return Understood(parsed.query, to_text(parsed.query), purpose, exclusions, guarded)


def people_of(deps: Deps, understood: Understood, as_of: datetime | None = None) -> People:
    """Return the select of everyone in an audience, for campaigns and exports."""
    whole = kept_in(understood.query, understood.exclusions)
    return audience.people_of(whole, view_of(deps, as_of))


def figures_of(deps: Deps, session: Transaction, actor: Actor, understood: Understood) -> Figures:
    """Count an audience, and by reason whom it may not hold."""
    began = monotonic()
    kept, out = audience.count_by_reason(
        session, understood.query, understood.exclusions, view_of(deps)
    )
    is_telling = hides_few(actor, understood) and kept + sum(out.values()) < FEW
    return Figures(
        people=None if is_telling else kept,
        kept_out={} if is_telling else out,
        at=deps.clock.now(),
        seconds=monotonic() - began,
    )


def hides_few(actor: Actor, understood: Understood) -> bool:
    """Say whether single people chosen by guarded facts must not be shown to this actor."""
    return bool(understood.guarded) and not may_see_sensitive(actor)


def tag_words(taxonomy: Taxonomy) -> dict[str, TagWords]:
    """Return the tags as a question names them; a level stands for all that is below it."""
    levels = {key: TagWords(folder.name) for key, folder in taxonomy.folders.items()}
    return levels | {
        key: TagWords(
            _AMONG.join(taxonomy.path_of(key)),
            _values_of(tag),
            frozenset() if tag.for_marketing else frozenset({f"{_TAG}{key}"}),
        )
        for key, tag in taxonomy.tags.items()
    }


def _values_of(tag: Definition) -> Words | None:
    if tag.kind in ("number", "date"):
        return None
    return {value.code: value.label for value in tag.values}


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
