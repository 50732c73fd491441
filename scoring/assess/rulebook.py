"""Bring cards, policy, law and lender together, checked against one another."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final, TypeVar, cast

from scoring import artifacts
from scoring.card import Card, CardData, CardInvalid
from scoring.card.older import upgraded
from scoring.features import DECLARED, quantities
from scoring.policy.exposure import Maturity
from scoring.policy.law import Law, LawData, NoRuleInForce
from scoring.policy.lender import LenderProfile
from scoring.policy.limits import Desk
from scoring.policy.rules import Policy, PolicyInvalid
from scoring.protected import check_publishing
from scoring.reasons import GROUPS
from scoring.trees import Trees, TreesData, TreesInvalid
from scoring.types import Facts, Kind, LenderUnset, Source, Sources

PACKAGE: Final = Path(__file__).resolve().parents[1]
Shape = TypeVar("Shape")


@dataclass(frozen=True, slots=True)
class RuleFiles:
    """Which reviewed files decide, by name."""

    person_card: str = "person-expert-2"
    firm_card: str = "firm-expert-2"
    policy: str = "demo-2"
    law: str = "law"


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Everything that decides, with the versions and hashes that a decision records."""

    cards: dict[Kind, Card]
    desk: Desk
    sources: dict[Kind, Sources]
    folder: Path = PACKAGE

    @property
    def policy(self) -> Policy:
        """Take the policy."""
        return self.desk.policy

    @property
    def maturity(self) -> Maturity:
        """Tell when outcomes count; raise `PolicyInvalid` where the policy says nothing of it."""
        if self.policy.maturity is None:
            raise PolicyInvalid(f"{self.policy.version}: maturity is missing")
        return self.policy.maturity

    @property
    def law(self) -> Law:
        """Take the law."""
        return self.desk.law

    @property
    def lender(self) -> LenderProfile:
        """Take the lender."""
        return self.desk.lender

    def with_card(self, kind: Kind, text: str) -> "RuleBook":
        """Return the same rules with another card of a kind, given as the text of its file."""
        card, source = read_card(kind, text)
        return replace(
            self,
            cards={**self.cards, kind: card},
            sources={**self.sources, kind: replace(self.sources[kind], card=source)},
        )

    def with_policy(self, name: str) -> "RuleBook":
        """Return the same rules with another policy, named in their folder or given as a file."""
        path = Path(name)
        is_file = path.suffix == ".json"
        read = artifacts.read(path, Policy) if is_file else read_policy(name, self.folder)
        return replace(
            self,
            desk=replace(self.desk, policy=read.content),
            sources={kind: replace(of, policy=read.source) for kind, of in self.sources.items()},
        )

    def with_challenger(self, kind: Kind, text: str) -> "RuleBook":
        """Return the same rules with trees in a card's place: to see what they would have said.

        Never to decide: trees give no reasons of their own.
        """
        trees, source = read_trees(text)
        return replace(
            self,
            # It scores as a card does, which is all that judging asks of one.
            cards={**self.cards, kind: cast("Card", trees)},
            sources={**self.sources, kind: replace(self.sources[kind], card=source)},
        )

    def check_in_force(self, on: date) -> None:
        """Raise `NoRuleInForce` on a day that the policy does not cover."""
        if not self.policy.is_in_force(on):
            raise NoRuleInForce(f"policy {self.policy.version}", on)

    def for_facts(self, facts: Facts) -> "RuleBook":
        """Take the rules as they stand for one applicant, with the product that they get."""
        known = quantities(facts, self.policy.assumptions)
        fitted = self.policy.for_facts(facts, known.income_fen if known else 0)
        if fitted is self.policy:
            return self
        return replace(self, desk=replace(self.desk, policy=fitted))

    def as_recorded(self, kind: Kind, sources: Sources) -> "RuleBook":
        """Go back to the files that a decision names, as far as the folder still keeps them."""
        now = self.sources[kind]
        if sources == now:
            return self
        cards, policies = self.folder / "cards", self.folder / "policies"
        card = _find(cards, sources.card, now.card, CardData, upgraded)
        policy = _find(policies, sources.policy, now.policy, Policy)
        law = _find(policies, sources.law, now.law, LawData)
        return replace(
            self,
            cards=self.cards | ({kind: _card_for(kind, card)} if card else {}),
            desk=replace(
                self.desk,
                policy=policy or self.policy,
                law=Law(law) if law else self.law,
            ),
            sources=self.sources
            | {
                kind: Sources(
                    card=sources.card if card else now.card,
                    policy=sources.policy if policy else now.policy,
                    law=sources.law if law else now.law,
                    lender=now.lender,
                )
            },
        )


def load_rulebook(
    lender: LenderProfile | None, *, folder: Path = PACKAGE, files: RuleFiles | None = None
) -> RuleBook:
    """Read the reviewed files; without a lender raise `LenderUnset`.

    A card that comes as a file has no impact assessment: what needs a reason there is refused. The
    folder holds `cards/` and `policies/`. A file that is damaged, malformed or contradicts
    itself raises an error that names it.
    """
    if lender is None:
        raise LenderUnset
    names = files or RuleFiles()
    policy = read_policy(names.policy, folder)
    law = artifacts.read(folder / "policies" / f"{names.law}.json", LawData)
    by_kind: dict[Kind, str] = {"person": names.person_card, "firm": names.firm_card}
    cards, sources = {}, {}
    for kind, name in by_kind.items():
        card = artifacts.read(folder / "cards" / f"{name}.json", CardData)
        cards[kind] = _card_for(kind, card.content)
        check_publishing(cards[kind].inputs, card.content.notes)
        sources[kind] = Sources(
            card=card.source,
            policy=policy.source,
            law=law.source,
            lender=Source(version=lender.licence_number, sha256=lender.sha256),
        )
    book = RuleBook(cards, Desk(policy.content, Law(law.content), lender), sources, folder)
    _ = book.maturity  # told at the start, not when the first outcomes come
    return book


def read_policy(name: str, folder: Path = PACKAGE) -> artifacts.Artifact[Policy]:
    """Read a policy by its name in the folder of rules."""
    return artifacts.read(folder / "policies" / f"{name}.json", Policy)


def _find(
    folder: Path,
    wanted: Source,
    now: Source,
    shape: type[Shape],
    upgrade: Callable[[artifacts.Body], artifacts.Body] = dict,
) -> Shape | None:
    """Find a reviewed file by the hash that a decision recorded; none where it is the present."""
    if wanted == now:
        return None
    for path in sorted(folder.rglob("*.json")):
        if json.loads(path.read_text(encoding="utf-8")).get(artifacts.CHECKSUM) == wanted.sha256:
            return artifacts.parse(path.name, path.read_bytes(), shape, upgrade).content
    return None


def read_trees(text: str) -> tuple[Trees, Source]:
    """Read the text of a challenger for our form; raise where it is none, saying where."""
    read = artifacts.parse("trees", text, TreesData)
    for field in read.content.fields:
        if DECLARED.get(field.name) != field.kind:
            raise TreesInvalid(f"{field.name}: our form gives no such {field.kind}")
    return Trees(read.content), read.source


def read_card(kind: Kind, text: str) -> tuple[Card, Source]:
    """Read the text of a card that may decide; raise `Malformed` or `CardInvalid` saying where."""
    read = artifacts.parse("card", text, CardData)
    return _card_for(kind, read.content), read.source


def _card_for(kind: Kind, data: CardData) -> Card:
    card = Card(data)
    if data.kind not in (kind, "any"):
        raise CardInvalid(f"{data.version} is a card for another kind of applicant")
    for name, sort in card.inputs.items():
        if DECLARED.get(name) != sort:
            raise CardInvalid(f"{name}: our form gives no such {sort}")
    for group in card.groups:
        if group not in GROUPS:
            raise CardInvalid(f"{data.version}: nobody has words for the group {group}")
    return card
