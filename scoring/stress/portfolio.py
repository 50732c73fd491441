"""Put a population of our own form through tier, limit and loss, before and after each scenario."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any, Final

from scoring.assess import Circumstances, RuleBook
from scoring.assess.judgement import Judgement, judge
from scoring.features import NEEDED, features, quantities
from scoring.stress.bands import DEBTS, INCOMES, Parts, scaled
from scoring.stress.scenarios import Scenario, StressData
from scoring.stress.shifts import mean_risk, shift_for, shifted, worse
from scoring.types import Facts

Population = Mapping[Facts, float]
"""Different facts, each with how many people gave them."""

PER: Final = 1_000  # sums are told for a thousand applicants


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a scenario does. Shares of applicants; money in fen for a thousand applicants.

    `granted_fen` and `answered_loss_fen`: the policy answers people as they are then.
    `held_loss_fen`: the limits of today are out already when it strikes; what nobody answers later
    does not touch them. `mean_pd` is none where the card can see nobody.
    """

    code: str
    why: str
    approved: float
    referred: float
    declined: float
    mean_pd: float | None
    granted_fen: float
    answered_loss_fen: float
    held_loss_fen: float


def stress_portfolio(
    population: Population, book: RuleBook, on: date, data: StressData
) -> tuple[Outcome, ...]:
    """Return today (`today`) and every scenario, a missing field each by its own name."""
    if not population:
        return ()
    return tuple(_Stand(population, book, on, data).outcomes())


class _Stand:
    """One population on one day: what was granted today is worked out once."""

    def __init__(self, population: Population, book: RuleBook, on: date, data: StressData) -> None:
        self.population, self.book, self.data = population, book, data
        self.known = Circumstances(decided_on=on)
        self.risk = cache(self._risk)
        self.today = {facts: self._judged(facts, book) for facts in population}

    def outcomes(self) -> Iterator[Outcome]:
        yield self._run("today", "As things are", self.population)
        for scenario in self.data.scenarios:
            if scenario.sort == "defaults":
                risks = [(self.risk(facts), weight) for facts, weight in self.population.items()]
                known = [(pd, weight) for pd, weight in risks if pd is not None]
                shift = shift_for(known, scenario.size)
                yield self._run(scenario.code, scenario.why, self.population, shift=shift)
            elif scenario.sort == "missing":
                yield from self._missing(scenario)
            else:
                weights = self._weights(scenario)
                yield self._run(scenario.code, scenario.why, weights, scenario)

    def _missing(self, scenario: Scenario) -> Iterator[Outcome]:
        kinds = sorted({facts.kind for facts in self.population}, reverse=True)
        for field in dict.fromkeys(name for kind in kinds for name in NEEDED[kind]):
            one = replace(scenario, field=field)
            code, why = f"missing_{field}", f"Nobody answers {field}"
            yield self._run(code, why, self.population, one)

    def _weights(self, scenario: Scenario) -> Population:
        """Weigh some people more, for as many people in all."""
        chosen: set[Facts] = set()
        if scenario.sort == "mix":
            chosen = {
                facts
                for facts in self.population
                if getattr(facts, scenario.field) in scenario.values
            }
        elif scenario.sort == "riskier":
            chosen = self._riskiest()
        more = {
            facts: weight * (scenario.size if facts in chosen else 1.0)
            for facts, weight in self.population.items()
        }
        factor = sum(self.population.values()) / sum(more.values())
        return {facts: weight * factor for facts, weight in more.items()}

    def _riskiest(self) -> set[Facts]:
        wanted = sum(self.population.values()) * self.data.riskiest_share
        chosen: set[Facts] = set()
        ordered = sorted(self.population, key=lambda facts: -(self.risk(facts) or 0.0))
        for facts in ordered:
            if wanted <= 0:
                break
            chosen.add(facts)
            wanted -= self.population[facts]
        return chosen

    def _run(
        self,
        code: str,
        why: str,
        weights: Population,
        scenario: Scenario | None = None,
        shift: float = 0.0,
    ) -> Outcome:
        book = self._shifted(shift) if shift else self.book
        answers = {"approve": 0.0, "refer": 0.0, "decline": 0.0}
        granted = answered = held = 0.0
        risks: list[tuple[float, float]] = []
        for facts, weight in weights.items():
            for share, struck in _struck(facts, scenario):
                part = weight * share
                judged = self._judged(struck, book)
                answers[judged.outcome] += part
                pd, before = self.risk(struck), self.risk(facts) or 0.0
                if pd is not None:
                    risks.append((worse(pd, shift), part))
                is_told_less = scenario is not None and scenario.sort == "missing"
                now = worse(before if pd is None or is_told_less else pd, shift)
                granted += part * judged.granted_fen
                answered += part * judged.granted_fen * now
                held += part * self.today[facts].granted_fen * now
        total = sum(weights.values())
        lost = PER * self.data.loss_given_default / total
        return Outcome(
            code=code,
            why=why,
            approved=answers["approve"] / total,
            referred=answers["refer"] / total,
            declined=answers["decline"] / total,
            mean_pd=mean_risk(risks) if risks else None,
            granted_fen=granted * PER / total,
            answered_loss_fen=answered * lost,
            held_loss_fen=held * lost,
        )

    def _judged(self, facts: Facts, book: RuleBook) -> Judgement:
        return judge(facts, self.known, book)

    def _risk(self, facts: Facts) -> float | None:
        """Give the probability that the card sees, where what it needs is known."""
        known = quantities(facts, self.book.policy.assumptions)
        if known is None:
            return None
        return self.book.cards[facts.kind].score(features(facts, known)).pd

    def _shifted(self, shift: float) -> RuleBook:
        cards = {kind: shifted(card, shift) for kind, card in self.book.cards.items()}
        return replace(self.book, cards=cards)


def _struck(facts: Facts, scenario: Scenario | None) -> Parts:
    """Say what a scenario makes of one person's facts."""
    sort = scenario.sort if scenario else ""
    if scenario is None or sort in ("mix", "riskier"):
        return [(1.0, facts)]
    if sort == "income":
        return scaled(facts, INCOMES, scenario.size)
    if sort == "debts":
        return scaled(facts, DEBTS, scenario.size)
    if sort == "missing":
        nothing: dict[str, Any] = {scenario.field: None}
        return [(1.0, replace(facts, **nothing))]
    return _out_of_work(facts, scenario.size)


def _out_of_work(facts: Facts, share: float) -> Parts:
    if facts.situation not in ("employed", "freelance"):
        return [(1.0, facts)]
    lost = replace(facts, situation="unemployed", tenure=None, income_band="lt_4k")
    return [(1.0 - share, facts), (share, lost)]
