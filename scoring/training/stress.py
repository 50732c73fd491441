"""Stress a card: answers of our own form go through tier and limit, other data through the card.

Data count as our form's when the card is for persons or firms and the columns of its facts are
there. Other data show how probabilities of default move, and how many pass today's riskiest fifth.
"""

import json
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np

from scoring import artifacts
from scoring.assess import (
    AnswerUnusable,
    Facts,
    LenderProfile,
    RuleBook,
    facts_from_answers,
    load_rulebook,
)
from scoring.card import Card, CardData
from scoring.card.columns import Columns
from scoring.policy.rules import Policy
from scoring.stress import StressData, shift_for, stress_data, stress_portfolio
from scoring.stress.shifts import worse
from scoring.training.data import DataUnusable, Numbers, Table, read
from scoring.training.stress_page import page
from scoring.training.writing import written

ROWS: Final = 20_000  # enough for shares to a third of a percent; more rows are drawn from
NEEDED: Final = ("age_band", "situation", "region", "purpose", "amount_fen", "term_months")
WHOLE: Final = ("amount_fen", "term_months")
# Whoever lends: bounds of law and licence are not what a stress is about.
ANYBODY: Final = LenderProfile(
    full_name="压力测试（演示）",
    short_name="压力测试",
    licence_type="network_small_loan",
    licence_number="STRESS",
    approving_authority="-",
    has_network_permission=True,
    provinces=("all",),
    net_assets_fen=1_000_000_000_000,
    net_assets_on=date(2026, 1, 1),
    phone="-",
    complaint_page="/complaint",
    is_demonstration=True,
)


@dataclass(frozen=True, slots=True)
class Moved:
    """What a scenario does to the probabilities of default that a card gives."""

    code: str
    why: str
    mean_pd: float
    median_pd: float
    ninth_decile_pd: float
    past_cut_off: float


def run(args: Namespace) -> int:
    """Stress `args.card` on `args.data`; print a table or JSON, and write a page when asked."""
    card = Card(artifacts.read(args.card, CardData).content)
    told = stressed(card, read(args.data), args.policy, args.seed)
    if args.out is not None:
        _write(args.out, told)
    text = json.dumps(told, ensure_ascii=False, indent=2)
    print(text if args.json else _table(told))
    return 0


def stressed(card: Card, table: Table, policy: Path | None = None, seed: int = 0) -> dict[str, Any]:
    """Return everything that a report tells, ready for JSON."""
    data = stress_data()
    if table.rows > ROWS:
        table = table.take(np.random.default_rng(seed).choice(table.rows, ROWS, replace=False))
    told: dict[str, Any] = {
        "card": card.data.version,
        "scenarios": data.version,
        "data_sha256": table.sha256,
        "rows": table.rows,
        "notes": list(data.notes),
    }
    if card.data.kind != "any" and set(NEEDED) <= set(table.columns):
        return told | _of_our_form(card, table, policy, data)
    if policy is not None:
        raise DataUnusable("a policy needs a card for persons or firms, and answers of our form")
    return told | _of_other_data(card, table, data)


def _of_our_form(card: Card, table: Table, file: Path | None, data: StressData) -> dict[str, Any]:
    population, unusable = _population(table, str(card.data.kind))
    if not population:
        raise DataUnusable("no row can be decided: answers of our form are wanted")
    book = _book(card, file)
    on = max(book.policy.valid_from, data.valid_from)
    outcomes = stress_portfolio(population, book, on, data)
    return {
        "sort": "portfolio",
        "policy": book.policy.version,
        "decided_on": on.isoformat(),
        "unusable_rows": unusable,
        "outcomes": [asdict(one) for one in outcomes],
    }


def _population(table: Table, kind: str) -> tuple[Mapping[Facts, float], int]:
    names = [field.name for field in fields(Facts) if field.name in table.columns]
    lists = [table.columns[name].tolist() for name in names]
    counted: Counter[Facts] = Counter()
    unusable = 0
    for answers in zip(*lists, strict=True):
        try:
            facts = facts_from_answers(
                {name: _answer(name, value) for name, value in zip(names, answers, strict=True)}
            )
        except AnswerUnusable:
            unusable += 1
            continue
        if facts.kind == kind:
            counted[facts] += 1
    return counted, unusable


def _answer(name: str, value: object) -> str | int | None:
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return None
    if name in WHOLE:
        return int(float(str(value)))
    return str(int(value)) if isinstance(value, float) else str(value)


def _book(card: Card, file: Path | None) -> RuleBook:
    book = load_rulebook(ANYBODY)
    if file is not None:
        policy = artifacts.read(file, Policy)
        book = replace(book, desk=replace(book.desk, policy=policy.content))
    kind = card.data.kind
    return book if kind == "any" else replace(book, cards={**book.cards, kind: card})


def _of_other_data(card: Card, table: Table, data: StressData) -> dict[str, Any]:
    columns = {name: table.columns[name] for name in card.inputs if name in table.columns}
    scorer = Columns(card.data)
    pd = _risks(scorer, columns, table.rows)
    weights = np.ones(table.rows)
    cut_off = float(np.quantile(pd, 1 - data.riskiest_share))
    moved = [_moved("today", "As things are", pd, weights, cut_off)]
    for scenario in data.scenarios:
        code, why = scenario.code, scenario.why
        if scenario.sort == "defaults":
            shift = shift_for([(one, 1.0) for one in pd.tolist()], scenario.size)
            after = np.array([worse(one, shift) for one in pd.tolist()])
            moved.append(_moved(code, why, after, weights, cut_off))
        elif scenario.sort == "riskier":
            more = np.where(pd >= cut_off, scenario.size, 1.0)
            moved.append(_moved(code, why, pd, more, cut_off))
        elif scenario.sort == "missing":
            for name in columns:
                without = {other: column for other, column in columns.items() if other != name}
                after = _risks(scorer, without, table.rows)
                moved.append(
                    _moved(f"missing_{name}", f"Nobody answers {name}", after, weights, cut_off)
                )
    return {"sort": "risks", "cut_off": cut_off, "outcomes": [asdict(one) for one in moved]}


def _risks(card: Columns, columns: Mapping[str, Any], rows: int) -> Numbers:
    nobody = np.full(rows, None, dtype=object)
    return card.score({**dict.fromkeys(card.card.inputs, nobody), **columns}).pd


def _moved(code: str, why: str, pd: Numbers, weights: Numbers, cut_off: float) -> Moved:
    order = np.argsort(pd)
    reached = np.cumsum(weights[order]) / weights.sum()
    median, ninth = (float(pd[order][np.searchsorted(reached, at)]) for at in (0.5, 0.9))
    past = float(weights[pd >= cut_off].sum() / weights.sum())
    return Moved(code, why, float(np.average(pd, weights=weights)), median, ninth, past)


def _write(out: Path, told: Mapping[str, Any]) -> None:
    """Write the page; into a folder, the JSON beside it."""
    if out.suffix.lower() in (".html", ".htm"):
        with written(out) as file:
            file.write(page(told))
        return
    out.mkdir(parents=True, exist_ok=True)
    (out / "stress.html").write_text(page(told), encoding="utf-8")
    text = json.dumps(told, ensure_ascii=False, indent=2)
    (out / "stress.json").write_text(text + "\n", encoding="utf-8")
    print(f"{out / 'stress.html'}, {out / 'stress.json'}", file=sys.stderr)


def _table(told: Mapping[str, Any]) -> str:
    """Line the figures up for a terminal."""
    outcomes = told["outcomes"]
    names = [name for name in outcomes[0] if name not in ("code", "why")]
    rows = [["scenario", *names]]
    rows += [[one["code"], *(_shown(name, one[name]) for name in names)] for one in outcomes]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if at else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def _shown(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value / 100:,.0f}" if name.endswith("_fen") else f"{value:.4f}"
