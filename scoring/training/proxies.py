"""Find inputs that may not decide about people: by name, by a mark, by what they tell.

An input is cut into levels (tenths of its numbers, codes, missing). Each row is given the share
of the trait among the other half of the rows at its level, so that nothing is learnt from itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from scoring.protected import Hit, find_protected, protected_data
from scoring.training.data import Column
from scoring.training.dictionary import Dictionary

LEAST: Final = 50  # fewer with or without a trait say nothing
STEPS: Final = 10
PRIOR: Final = 10.0  # rows' worth of the whole population at every level


@dataclass(frozen=True, slots=True)
class Proxy:
    """An input that ranks who has a trait (`column` is `value`) better than the stated limit."""

    name: str
    column: str
    value: str
    auc: float
    limit: float

    def __str__(self) -> str:
        return f"{self.name} stands for {self.column} = {self.value} (AUC {self.auc:.2f})"


def suspects(columns: Mapping[str, Column], known: Dictionary, seed: int = 0) -> tuple[Hit, ...]:
    """List the inputs among these columns that may not decide, or only with a written reason."""
    inputs = {name: column for name, column in columns.items() if not known.is_ignored(name)}
    hits = list(find_protected(inputs))
    marked = [name for name in known.protected if name in inputs]
    hits += [Hit(name, "marked", "refuse", "protected in the dictionary") for name in marked]
    protected = {name: columns[name] for name in known.protected if name in columns}
    for one in find_proxies(inputs, protected, seed):
        # What stands for a region is asked what a region is.
        trait = next(iter(find_protected([one.column])), None)
        code, effect = (trait.code, trait.effect) if trait else ("proxy", "refuse")
        told = f"stands for {one.column} = {one.value}, AUC {one.auc:.2f}"
        hits.append(Hit(one.name, code, effect, told))
    gravest: dict[str, Hit] = {}
    for hit in sorted(hits, key=lambda hit: hit.effect != "refuse"):
        gravest.setdefault(hit.name, hit)
    return tuple(gravest.values())


def find_proxies(
    inputs: Mapping[str, Column],
    protected: Mapping[str, Column],
    seed: int = 0,
    limit: float | None = None,
) -> tuple[Proxy, ...]:
    """List the inputs that tell a protected column, the clearest first."""
    limit = protected_data().proxy_auc if limit is None else limit
    levels = {name: _levels(column) for name, column in inputs.items() if name not in protected}
    found = []
    for column, values in protected.items():
        codes, names = _levels(values), _names(values)
        for code in np.unique(codes):
            has = codes == code
            if min(has.sum(), (~has).sum()) < LEAST:
                continue
            for name, level in levels.items():
                auc = _auc(level, has, seed)
                if auc > limit:
                    found.append(Proxy(name, column, names[int(code)], auc, limit))
    return tuple(sorted(found, key=lambda one: (-one.auc, one.name, one.column, one.value)))


def _levels(column: Column) -> NDArray[np.int64]:
    if column.dtype == object:
        return np.unique(column.astype(str), return_inverse=True)[1].astype(np.int64)
    known: Any = column[~np.isnan(column.astype(float))]
    cuts: Any = np.unique(np.quantile(known, np.arange(1, STEPS) / STEPS)) if len(known) else []
    places = np.searchsorted(cuts, column, side="right")
    return np.where(np.isnan(column.astype(float)), STEPS, places).astype(np.int64)


def _names(column: Column) -> list[str]:
    if column.dtype == object:
        return [str(name) for name in np.unique(column.astype(str))]
    return [*(f"tenth {place + 1}" for place in range(STEPS)), "missing"]


def _auc(levels: NDArray[np.int64], has: NDArray[np.bool_], seed: int) -> float:
    """Judge each half by the other."""
    half = np.random.default_rng(seed).permutation(len(has)) % 2 == 0
    size = int(levels.max()) + 1
    told = []
    for own in (half, ~half):
        rows = np.bincount(levels[~own], minlength=size)
        with_trait = np.bincount(levels[~own], has[~own], minlength=size)
        shares = (with_trait + PRIOR * has[~own].mean()) / (rows + PRIOR)
        if 0 < has[own].sum() < own.sum():
            told.append(float(roc_auc_score(has[own], shares[levels[own]])))
    return float(np.mean(told)) if told else 0.5
