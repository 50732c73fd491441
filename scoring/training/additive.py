"""Fit one table of log-odds for each field: penalised logistic regression on bin codes.

Neighbouring bins of a number are pulled together, special, missing and level bins towards their
field's mean, so that fine bins are safe with few rows. The gradient is exact and costs two passes
over the codes, whatever the number of bins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from scoring.training.binning import Bins, Codes

Numbers = NDArray[np.float64]
Tables = tuple[Numbers, ...]

STEPS: Final = 300
PRECISION: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Additive:
    """An intercept and a table for each field, in log-odds of bad; each table averages zero."""

    intercept: float
    tables: Tables
    offset_slope: float = 1.0
    start: Numbers | None = None  # where a similar fit may start

    def log_odds(self, codes: Codes, offset: Numbers | None = None) -> Numbers:
        """Add up the tables."""
        total = np.full(len(codes), self.intercept)
        for place, table in enumerate(self.tables):
            total += table[codes[:, place]]
        return total if offset is None else total + self.offset_slope * offset


@dataclass(frozen=True, slots=True)
class AdditiveLogistic:
    """How to fit the tables.

    Parameters
    ----------
    fields : sequence of Bins
        The fields that were coded.
    signs : sequence of int
        1 where more is riskier, -1 where it is safer: the table follows exactly.
    penalty : float
        Weight of the squares; one unit is one row.
    slope_penalty : float
        How firmly the slope of the offset is held at one.

    """

    fields: Sequence[Bins]
    signs: Sequence[int]
    penalty: float = 10.0
    slope_penalty: float = 10.0

    def fit(
        self,
        codes: Codes,
        bad: Numbers,
        weight: Numbers,
        offset: Numbers | None = None,
        start: Numbers | None = None,
    ) -> Additive:
        """Fit the tables beside an offset (an expert's log-odds, whose slope is fitted too)."""
        shape = _Shape(self.fields, codes, weight)
        size = shape.size
        around = np.zeros(len(bad)) if offset is None else offset
        rate = float(np.average(bad, weights=weight))
        first = np.zeros(size + 2)
        first[size:] = np.log(rate / (1 - rate)) if offset is None else 0.0, 1.0
        slope_penalty = np.inf if offset is None else self.slope_penalty

        def loss(parameters: Numbers) -> tuple[float, Numbers]:
            free, intercept, slope = parameters[:size], parameters[size], parameters[size + 1]
            table = shape.table(free)
            eta = shape.sum(table) + intercept + slope * around
            value = weight @ (np.logaddexp(0, eta) - bad * eta)
            rest = weight * (expit(eta) - bad)
            gradient = np.empty(size + 2)
            gradient[:size] = shape.back(shape.gather(rest)) + self.penalty * free
            gradient[size] = rest.sum()
            value += self.penalty / 2 * (free @ free)
            if offset is None:
                gradient[size + 1] = 0.0
            else:
                gradient[size + 1] = rest @ around + slope_penalty * (slope - 1)
                value += slope_penalty / 2 * (slope - 1) ** 2
            return float(value), gradient

        found = minimize(
            loss,
            first if start is None else start,
            jac=True,
            method="L-BFGS-B",
            bounds=[*shape.bounds(self.signs), (None, None), (0, None)],
            options={
                "maxiter": STEPS,
                "maxcor": 20,
                "ftol": PRECISION,
                "gtol": 1e-4 * np.sqrt(len(bad)),
            },
        ).x
        table = shape.table(found[:size])
        centred, shift = shape.centred(table)
        return Additive(
            float(found[size]) + shift, centred, float(found[size + 1]), np.asarray(found)
        )


class _Shape:
    """Where each table lies in one long vector, and how free parameters become tables."""

    def __init__(self, fields: Sequence[Bins], codes: Codes, weight: Numbers) -> None:
        self.fields = fields
        ends = np.cumsum([field.size for field in fields], dtype=np.intp)
        self.starts = np.concatenate([np.zeros(1, np.intp), ends[:-1]]) if len(fields) else ends
        self.size = int(ends[-1]) if len(fields) else 0
        self.flat = codes + self.starts
        self.mass = self.gather(weight)
        self.numbers = [
            slice(start, start + field.ordinary)
            for start, field in zip(self.starts, fields, strict=True)
            if field.kind == "number"
        ]
        self.shares = [self._shares(part) for part in self.numbers]

    def _shares(self, part: slice) -> Numbers:
        mass = self.mass[part]
        total = mass.sum()
        return mass / total if total else np.full(len(mass), 1 / len(mass))

    def gather(self, rest: Numbers) -> Numbers:
        """Sum what each row has into the bins it hits."""
        total = np.zeros(self.size)
        for place in range(len(self.fields)):
            start = self.starts[place]
            size = self.fields[place].size
            column = self.flat[:, place] - start
            total[start : start + size] = np.bincount(column, rest, size)
        return total

    def sum(self, table: Numbers) -> Numbers:
        """Sum the tables over each row."""
        total = np.zeros(len(self.flat))
        for place in range(len(self.fields)):
            total += table[self.flat[:, place]]
        return total

    def table(self, free: Numbers) -> Numbers:
        """Turn steps between neighbours into heights around the field's mean."""
        table = free.copy()
        for part, shares in zip(self.numbers, self.shares, strict=True):
            heights = np.cumsum(free[part])
            table[part] = heights - shares @ heights
        return table

    def back(self, gradient: Numbers) -> Numbers:
        """Turn the gradient of the tables into that of the free parameters."""
        result = gradient.copy()
        for part, shares in zip(self.numbers, self.shares, strict=True):
            inner = gradient[part] - shares * gradient[part].sum()
            result[part] = np.cumsum(inner[::-1])[::-1]
        return result

    def bounds(self, signs: Sequence[int]) -> list[tuple[float | None, float | None]]:
        """Hold the steps of a signed number to one side."""
        bounds: list[tuple[float | None, float | None]] = []
        for field, sign in zip(self.fields, signs, strict=True):
            side = {1: (0.0, None), -1: (None, 0.0), 0: (None, None)}[sign]
            steps = field.ordinary if field.kind == "number" else 0
            bounds += [side] * steps + [(None, None)] * (field.size - steps)
        return bounds

    def centred(self, table: Numbers) -> tuple[Tables, float]:
        """Move the mean of every table into the intercept; a bin never seen is average."""
        tables, shift = [], 0.0
        for start, field in zip(self.starts, self.fields, strict=True):
            part, mass = table[start : start + field.size], self.mass[start : start + field.size]
            mean = float(part @ mass / mass.sum())
            tables.append(np.where(mass > 0, part - mean, 0.0))
            shift += mean
        return tuple(tables), shift
