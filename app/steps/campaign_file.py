"""The results of a campaign as lines of a file: counts with their words, about nobody."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from app.broadcast.experiment import compare
from app.broadcast.intervals import Estimate, Interval, Proportion, wilson
from app.core.config import ROOT
from app.steps.campaign_effects import After
from app.steps.experiments import State

_WORDS = ROOT / "templates" / "console" / "words"

Line = list[str]


@cache
def words_of(area: str) -> Mapping[str, Any]:
    """Return the words of an area of the console, which stand in templates/ as all words do."""
    words: Mapping[str, Any] = json.loads((_WORDS / f"{area}.json").read_text("utf-8"))
    return words


def head() -> Sequence[str]:
    """Return the names of the columns."""
    return list(words_of("campaigns")["file"]["head"])


def result_lines(
    rows: Sequence[tuple[str, str, str, int]], after: After, experiment: State | None
) -> Iterator[Line]:
    """Yield where everybody stands, what followed, and how the variants did."""
    yield from _outcomes(rows)
    yield from _effects(after)
    if experiment is not None:
        yield from _variants(experiment)


def reason_words(reason: str) -> str:
    """Return a reason in words; one without words as it is."""
    campaigns, segments = words_of("campaigns"), words_of("segments")
    for known in (segments["because"], campaigns["reasons"], segments["kept_out"]):
        if reason in known:
            return str(known[reason])
    return reason


def _outcomes(rows: Sequence[tuple[str, str, str, int]]) -> Iterator[Line]:
    said = words_of("campaigns")
    whole = sum(people for *_, people in rows)
    for variant, state, reason, people in sorted(rows):
        item, of = said["outcomes"][state], Proportion(people, whole)
        yield _line("outcomes", variant, item, reason_words(reason), of)


def _effects(after: After) -> Iterator[Line]:
    names = words_of("campaigns")["after"]
    for kind, count in after.counts.items():
        yield _line("after", "", names[kind], "", Proportion(count, after.people))
    for one in after.beside:
        yield _line("meant", "", names[one.kind], "", one.meant)
        yield _line("held_out", "", names[one.kind], "", one.held_out)
        yield _apart("apart", "", names[one.kind], one.apart)


def _variants(state: State) -> Iterator[Line]:
    said, rule = words_of("experiments"), state.terms.rule
    yield _line("standing", state.verdict.winner, said["standings"][state.verdict.standing], "")
    for trial in state.trials:
        result = trial.result(rule.metric)
        bounds = wilson(result, rule.confidence) if result.whole else None
        item = said["metrics"][rule.metric]
        yield _line("trial", trial.name, item, "", result, bounds)
    for one in compare(rule, state.trials, state.trials[0].name):
        against = words_of("campaigns")["file"]["against"].format(one.against)
        yield _apart("apart", one.name, against, one.apart)
        yield _apart("lift", one.name, against, one.lift)


def _line(
    part: str, variant: str, item: str, reason: str, of: Proportion | None = None,
    bounds: Interval | None = None,
) -> Line:  # fmt: skip
    counts = [str(of.part), str(of.whole)] if of is not None else ["", ""]
    rate = of.rate if of is not None else None
    return [
        words_of("campaigns")["file"]["parts"][part],
        *(variant, item, reason, *counts, _percent(rate)),
        *(_percent(bounds.low if bounds else None), _percent(bounds.high if bounds else None)),
    ]


def _apart(part: str, variant: str, item: str, found: Estimate | None) -> Line:
    line = _line(part, variant, item, "", None, found.interval if found else None)
    line[6] = _percent(found.value if found else None)
    return line


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.4f}"
