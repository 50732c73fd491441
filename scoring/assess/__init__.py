"""The one entrance: facts and circumstances in, a decision with its whole reasoning out."""

from dataclasses import dataclass

from scoring.assess.by_hand import BeyondAuthority, decide_by_hand
from scoring.assess.changes import find_changes
from scoring.assess.judgement import Judgement, judge
from scoring.assess.offer import Offer, offer_on
from scoring.assess.records import Answer, make_offer, record
from scoring.assess.rulebook import RuleBook, RuleFiles, load_rulebook, read_card, read_trees
from scoring.card import CardInvalid
from scoring.features import DECLARED, Feature, facts_from_answers, features, quantities
from scoring.policy.exposure import Maturity
from scoring.policy.law import NoRuleInForce
from scoring.policy.lender import LenderInvalid, LenderProfile
from scoring.protected import find_protected
from scoring.reasons import (
    CHANGE_CODES,
    REASON_CODES,
    reasons_for_offer,
    reasons_for_rules,
    reasons_for_score,
)
from scoring.types import (
    AnswerUnusable,
    Assessment,
    Circumstances,
    Dossier,
    Facts,
    LenderUnset,
    Malformed,
    Reason,
    Signal,
    SignalCode,
    Underage,
    Verdict,
)

__all__ = [
    "CHANGE_CODES",
    "REASONED",
    "REASON_CODES",
    "AnswerUnusable",
    "Assessment",
    "BeyondAuthority",
    "CardInvalid",
    "Circumstances",
    "Dossier",
    "Facts",
    "LenderInvalid",
    "LenderProfile",
    "LenderUnset",
    "Malformed",
    "Maturity",
    "NoRuleInForce",
    "Offer",
    "Replay",
    "RuleBook",
    "RuleFiles",
    "Signal",
    "SignalCode",
    "Underage",
    "Verdict",
    "assess",
    "card_inputs",
    "decide_by_hand",
    "facts_from_answers",
    "load_rulebook",
    "offer_on",
    "read_card",
    "read_trees",
    "replay",
]


REASONED = tuple(hit.name for hit in find_protected(DECLARED))
"""The inputs of our form that give points only with a written reason in the impact assessment."""


def assess(facts: Facts, circumstances: Circumstances, book: RuleBook) -> Assessment:
    """Decide one enquiry. The same inputs and rule book give the same assessment, to the byte."""
    book = book.for_facts(facts)
    judged = judge(facts, circumstances, book)
    offer = make_offer(facts, circumstances, book, judged)
    answer = Answer(
        outcome=judged.outcome,
        reasons=_reasons(facts, book, judged),
        changes=find_changes(facts, circumstances, book, judged),
        offer=offer if judged.outcome == "approve" else None,
        proposal=offer if judged.outcome == "refer" else None,
    )
    return record(facts, circumstances, book, judged, answer)


def card_inputs(facts: Facts, book: RuleBook) -> dict[str, Feature]:
    """Name what a card reads of an applicant, as it was read for a decision."""
    return features(facts, quantities(facts, book.policy.assumptions))


def _reasons(facts: Facts, book: RuleBook, judged: Judgement) -> tuple[Reason, ...]:
    told = reasons_for_rules(judged.rules, facts, judged.outcome)
    if told or judged.score is None:
        return told
    if judged.outcome == "decline":
        return reasons_for_score(judged.score, facts)
    step_fen = book.policy.of(facts.kind).product.step_fen
    return reasons_for_offer(judged.score, judged.caps, facts, step_fen)


@dataclass(frozen=True, slots=True)
class Replay:
    """A decision computed anew, and whether it is the stored one to the byte."""

    assessment: Assessment
    is_identical: bool


def replay(stored_json: str, book: RuleBook) -> Replay:
    """Recompute a stored dossier from its own inputs and the files it names, where they are kept.

    Raise `Malformed` if it is no dossier.
    """
    stored = Dossier.from_json(stored_json)
    book = book.as_recorded(stored.facts.kind, stored.assessment.sources)
    if stored.verdict is None:
        again = assess(stored.facts, stored.circumstances, book)
    else:
        again = decide_by_hand(stored.facts, stored.circumstances, book, stored.verdict)
    return Replay(again, again.to_json() == stored.assessment.to_json())
