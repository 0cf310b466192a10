"""What is known of territories, as arrays, and how alike two of them are."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from pyoxigraph import Literal

from essaim.graph.arrays import Matrix, Names, Parts
from essaim.graph.features.concepts import ancestors, scheme_of
from essaim.graph.features.matrices import columns_of, ones
from essaim.graph.store import EmbeddedStore, Term
from essaim.ontology.names import vocabulary

__all__ = ["LIKENESS", "Territories", "read_territories"]

LIKENESS: Mapping[str, float] = {
    "level": 1.0,
    "population": 1.0,
    "density": 1.0,
    "typology": 1.0,
    "nearness": 1.0,
    "sectors": 1.0,
    "institutions": 1.0,
}
"""The parts of the likeness of two territories, each with its weight."""

_LEVELS = ("Commune", "EPCI", "Departement", "Region", "Country", "OtherTerritory")
_DENSITY = ("very-sparse", "sparse", "medium-density", "dense")
_EARTH_RADIUS_KM = 6371.0
_DISTANCE_KM = 300.0
_TENFOLD = 2.0
_ENOUGH = 3
"""Of how many parts two territories must be known to be called alike."""


Others: TypeAlias = NDArray[np.intp] | Sequence[int] | slice


@dataclass(frozen=True)
class Territories:
    """Territories, side by side; ``nan`` stands for what is not known.

    Args:
        iris: the IRIs.
        level: per territory, the place of its class among region, department, EPCI, commune …;
            -1 for another.
        population: log10 of the inhabitants.
        density: how dense it is, 0 to 1: on INSEE's four steps, or the share of inhabitants in
            urban units.
        position: latitude and longitude in degrees.
        concepts: the IRIs of all concepts that the matrices below tell of territories.
        typology: territories by concepts, its types with the broader ones.
        present: territories by concepts, the sectors, roles and skills of the actors there, and
            what kinds of organisation there are, with the broader ones.
        wants: territories by concepts, the themes and publics of its labs and challenges.
        within: territories by territories, 1 where one is within the other.
    """

    iris: Names
    level: NDArray[np.int16]
    population: NDArray[np.float64]
    density: NDArray[np.float32]
    position: NDArray[np.float32]
    concepts: Names
    typology: Matrix
    present: Matrix
    wants: Matrix
    within: Matrix

    def parts(self) -> Parts:
        """Its arrays by name, to be kept."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def concepts_of(self, matrix: Matrix, territory: int) -> list[str]:
        """The IRIs of the concepts that one of the matrices tells of a territory, sorted."""
        return [self.concepts[int(i)] for i in columns_of(matrix, territory)]

    def kind(self, scheme: str) -> NDArray[np.float32]:
        """Per concept, 1 when it is of a scheme."""
        return np.array([scheme_of(iri) == scheme for iri in self.concepts], dtype=np.float32)

    @cached_property
    def _kinds(self) -> Mapping[str, NDArray[np.float32]]:
        return {scheme: self.kind(scheme) for scheme in ("typology", "sector", "organisation")}

    def likeness(self, target: int, weights: Mapping[str, float] = LIKENESS) -> NDArray[np.float32]:
        """How alike every territory and a target are, 0 to 1; ``nan`` where too little is known.

        The weighted mean of :meth:`likeness_parts` over what is known of both, which must be three
        parts at least: two places of which no more is known than that both are communes are not
        alike for that.

        Args:
            target: the number of the territory.
            weights: a weight per part, as in :data:`LIKENESS`.
        """
        total = np.zeros(len(self.iris), dtype=np.float32)
        told = np.zeros(len(self.iris), dtype=np.float32)
        parts = np.zeros(len(self.iris), dtype=np.int16)
        for name, part in self.likeness_parts(target).items():
            known = ~np.isnan(part)
            told += known * np.float32(weights[name])
            total += np.where(known, part, 0) * np.float32(weights[name])
            parts += known & (weights[name] > 0)
        enough = min(_ENOUGH, sum(weight > 0 for weight in weights.values()))
        mean: NDArray[np.float32] = np.full(len(self.iris), np.nan, dtype=np.float32)
        np.divide(total, told, out=mean, where=(parts >= enough) & (told > 0))
        return mean

    def likeness_parts(
        self, target: int, others: Others = slice(None)
    ) -> dict[str, NDArray[np.float32]]:
        """The parts of the likeness of a target and other territories, each 0 to 1 or ``nan``.

        - ``level``: 1 of the same level, 0.5 of different ones;
        - ``population``: 1 of equal size, 0 a hundred times larger or smaller, even on a log scale;
        - ``density``: 1 minus the difference;
        - ``typology``: Jaccard of the types, the broader ones included (so that "remote rural" and
          "rural" have something in common);
        - ``nearness``: exp(-distance / 300 km), great-circle;
        - ``sectors``, ``institutions``: Jaccard of the sectors, and of the kinds of organisation,
          of the actors there.
        """
        level = np.where(self.level[others] == self.level[target], 1.0, 0.5)
        gap = np.abs(self.population[others] - self.population[target])
        far = self.distance_km(target, others)
        return {
            "level": level.astype(np.float32),
            "population": np.clip(1 - gap / _TENFOLD, 0, 1).astype(np.float32),
            "density": 1 - np.abs(self.density[others] - self.density[target]),
            "typology": self._jaccard(self.typology, target, others, self._kinds["typology"]),
            "nearness": np.exp(-far / _DISTANCE_KM),
            "sectors": self._jaccard(self.present, target, others, self._kinds["sector"]),
            "institutions": self._jaccard(
                self.present, target, others, self._kinds["organisation"]
            ),
        }

    def _jaccard(
        self, matrix: Matrix, target: int, others: Others, chosen: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """|A ∩ B| / |A ∪ B| of a target's concepts and others'; ``nan`` where one has none.

        Args:
            matrix: territories by concepts.
            target: the number of the target.
            others: the numbers of the others.
            chosen: per concept, 1 when it counts.
        """
        mine = columns_of(matrix, target)
        row = np.zeros(len(self.concepts), dtype=np.float32)
        row[mine] = chosen[mine]
        rows = matrix[others]
        common = np.asarray(rows @ row, dtype=np.float32)
        sizes = np.asarray(rows @ chosen, dtype=np.float32)
        known = (sizes > 0) & (row.sum() > 0)
        ratio: NDArray[np.float32] = np.full(len(common), np.nan, dtype=np.float32)
        np.divide(common, sizes + row.sum() - common, out=ratio, where=known)
        return ratio

    def distance_km(self, target: int, others: Others) -> NDArray[np.float32]:
        """Great-circle distances (haversine formula), in kilometres."""
        here = np.radians(self.position[target])
        there = np.radians(self.position[others])
        half = (there - here) / 2
        chord = np.sin(half[:, 0]) ** 2 + (
            np.cos(here[0]) * np.cos(there[:, 0]) * np.sin(half[:, 1]) ** 2
        )
        return np.asarray(2 * _EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0, 1))))


def read_territories(store: EmbeddedStore) -> Territories:
    """Read the territories of a store.

    A place where a practice ran is one, even when no source describes it.
    """
    facts = {
        row["t"].value: row
        for row in store.iter_rows(
            """SELECT ?t ?population ?rural ?lat ?lon {
                { SELECT DISTINCT ?t {
                    { ?t a ess:Territory } UNION { ?run ess:implements ?p ; ess:inTerritory ?t } } }
                OPTIONAL { ?t ess:population ?population } OPTIONAL { ?t ess:ruralShare ?rural }
                OPTIONAL { ?t ess:latitude ?lat } OPTIONAL { ?t ess:longitude ?lon } }"""
        )
    }
    iris = Names.of(facts)
    number = {iri: i for i, iri in enumerate(iris)}
    told = {
        name: [
            (number[row["t"].value], row["c"].value)
            for row in store.iter_rows(f"SELECT DISTINCT ?t ?c {{ {pattern} }}")
            if row["t"].value in number
        ]
        for name, pattern in _TOLD.items()
    }
    within = [
        (number[row["a"].value], number[row["b"].value])
        for row in store.iter_rows("SELECT DISTINCT ?a ?b { ?a ess:within|ess:directlyWithin ?b }")
        if row["a"].value in number and row["b"].value in number
    ]
    inside = ones(within, (len(iris), len(iris)))
    typology = _broadened(told["typology"])
    present = [*_broadened(told["actors"]), *_broadened(told["members"])]
    wants = told["wants"]
    concepts = Names.of(concept for _, concept in (*typology, *present, *wants))
    column = {concept: i for i, concept in enumerate(concepts)}
    shape = (len(iris), len(concepts))
    density = _density(told["typology"], [_number(facts[iri], "rural") for iri in iris], len(iris))
    return Territories(
        iris=iris,
        level=_levels(store, number),
        population=_logarithms([_number(facts[iri], "population") for iri in iris]),
        density=density,
        position=np.array(
            [(_number(facts[iri], "lat"), _number(facts[iri], "lon")) for iri in iris],
            dtype=np.float32,
        ).reshape(-1, 2),
        concepts=concepts,
        typology=ones(((t, column[c]) for t, c in typology), shape),
        present=_with_contained(ones(((t, column[c]) for t, c in present), shape), inside),
        wants=ones(((t, column[c]) for t, c in wants), shape),
        within=inside,
    )


_TOLD: Mapping[str, str] = {
    "typology": "?t ess:typology ?c",
    "wants": """{ ?t ess:theme|ess:public ?c . ?t a ess:Territory }
        UNION { ?t ess:hasChallenge/(ess:theme|ess:public) ?c . ?t a ess:Territory }
        UNION { ?lab a ess:OpenLab ; ess:inTerritory ?t ;
                (ess:theme|ess:public)|(ess:hasChallenge/(ess:theme|ess:public)) ?c }""",
    "actors": """{ ?a ess:basedIn|ess:governs ?t ;
                  ess:sector|ess:organisationType|ess:skill|ess:mobilisableFor ?c }
        UNION { ?part ess:participatesIn/ess:inTerritory ?t ; ess:participant/ess:sector ?c }
        UNION { ?part ess:participatesIn/ess:inTerritory ?t ; ess:role|ess:skill ?c }
        UNION { ?part ess:participant/(ess:basedIn|ess:governs) ?t ; ess:role|ess:skill ?c }""",
    "members": """?part org:organization/(ess:basedIn|ess:governs) ?t ; org:role ?c""",
}
"""What is read of territories: the concepts each way leads to."""


def _broadened(pairs: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    return [(row, above) for row, concept in pairs for above in ancestors(concept)]


def _with_contained(present: Matrix, within: Matrix) -> Matrix:
    """What is present in a territory or in those within it."""
    total: Matrix = (present + within.T.tocsr() @ present).tocsr()
    total.data[:] = 1
    total.sort_indices()
    return total


def _levels(store: EmbeddedStore, number: Mapping[str, int]) -> NDArray[np.int16]:
    levels = np.full(len(number), -1, dtype=np.int16)
    for place, name in reversed(list(enumerate(_LEVELS))):
        for row in store.iter_rows(f"SELECT DISTINCT ?t {{ ?t a ess:{name} }}"):
            levels[number[row["t"].value]] = place
    return levels


def _density(
    types: Sequence[tuple[int, str]], rural: Sequence[float], count: int
) -> NDArray[np.float32]:
    density = np.array([1 - share for share in rural], dtype=np.float32).reshape(count)
    steps = {
        vocabulary("typology")[key].value: i / (len(_DENSITY) - 1) for i, key in enumerate(_DENSITY)
    }
    for territory, concept in types:
        if concept in steps:
            density[territory] = steps[concept]
    return density


def _logarithms(values: Sequence[float]) -> NDArray[np.float64]:
    return np.array([math.log10(v) if v > 0 else math.nan for v in values], dtype=np.float64)


def _number(facts: Mapping[str, Term], name: str) -> float:
    term = facts.get(name)
    return float(term.value) if isinstance(term, Literal) else math.nan
