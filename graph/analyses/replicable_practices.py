"""Replicable practices: which practices a territory could take up, and why.

A practice has a *readiness*, what an adopter would find: documentation, evaluation, conditions,
cost, a contact, earlier replications. And it has a *fit* to a target: how well it matches the
needs, how alike the territories are where it ran, whether the sectors it crosses are at hand, and
whether territories like this one took it up.

    score = Σ wᵢ·sᵢ / Σ wᵢ            over the criteria that are known
    coverage = Σ wᵢ (known) / Σ wᵢ     over all criteria

An unknown fit criterion counts neither as 0 nor as 1; it lowers the coverage. Readiness criteria
are always known: what an adopter can't find is missing, whatever the reason.

The criteria follow the entry gates of URBACT and PANORAMA (documented, evidence of impact,
adaptable building blocks, relevance) and the categories of ASTAIRE (Cambon et al. 2013) and PIET-T
(Schloemer and Schröder-Bäck 2018); neither gives weights, so the weights are ours and can be
changed. PIET-T is clear that transferability can't be measured beforehand: the score is an
*anticipated* one, and a high score of low coverage says little.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from essaim.graph.features import PracticeFeatures, TerritoryFeatures, wu_palmer
from essaim.ontology.errors import BadInput, NotFound

__all__ = ["GROUPS", "WEIGHTS", "Criterion", "Target", "Transfer", "rank", "with_weights"]

WEIGHTS: Mapping[str, float] = {
    "documentation": 1.0,
    "evaluation": 1.0,
    "conditions": 0.5,
    "cost": 0.5,
    "contact": 0.5,
    "replicated": 1.0,
    "need": 3.0,
    "context": 1.5,
    "feasibility": 1.0,
    "evidence": 1.5,
}
"""The weight of each criterion. Chosen, not fitted: as much for the fit's need as for readiness."""

GROUPS: Mapping[str, str] = {
    "documentation": "readiness",
    "evaluation": "readiness",
    "conditions": "readiness",
    "cost": "readiness",
    "contact": "readiness",
    "replicated": "readiness",
    "need": "need",
    "context": "context",
    "feasibility": "feasibility",
    "evidence": "evidence",
}
"""The part of the score each criterion belongs to; all but readiness make the fit."""


@dataclass(frozen=True)
class Target:
    """Who would take a practice up.

    Args:
        territory: the IRI of the territory.
        needs: the IRIs of the themes, publics and sectors wanted; empty when none is known.
        sectors_present: the IRIs of the sectors of the actors known there; empty when unknown.
    """

    territory: str
    needs: Sequence[str] = ()
    sectors_present: Sequence[str] = ()


@dataclass(frozen=True)
class Criterion:
    """One criterion of one practice.

    Args:
        name: a key of :data:`WEIGHTS`.
        value: 0 to 1, or ``None`` when it is not known.
        weight: its weight.
    """

    name: str
    value: float | None
    weight: float


@dataclass(frozen=True)
class Transfer:
    """A practice, as one a target could take up.

    Args:
        practice: its IRI.
        score: 0 to 1.
        coverage: the share of the weights whose criteria are known, 0 to 1.
        readiness: the score over the readiness criteria alone.
        fit: the score over the others, ``None`` when none of them is known.
        criteria: all of them, in the order of :data:`WEIGHTS`.
        matched: the needs it meets, each with the practice's nearest concept and how near, best
            first.
        adopters: the territories where it ran, each with how alike the target it is, most alike
            first.
    """

    practice: str
    score: float
    coverage: float
    readiness: float
    fit: float | None
    criteria: Sequence[Criterion]
    matched: Sequence[tuple[str, str, float]]
    adopters: Sequence[tuple[str, float]]


def with_weights(changes: Mapping[str, float]) -> dict[str, float]:
    """The default weights with some changed.

    Raises:
        NotFound: there is no such criterion.
        BadInput: a weight is negative or not a number, or all are 0.
    """
    weights = dict(WEIGHTS)
    for name, weight in changes.items():
        if name not in WEIGHTS:
            raise NotFound("criterion", name, WEIGHTS)
        if not 0 <= weight < np.inf:
            raise BadInput(f'The weight of "{name}" is {weight}.', "Give 0 or a positive number.")
        weights[name] = weight
    if not any(weights.values()):
        raise BadInput("Every weight is 0.", "Leave at least one criterion its weight.")
    return weights


def rank(
    practices: PracticeFeatures,
    territories: TerritoryFeatures,
    target: Target,
    *,
    weights: Mapping[str, float] = WEIGHTS,
    limit: int = 10,
) -> list[Transfer]:
    """The practices a target could take up, best first.

    Practices that already run in the target's territory are left out.

    Args:
        practices: what is known of the practices.
        territories: what is known of the territories.
        target: who would take one up.
        weights: a weight per criterion; see :func:`with_weights`.
        limit: how many to return at the most.

    Returns:
        The ranking; equal scores in the order of the IRIs.

    Raises:
        NotFound: the territory is unknown.

    When it misleads: the scores compare practices for one target, not targets with each other; a
    practice that is well written up outranks a better one that nobody described.
    """
    if target.territory not in territories.number:
        raise NotFound("territory", target.territory, territories.number)
    if not practices.iris:
        return []
    place = territories.number[target.territory]
    alike = territories.similarity(place)
    nearness = _nearness(practices.concepts, target.needs)
    values = dict(practices.readiness)
    values["need"] = _need(practices, nearness)
    values["context"] = _context(practices, alike)
    values["feasibility"] = _feasibility(practices, target.sectors_present)
    values["evidence"] = _evidence(practices, alike)
    table = np.vstack([values[name] for name in WEIGHTS])
    column = np.array([weights[name] for name in WEIGHTS])
    score, coverage = _score(table, column)
    here = np.asarray(practices.ran_in[:, [place]].todense()).ravel() > 0
    score = np.where(here | np.isnan(score), -1.0, score)
    order = np.argsort(-score, kind="stable")[:limit]
    is_ready = np.array([GROUPS[name] == "readiness" for name in WEIGHTS])
    readiness, _ = _score(table, column * is_ready)
    fit, _ = _score(table, column * ~is_ready)
    return [
        Transfer(
            practice=practices.iris[i],
            score=float(score[i]),
            coverage=float(coverage[i]),
            readiness=_known(readiness[i]) or 0.0,
            fit=_known(fit[i]),
            criteria=[
                Criterion(name, _known(table[row, i]), float(column[row]))
                for row, name in enumerate(WEIGHTS)
            ],
            matched=_matched(practices, int(i), target.needs, nearness),
            adopters=_adopters(practices, territories, int(i), alike),
        )
        for i in order
        if score[i] >= 0
    ]


def _nearness(concepts: Sequence[str], needs: Sequence[str]) -> NDArray[np.float64]:
    """Needs by concepts: Wu-Palmer similarity."""
    return np.array(
        [[wu_palmer(need, concept) for concept in concepts] for need in needs], dtype=np.float64
    ).reshape(len(needs), len(concepts))


def _need(practices: PracticeFeatures, nearness: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each need the practice's nearest concept, averaged over the needs."""
    count = len(practices.iris)
    if not len(nearness):
        return np.full(count, np.nan)
    carries = practices.carries
    best = np.zeros((len(nearness), count))
    for row, similarity in enumerate(nearness):
        weighted = carries.multiply(similarity[np.newaxis, :]).tocsr()
        best[row] = np.asarray(weighted.max(axis=1).todense()).ravel()
    described = np.asarray(carries.sum(axis=1)).ravel() > 0
    return np.where(described, best.mean(axis=0), np.nan)


def _context(practices: PracticeFeatures, alike: NDArray[np.float64]) -> NDArray[np.float64]:
    """The likeness of the territory most like the target where the practice ran."""
    if not practices.ran_in.nnz:
        return np.full(len(practices.iris), np.nan)
    weighted = practices.ran_in.multiply(alike[np.newaxis, :]).tocsr()
    best = np.asarray(weighted.max(axis=1).todense()).ravel()
    return np.where(best > 0, best, np.nan)


def _feasibility(practices: PracticeFeatures, present: Sequence[str]) -> NDArray[np.float64]:
    """The share of the sectors the practice crosses that have an actor at hand."""
    if not present:
        return np.full(len(practices.iris), np.nan)
    at_hand = np.array([concept in set(present) for concept in practices.concepts], dtype=float)
    needed = np.asarray(practices.sectors.sum(axis=1)).ravel()
    found = practices.sectors @ at_hand
    share = np.divide(found, needed, out=np.zeros_like(found), where=needed > 0)
    return np.where(needed > 0, share, np.nan)


def _evidence(practices: PracticeFeatures, alike: NDArray[np.float64]) -> NDArray[np.float64]:
    """Adoptions, each counted by its likeness to the target: Σ / (Σ + 2); unknown where none ran.

    The half-way point, two adoptions by territories exactly like the target, is a choice.
    """
    weighted = practices.ran_in @ alike
    return np.where(weighted > 0, weighted / (weighted + 2), np.nan)


def _score(
    table: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    known = ~np.isnan(table)
    weighted = weights[:, np.newaxis]
    told = (known * weighted).sum(axis=0)
    total = (np.where(known, table, 0) * weighted).sum(axis=0)
    score = np.divide(total, told, out=np.full_like(total, np.nan), where=told > 0)
    return score, told / max(weights.sum(), np.finfo(float).tiny)


def _matched(
    practices: PracticeFeatures,
    practice: int,
    needs: Sequence[str],
    nearness: NDArray[np.float64],
) -> list[tuple[str, str, float]]:
    columns = practices.carries[[practice], :].indices
    found = []
    for row, need in enumerate(needs):
        if len(columns):
            best = int(columns[int(np.argmax(nearness[row, columns]))])
            if nearness[row, best] > 0:
                found.append((need, practices.concepts[best], float(nearness[row, best])))
    return sorted(found, key=lambda match: (-match[2], match[0]))


def _adopters(
    practices: PracticeFeatures,
    territories: TerritoryFeatures,
    practice: int,
    alike: NDArray[np.float64],
) -> list[tuple[str, float]]:
    columns = practices.ran_in[[practice], :].indices
    found = [(territories.iris[i], float(alike[i])) for i in columns if alike[i] > 0]
    return sorted(found, key=lambda adopter: (-adopter[1], adopter[0]))


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
