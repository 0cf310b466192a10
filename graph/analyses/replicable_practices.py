"""Replicable practices: which practices a territory could take up, which territories one suits.

A practice has a *readiness*, what an adopter would find: documentation, evaluation, conditions,
building blocks, cost, a contact, runs that lasted, earlier replications. It has a *fit* to a
territory: how well it meets the needs, how alike the territories are where it ran, whether the
sectors, roles and skills it asks for are at hand, whether territories like this one took it up, and
what the territory's own record of taking up practices says.

    score = Σ wᵢ·sᵢ / Σ wᵢ            over the criteria that are known
    coverage = Σ wᵢ (known) / Σ wᵢ     over all criteria

An unknown criterion counts neither as 0 nor as 1; it lowers the coverage. Readiness and capacity
criteria are always known: what an adopter can't find is missing whatever the reason, and a record
shows what it shows.

The criteria follow the entry gates of URBACT and PANORAMA (documented, evidence of impact,
adaptable building blocks, relevance), the categories of ASTAIRE (Cambon et al. 2013), PIET-T
(Schloemer and Schröder-Bäck 2018) and RE-AIM; none of them gives weights. PIET-T is clear that
transferability can't be measured beforehand: the score is an *anticipated* one, and a high score of
low coverage says little.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from essaim.graph.analyses.criteria import Criteria, Need, Values
from essaim.graph.features.matrices import columns_of
from essaim.ontology.errors import NotFound

__all__ = [
    "GATES",
    "Criterion",
    "Options",
    "Target",
    "Transfer",
    "practices_for",
    "score",
    "territories_for",
]

GATES = ("described", "relevant", "evidenced", "adaptable")
"""What URBACT and PANORAMA ask of a practice before anything else; see :attr:`Transfer.gates`."""

_SHORTLIST = 5


@dataclass(frozen=True)
class Target:
    """Who would take a practice up.

    Args:
        territory: the IRI of the territory; ``None`` for a need alone.
        need: what is wanted, beside what the graph knows the territory wants.
    """

    territory: str | None
    need: Need = field(default_factory=Need)


@dataclass(frozen=True)
class Options:
    """How to rank.

    Args:
        limit: how many to return at the most.
        gates: which of :data:`GATES` a row must pass.
        diversity: 0 ranks by score alone; towards 1, a row like those above it ranks lower.
        within: for territories, the number of the one they must be in.
    """

    limit: int = 10
    gates: Sequence[str] = ()
    diversity: float = 0.0
    within: int | None = None


@dataclass(frozen=True)
class Criterion:
    """One criterion of one practice and one territory.

    Args:
        name: one of those in ``weights.yml``.
        value: 0 to 1, or ``None`` when it is not known.
        weight: its weight.
    """

    name: str
    value: float | None
    weight: float


@dataclass(frozen=True)
class Transfer:
    """A practice and a territory that could take it up.

    Args:
        practice: the IRI of the practice.
        territory: the IRI of the territory; ``None`` for a need alone.
        score: 0 to 1.
        coverage: the share of the weights whose criteria are known, 0 to 1.
        readiness: the score over the readiness criteria alone.
        fit: the score over the others, ``None`` when none of them is known.
        criteria: all of them, in the order of ``weights.yml``.
        gates: for each of :data:`GATES`, whether it is passed; ``None`` when that can't be told.
        matched: the needs it meets, each with the practice's nearest concept and how near, best
            first.
        adopters: the territories where it ran, each with how alike the target it is, most alike
            first; ``None`` where too little is known to tell.
    """

    practice: str
    territory: str | None
    score: float
    coverage: float
    readiness: float
    fit: float | None
    criteria: Sequence[Criterion]
    gates: dict[str, bool | None]
    matched: Sequence[tuple[str, str, float]]
    adopters: Sequence[tuple[str, float | None]]


def practices_for(
    criteria: Criteria, target: Target, options: Options = Options()
) -> list[Transfer]:
    """The practices a target could take up, best first.

    Practices that already run in the target's territory are left out.

    Args:
        criteria: the criteria of the generation, with their weights.
        target: who would take one up.
        options: how to rank.

    Returns:
        The ranking; equal scores in the order of the IRIs.

    Raises:
        NotFound: the territory is unknown.

    When it misleads: the scores compare practices for one target, not targets with each other; a
    practice that is well written up outranks a better one that nobody described.
    """
    features = criteria.features
    place = None if target.territory is None else _number(criteria, target.territory)
    table = criteria.for_territory(place, target.need)
    here = np.zeros(len(features.practices.iris), dtype=np.bool_)
    if place is not None:
        here[columns_of(criteria.record.by_territory, place)] = True
    ranking = _Ranking(criteria, table, ~here, options)
    alike = None if place is None else criteria.alike_for(place)
    need = criteria.needs_of(place, target.need)
    return [
        ranking.transfer(i, practice=i, place=place, alike=alike, need=need)
        for i in ranking.best(features.practices.similar)
    ]


def territories_for(
    criteria: Criteria, practice: str, options: Options = Options()
) -> list[Transfer]:
    """The territories a practice would suit, best first.

    Territories where it already runs are left out.

    Args:
        criteria: the criteria of the generation, with their weights.
        practice: the IRI of the practice.
        options: how to rank.

    Returns:
        The ranking; equal scores in the order of the IRIs.

    Raises:
        NotFound: the practice is unknown.

    When it misleads: a territory of which the graph knows much is easier to tell apart than one of
    which it knows only where it is. Read the coverage, and do not read a low rank as a verdict.
    """
    features = criteria.features
    if practice not in features.practices.iris:
        raise NotFound("practice", practice, features.practices.iris[:50])
    number = features.practices.iris.number(practice)
    places = features.territories
    candidates = np.ones(len(places.iris), dtype=np.bool_)
    candidates[columns_of(criteria.adoptions.years, number)] = False
    if options.within is not None:
        inside = np.zeros_like(candidates)
        inside[columns_of(criteria.contains, options.within)] = True
        candidates &= inside
    ranking = _Ranking(criteria, criteria.for_practice(number), candidates, options)
    return [
        ranking.transfer(
            i,
            practice=number,
            place=i,
            alike=criteria.alike_for(i),
            need=criteria.needs_of(i, Need()),
        )
        for i in ranking.best(
            lambda place: np.nan_to_num(places.likeness(place, criteria.weights.likeness))
        )
    ]


def score(table: Values, weights: Values) -> tuple[Values, Values]:
    """The weighted mean of what is known, and how much of the weights is known.

    Args:
        table: criteria by candidates, ``nan`` for what is not known.
        weights: a weight per criterion.

    Returns:
        Per candidate, its score (``nan`` when nothing is known) and its coverage.
    """
    known = ~np.isnan(table)
    weighted = weights[:, np.newaxis]
    told = (known * weighted).sum(axis=0)
    total = (np.where(known, table, 0) * weighted).sum(axis=0)
    mean = np.divide(total, told, out=np.full_like(total, np.nan), where=told > 0)
    return mean, told / max(float(weights.sum()), np.finfo(np.float32).tiny)


class _Ranking:
    """The candidates of one question, scored.

    Args:
        criteria: where the criteria come from.
        table: criteria by candidates.
        allowed: which candidates may be proposed.
        options: how to rank.
    """

    def __init__(
        self, criteria: Criteria, table: Values, allowed: NDArray[np.bool_], options: Options
    ) -> None:
        self._criteria = criteria
        self._table = table
        self._options = options
        self._weights = np.array(list(criteria.weights.criteria.values()), dtype=np.float32)
        groups = np.array(list(criteria.weights.groups.values()))
        self.score, self.coverage = score(table, self._weights)
        self.readiness, _ = score(table, self._weights * (groups == "readiness"))
        self.fit, _ = score(table, self._weights * (groups != "readiness"))
        self._gates = self._pass_gates()
        for gate in options.gates:
            if gate not in GATES:
                raise NotFound("gate", gate, GATES)
            allowed = allowed & (self._gates[gate] == 1)
        self._score = np.where(allowed & ~np.isnan(self.score), self.score, np.float32(-1))

    def best(self, likeness: Callable[[int], Values]) -> list[int]:
        """The numbers of the best candidates, in order.

        Args:
            likeness: given a candidate, how alike it and every other are.
        """
        limit = self._options.limit
        if not self._options.diversity:
            return [i for i in self._in_order(limit) if self._score[i] >= 0]
        shortlist = [i for i in self._in_order(_SHORTLIST * limit) if self._score[i] >= 0]
        return _diverse(shortlist, self._score, likeness, self._options.diversity)[:limit]

    def transfer(
        self, i: int, *, practice: int, place: int | None, alike: Values | None, need: Need
    ) -> Transfer:
        """What is to be told of a candidate."""
        features = self._criteria.features
        return Transfer(
            practice=features.practices.iris[practice],
            territory=None if place is None else features.territories.iris[place],
            score=float(self.score[i]),
            coverage=float(self.coverage[i]),
            readiness=_known(self.readiness[i]) or 0.0,
            fit=_known(self.fit[i]),
            criteria=[
                Criterion(name, _known(self._table[row, i]), float(self._weights[row]))
                for row, name in enumerate(self._criteria.names)
            ],
            gates={gate: _passed(values[i]) for gate, values in self._gates.items()},
            matched=self._criteria.matched(practice, need),
            adopters=_adopters(self._criteria, practice, alike),
        )

    def _in_order(self, count: int) -> list[int]:
        """The numbers of the highest scores; equal ones in the order of their numbers."""
        values = self._score
        if count < len(values):
            least = np.partition(values, len(values) - count)[len(values) - count]
            chosen = np.flatnonzero(values >= least)
        else:
            chosen = np.arange(len(values))
        return [int(i) for i in chosen[np.argsort(-values[chosen], kind="stable")][:count]]

    def _pass_gates(self) -> dict[str, Values]:
        """Per gate and candidate: 1 passed, 0 not, ``nan`` unknown."""
        told = dict(zip(self._criteria.names, self._table, strict=True))
        return {
            "described": np.sign(told["documentation"]),
            "relevant": np.sign(told["need"]),
            "evidenced": np.sign(np.maximum(told["evaluation"], told["replicated"])),
            "adaptable": np.sign(np.maximum(told["conditions"], told["blocks"])),
        }


def _diverse(
    shortlist: Sequence[int],
    values: Values,
    likeness: Callable[[int], Values],
    diversity: float,
) -> list[int]:
    """Maximal marginal relevance (Carbonell and Goldstein 1998).

    Each time the one with the highest (1 − d)·score − d·(likeness to the nearest already chosen).
    """
    left = list(shortlist)
    nearest = np.zeros(len(values), dtype=np.float32)
    chosen: list[int] = []
    while left:
        best = max(left, key=lambda i: ((1 - diversity) * values[i] - diversity * nearest[i], -i))
        left.remove(best)
        chosen.append(best)
        np.maximum(nearest, likeness(best), out=nearest)
    return chosen


def _adopters(
    criteria: Criteria, practice: int, alike: Values | None
) -> list[tuple[str, float | None]]:
    iris = criteria.features.territories.iris
    columns = columns_of(criteria.adoptions.years, practice)
    shares = np.full(len(columns), np.nan) if alike is None else alike[columns]
    order = sorted(
        (-float(np.nan_to_num(s, nan=-1)), int(i)) for s, i in zip(shares, columns, strict=True)
    )
    return [(iris[i], None if negative > 0 else -negative) for negative, i in order]


def _number(criteria: Criteria, territory: str) -> int:
    iris = criteria.features.territories.iris
    if territory not in iris:
        raise NotFound("territory", territory, iris[:50])
    return iris.number(territory)


def _known(value: np.float32) -> float | None:
    return None if np.isnan(value) else float(value)


def _passed(value: np.float32) -> bool | None:
    return None if np.isnan(value) else bool(value)
