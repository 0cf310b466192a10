"""What is known of practices and territories, as arrays that a target can be compared with."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pyoxigraph import Literal, NamedNode
from scipy import sparse

from essaim.graph.projection import Matrix
from essaim.graph.store import EmbeddedStore, Term
from essaim.ontology.names import VOCABULARIES
from essaim.ontology.vocabulary import concepts

__all__ = ["READINESS", "PracticeFeatures", "TerritoryFeatures", "read_features", "wu_palmer"]

READINESS: Mapping[str, Mapping[str, float]] = {
    "documentation": {"kit": 1.0, "report": 0.8, "page": 0.5},
    "evaluation": {"external": 1.0, "internal": 0.7, "mentioned": 0.4},
}
"""What a kind of documentation or a level of evaluation is worth to who wants to take it up."""

_EARTH_RADIUS_KM = 6371.0
_DISTANCE_SCALE_KM = 300.0


@dataclass(frozen=True)
class TerritoryFeatures:
    """Territories, side by side; ``nan`` stands for what is not known.

    Args:
        iris: the IRIs, sorted.
        number: the number of each IRI.
        level: per territory, the number of its class (region, department, EPCI, commune …).
        population: log10 of the inhabitants.
        rural: the share of inhabitants outside urban units, 0 to 1.
        position: latitude and longitude in degrees.
        typology: territories by typology concepts.
        has_typology: whether any typology is known.
        within: territories by territories, 1 where one is within the other.
    """

    iris: list[str]
    number: Mapping[str, int]
    level: NDArray[np.int16]
    population: NDArray[np.float64]
    rural: NDArray[np.float64]
    position: NDArray[np.float64]
    typology: Matrix
    has_typology: NDArray[np.bool_]
    within: Matrix

    def similarity(self, target: int) -> NDArray[np.float64]:
        """How alike every territory and a target are, 0 to 1, over what is known of both.

        The mean of: same level (1 or 0.5), population (1 at equal size, 0 a hundred times larger
        or smaller), rural share (1 minus the difference), typology (Jaccard), and nearness
        (exp(-d / 300 km)). A territory that contains the target is not one like it: 0.
        """
        level = np.where(self.level == self.level[target], 1.0, 0.5)
        population = np.clip(1 - np.abs(self.population - self.population[target]) / 2, 0, 1)
        rural = 1 - np.abs(self.rural - self.rural[target])
        near = np.exp(-self._distance_km(target) / _DISTANCE_SCALE_KM)
        parts = np.vstack([level, population, rural, self._jaccard(target), near])
        known = ~np.isnan(parts)
        mean = np.where(known, parts, 0).sum(axis=0) / known.sum(axis=0)
        mean[self.within[[target], :].indices] = 0
        return np.asarray(mean)

    def _jaccard(self, target: int) -> NDArray[np.float64]:
        row = self.typology[[target], :]
        common = np.asarray((self.typology @ row.T).todense()).ravel()
        sizes = np.asarray(self.typology.sum(axis=1)).ravel()
        union = sizes + sizes[target] - common
        known = self.has_typology & self.has_typology[target]
        ratio = np.divide(common, union, out=np.zeros_like(common), where=union > 0)
        return np.where(known, ratio, np.nan)

    def _distance_km(self, target: int) -> NDArray[np.float64]:
        """Great-circle distances (haversine formula), in kilometres."""
        here = np.radians(self.position[target])
        there = np.radians(self.position)
        half = (there - here) / 2
        chord = np.sin(half[:, 0]) ** 2 + (
            np.cos(here[0]) * np.cos(there[:, 0]) * np.sin(half[:, 1]) ** 2
        )
        return np.asarray(2 * _EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0, 1))))


@dataclass(frozen=True)
class PracticeFeatures:
    """Practices, side by side.

    Args:
        iris: the IRIs, sorted.
        number: the number of each IRI.
        concepts: the IRIs of the concepts they carry, sorted.
        carries: practices by concepts: their own themes, publics and sectors, and those of the
            challenges they answer.
        sectors: practices by concepts, the sectors alone.
        readiness: for each readiness criterion, a value per practice, 0 to 1. What an adopter
            can't find counts as 0: an evaluation nobody can read helps nobody.
        ran_in: practices by territories, 1 where it has been implemented.
    """

    iris: list[str]
    number: Mapping[str, int]
    concepts: list[str]
    carries: Matrix
    sectors: Matrix
    readiness: Mapping[str, NDArray[np.float64]]
    ran_in: Matrix

    @cached_property
    def runs(self) -> NDArray[np.float64]:
        """In how many territories each practice has run."""
        return np.asarray(self.ran_in.sum(axis=1), dtype=np.float64).ravel()


def read_features(store: EmbeddedStore) -> tuple[PracticeFeatures, TerritoryFeatures]:
    """Read both from a store."""
    territories = _territories(store)
    return _practices(store, territories), territories


def wu_palmer(one: str, other: str) -> float:
    """How near two concepts are in their scheme, 0 to 1 (Wu and Palmer 1994).

    2·depth(a) / (depth(x) + depth(y)), a being their deepest common ancestor and a scheme's top
    concepts having depth 1, so that two top concepts of one scheme have nothing in common. Where a
    concept has several broader ones, the best value over all paths is taken. Concepts of different
    schemes have 0.

    Example:
        >>> wu_palmer("https://w3id.org/essaim/vocab/sector/tourism",
        ...           "https://w3id.org/essaim/vocab/sector/tourism")
        1.0
    """
    if one == other:
        return 1.0
    left, right = _paths(one), _paths(other)
    best = 0.0
    for path in left:
        for another in right:
            shared = 0
            for a, b in zip(path, another, strict=False):
                if a != b:
                    break
                shared += 1
            best = max(best, 2 * shared / (len(path) + len(another)))
    return best


def _paths(concept: str) -> list[tuple[str, ...]]:
    """Every way down from a top concept to this one."""
    node = NamedNode(concept)
    broader = concepts().broader(node) if concept.startswith(VOCABULARIES) else []
    if not broader:
        return [(concept,)]
    return [(*path, concept) for parent in broader for path in _paths(parent.value)]


def _territories(store: EmbeddedStore) -> TerritoryFeatures:
    facts: dict[str, dict[str, Term]] = {}
    for row in store.iter_rows(
        """SELECT ?t ?level ?population ?rural ?lat ?lon {
            VALUES ?level { ess:Region ess:Departement ess:EPCI ess:Commune ess:Country
                            ess:OtherTerritory }
            ?t a ?level .
            OPTIONAL { ?t ess:population ?population } OPTIONAL { ?t ess:ruralShare ?rural }
            OPTIONAL { ?t ess:latitude ?lat } OPTIONAL { ?t ess:longitude ?lon } }"""
    ):
        facts[row["t"].value] = row
    iris = sorted(facts)
    number = {iri: i for i, iri in enumerate(iris)}
    levels = {name: i for i, name in enumerate(sorted({f["level"].value for f in facts.values()}))}
    pairs = [
        (number[row["t"].value], row["c"].value)
        for row in store.iter_rows("SELECT DISTINCT ?t ?c { ?t ess:typology ?c }")
        if row["t"].value in number
    ]
    within = [
        (number[row["a"].value], number[row["b"].value])
        for row in store.iter_rows("SELECT DISTINCT ?a ?b { ?a ess:within|ess:directlyWithin ?b }")
        if row["a"].value in number and row["b"].value in number
    ]
    types = {iri: i for i, iri in enumerate(sorted({c for _, c in pairs}))}
    typology = _ones([(t, types[c]) for t, c in pairs], (len(iris), max(len(types), 1)))
    population = [_number(facts[iri], "population") for iri in iris]
    return TerritoryFeatures(
        iris=iris,
        number=number,
        level=np.array([levels[facts[iri]["level"].value] for iri in iris], dtype=np.int16),
        population=np.array([math.log10(p) if p > 0 else math.nan for p in population]),
        rural=np.array([_number(facts[iri], "rural") for iri in iris], dtype=np.float64),
        position=np.array(
            [(_number(facts[iri], "lat"), _number(facts[iri], "lon")) for iri in iris],
            dtype=np.float64,
        ).reshape(-1, 2),
        typology=typology,
        has_typology=np.asarray(typology.sum(axis=1)).ravel() > 0,
        within=_ones(within, (len(iris), len(iris))),
    )


def _practices(store: EmbeddedStore, territories: TerritoryFeatures) -> PracticeFeatures:
    iris = sorted({row["p"].value for row in store.iter_rows("SELECT ?p { ?p a ess:Practice }")})
    number = {iri: i for i, iri in enumerate(iris)}
    carried = [
        (number[row["p"].value], row["c"].value)
        for row in store.iter_rows(
            """SELECT DISTINCT ?p ?c {
                ?p a ess:Practice .
                ?p (ess:theme|ess:public|ess:sector)
                   |(ess:answers/(ess:theme|ess:public|ess:sector)) ?c }"""
        )
    ]
    names = sorted({concept for _, concept in carried})
    place = {concept: i for i, concept in enumerate(names)}
    shape = (len(iris), max(len(names), 1))
    sector = f"{VOCABULARIES}sector/"
    ran = [
        (number[row["p"].value], territories.number[row["t"].value])
        for row in store.iter_rows(
            "SELECT DISTINCT ?p ?t { ?run ess:implements ?p ; ess:inTerritory ?t }"
        )
        if row["p"].value in number and row["t"].value in territories.number
    ]
    ran_in = _ones(ran, (len(iris), max(len(territories.iris), 1)))
    return PracticeFeatures(
        iris=iris,
        number=number,
        concepts=names,
        carries=_ones([(p, place[c]) for p, c in carried], shape),
        sectors=_ones([(p, place[c]) for p, c in carried if c.startswith(sector)], shape),
        readiness=_readiness(store, number, ran_in),
        ran_in=ran_in,
    )


def _readiness(
    store: EmbeddedStore, number: Mapping[str, int], ran_in: Matrix
) -> dict[str, NDArray[np.float64]]:
    graded = {
        "documentation": "?p ess:documentation/ess:documentationKind ?c",
        "evaluation": "?p ess:evaluation/ess:evaluationLevel ?c",
    }
    present = {
        "conditions": "?p ess:condition ?c",
        "cost": "?p ess:amount ?c",
        "contact": "?run ess:implements ?p . ?c ess:participatesIn ?run ; "
        "ess:participationRole participation:carrier",
    }
    values = {name: np.zeros(len(number)) for name in (*graded, *present)}
    for name, pattern in graded.items():
        for row in store.iter_rows(f"SELECT DISTINCT ?p ?c {{ {pattern} }}"):
            worth = READINESS[name].get(row["c"].value.rpartition("/")[2], 0.0)
            if row["p"].value in number:
                i = number[row["p"].value]
                values[name][i] = max(values[name][i], worth)
    for name, pattern in present.items():
        for row in store.iter_rows(f"SELECT DISTINCT ?p {{ {pattern} }}"):
            if row["p"].value in number:
                values[name][number[row["p"].value]] = 1.0
    elsewhere = np.maximum(np.asarray(ran_in.sum(axis=1)).ravel() - 1, 0)
    values["replicated"] = elsewhere / (elsewhere + 2)
    return values


def _number(facts: Mapping[str, Term], name: str) -> float:
    term = facts.get(name)
    return float(term.value) if isinstance(term, Literal) else math.nan


def _ones(pairs: Iterable[tuple[int, int]], shape: tuple[int, int]) -> Matrix:
    listed = list(pairs)
    rows = np.array([i for i, _ in listed], dtype=np.int32)
    columns = np.array([j for _, j in listed], dtype=np.int32)
    matrix = sparse.csr_array((np.ones(len(listed)), (rows, columns)), shape=shape)
    matrix.sum_duplicates()
    matrix.data[:] = 1.0
    return matrix
