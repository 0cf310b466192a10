"""Weights learnt from past adoptions.

An *event* is a year in which a practice was taken up somewhere new. What a ranking would have known
just before it is rebuilt from what had started earlier, and the territories that took the practice
up are told apart from those that did not by a conditional logit (McFadden 1974): the probability of
a territory is proportional to exp(Σ wᵢ·sᵢ). The weights are those of the highest likelihood, none
below 0, with a penalty λ/2·Σ wᵢ² that keeps them small where the past says little; then they are
scaled, so that together they weigh what the criteria they replace weighed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from essaim.graph.analyses.criteria import Criteria, Values
from essaim.graph.analyses.weights import Weights, default_weights
from essaim.graph.features import Features
from essaim.graph.features.matrices import columns_of

__all__ = ["LEARNT", "Event", "fit_weights", "past_events"]

LEARNT = ("context", "evidence", "interest", "partnership", "experience")
"""The criteria whose weights past adoptions can say something about."""

_PENALTY = 1.0


@dataclass(frozen=True)
class Event:
    """A practice taken up by new territories in one year.

    Args:
        practice: its number.
        year: the year.
        seeds: the numbers of the territories where it ran before, or was first carried that year.
        adopters: the numbers of the territories that took it up.
    """

    practice: int
    year: int
    seeds: tuple[int, ...]
    adopters: tuple[int, ...]


def past_events(features: Features, before: int) -> list[Event]:
    """The events before a year, in the order of practices and years.

    Args:
        features: the practices and territories.
        before: the first year that must stay unknown.
    """
    practices = features.practices
    found = []
    for practice in range(len(practices.iris)):
        uses = columns_of(practices.uses, practice)
        first: dict[int, tuple[int, bool]] = {}
        for year, taken_up, place in sorted(
            (
                int(practices.use_year[u]),
                bool(practices.use_taken_up[u]),
                int(practices.use_place[u]),
            )
            for u in uses
        ):
            if 0 < year < before:
                first.setdefault(place, (year, taken_up))
        for year in sorted({year for year, taken_up in first.values() if taken_up}):
            seeds = {p for p, (y, later) in first.items() if y < year or (y == year and not later)}
            adopters = {p for p, (y, later) in first.items() if y == year and later}
            if seeds:
                found.append(Event(practice, year, tuple(sorted(seeds)), tuple(sorted(adopters))))
    return found


def fit_weights(
    features: Features,
    events: Sequence[Event],
    *,
    base: Weights | None = None,
    learnt: Sequence[str] = LEARNT,
    penalty: float = _PENALTY,
) -> Weights:
    """The weights under which the past adoptions are most likely.

    Territories that had taken nothing up before are left out of each event: which of them enter the
    record later is not something the record tells.

    Args:
        features: the practices and territories.
        events: the past adoptions.
        base: the weights of all other criteria, and the sum the learnt ones keep.
        learnt: the criteria to learn about.
        penalty: λ.

    Returns:
        The weights; ``base`` when there is nothing to learn from.
    """
    base = base or default_weights()
    rows = [list(base.criteria).index(name) for name in learnt]
    samples = list(_iter_samples(features, events, base, rows))
    if not samples:
        return base
    found = minimize(
        _loss,
        np.zeros(len(rows)),
        args=(samples, penalty),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0, None)] * len(rows),
    )
    total = sum(base.criteria[name] for name in learnt)
    share = found.x / found.x.sum() if found.x.sum() > 0 else np.full(len(rows), 1 / len(rows))
    weights = {name: float(total * part) for name, part in zip(learnt, share, strict=True)}
    return replace(
        base,
        criteria={**base.criteria, **weights},
        origins={**base.origins, **dict.fromkeys(learnt, "fitted")},
    )


_Sample = tuple[NDArray[np.float64], NDArray[np.float64]]


def _iter_samples(
    features: Features, events: Sequence[Event], weights: Weights, rows: Sequence[int]
) -> Iterator[_Sample]:
    """Per event: candidates by criteria, and which of them took the practice up."""
    for event in events:
        earlier = features.practices.adoptions.before(event.year)
        seen = np.diff(earlier.years.T.tocsr().indptr) > 0
        record = earlier.with_seeds({event.practice: event.seeds}, event.year)
        table = Criteria(features, weights, adoptions=record, now=event.year).for_practice(
            event.practice
        )
        seen[list(event.seeds)] = False
        adopted = np.zeros(len(seen))
        adopted[list(event.adopters)] = 1
        if adopted[seen].any():
            yield _filled(table[rows][:, seen]).T, adopted[seen]


def _filled(table: Values) -> NDArray[np.float64]:
    """What is not known takes the mean of what is: it tells nobody from anybody."""
    filled = table.astype(np.float64)
    for row in filled:
        known = ~np.isnan(row)
        row[~known] = row[known].mean() if known.any() else 0.0
    return filled


def _loss(
    weights: NDArray[np.float64], samples: Sequence[_Sample], penalty: float
) -> tuple[float, NDArray[np.float64]]:
    """Minus the log-likelihood with its penalty, and its gradient."""
    loss = penalty * float(weights @ weights) / 2
    gradient = penalty * weights
    for values, adopted in samples:
        worth = values @ weights
        highest = worth.max()
        odds = np.exp(worth - highest)
        count = adopted.sum()
        loss += count * (highest + float(np.log(odds.sum()))) - float(worth @ adopted)
        gradient = gradient + count * (odds @ values) / odds.sum() - adopted @ values
    return loss, gradient
