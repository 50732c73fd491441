"""Read a hand-written card as a prior: its points, on the bins that the data are coded in."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from scoring.card.format import CardData, Field, bins_of
from scoring.card.scalar import bin_finder
from scoring.training.binning import Bins
from scoring.training.dictionary import Dictionary, Entry
from scoring.training.pairs import Joint

NOWHERE: Final = object()  # neither a number nor a level: what "other" stands for
RISKIER: Final = {"falls": 1, "rises": -1, "free": 0}  # a card's sign goes with its points


def completed(known: Dictionary, card: CardData | None) -> Dictionary:
    """Fill in what the card knows of its fields, where the dictionary does not say it."""
    fields = () if card is None else card.fields
    told = {field.name: _filled(known[field.name], field) for field in fields}
    return replace(known, entries={**known.entries, **told})


def _filled(entry: Entry, field: Field) -> Entry:
    return replace(
        entry,
        kind=entry.kind or field.kind,
        sign=entry.sign or (RISKIER[field.sign] if field.kind == "number" else 0),
        group=entry.group or field.group,
        why=entry.why or field.why,
    )


def bins_of_card(card: CardData) -> dict[str, Bins]:
    """List the bins that keep the points of the card exact."""
    return {field.name: _bins(field) for field in card.fields}


def _bins(field: Field) -> Bins:
    if field.kind == "choice":
        return Bins(field.name, "choice", levels=(*field.levels, *field.special))
    special = tuple(map(float, field.special))
    return Bins(field.name, "number", cuts=tuple(map(float, field.cuts)), special=special)


def as_prior(card: CardData, fields: Sequence[Bins]) -> Joint:
    """Write the card as tables of log-odds of bad on the bins of the data."""
    scaling, calibration = card.scaling, card.calibration
    step = calibration.slope * math.log(2) / scaling.pdo
    places = {field.name: place for place, field in enumerate(fields)}
    by_name = {field.name: field for field in card.fields}
    hit = {
        name: _bins_hit(by_name[name], fields[place])
        for name, place in places.items()
        if name in by_name
    }
    absent = {field.name: bin_finder(field)(None) for field in card.fields}
    base = scaling.base_points - scaling.base_score
    base += sum(
        bins_of(field)[absent[field.name]] for field in card.fields if field.name not in hit
    )
    tables = [
        -step * np.asarray(bins_of(by_name[field.name]), np.float64)[hit[field.name]]
        if field.name in hit
        else np.zeros(field.size)
        for field in fields
    ]
    pairs = {}
    for pair in card.pairs:
        if not all(name in hit for name in pair.fields):
            continue
        rows = np.asarray(pair.first.bins)[hit[pair.fields[0]]]
        columns = np.asarray(pair.second.bins)[hit[pair.fields[1]]]
        table = -step * np.asarray(pair.points, np.float64)[np.ix_(rows, columns)]
        first, second = (places[name] for name in pair.fields)
        pairs[min(first, second), max(first, second)] = table if first < second else table.T
    intercept = -calibration.intercept - calibration.slope * math.log(scaling.base_odds)
    return Joint(intercept - step * base, tuple(tables), pairs)


def _bins_hit(field: Field, bins: Bins) -> list[int]:
    """Tell which bin of the card each bin of the data falls into."""
    find = bin_finder(field)
    if bins.kind == "number":
        below = [math.nextafter(bins.cuts[0], -math.inf)] if bins.cuts else [0.0]
        return [find(value) for value in (*below, *bins.cuts, *bins.special, None)]
    return [find(value) for value in (*bins.levels, None, NOWHERE)]
