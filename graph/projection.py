"""The graph as compact arrays: who is tied to what, in which sectors, where and when.

Which relationships there are is not written here: each relationship class of the ontology declares
its own edge, and :func:`essaim.ontology.relationships.relationships` reads those declarations.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyoxigraph import NamedNode
from scipy import sparse

from essaim.graph.arrays import Matrix
from essaim.graph.store import EmbeddedStore, term_value
from essaim.ontology.names import ESS
from essaim.ontology.relationships import Relationship, relationships

__all__ = ["Matrix", "Projection", "Relationship", "project", "relationships"]


@dataclass(frozen=True)
class Projection:
    """Nodes as integers, relationships as arrays.

    Args:
        nodes: the IRIs, sorted; a node's number is its place.
        number: the number of each IRI.
        source: per edge, the number of its source.
        target: per edge, the number of its target.
        kind: per edge, the number of its relationship in :func:`relationships`.
        evidence: per edge, the IRI of the relationship itself.
        start: per edge, the year it began; 0 when it is not known.
        sectors: the IRIs of the sectors, sorted.
        in_sector: nodes by sectors, 1 where a node belongs to a sector.
        located: nodes by nodes, 1 where a node is in, governs or acts for a territory, directly
            or through containment.
    """

    nodes: list[str]
    number: dict[str, int]
    source: NDArray[np.int32]
    target: NDArray[np.int32]
    kind: NDArray[np.int16]
    evidence: list[str]
    start: NDArray[np.int16]
    sectors: list[str]
    in_sector: Matrix
    located: Matrix

    def edges_of(self, *classes: NamedNode) -> NDArray[np.intp]:
        """The numbers of the edges of some relationship classes."""
        numbers = [i for i, declared in enumerate(relationships()) if declared.cls in classes]
        return np.flatnonzero(np.isin(self.kind, numbers))

    def shared(self) -> Matrix:
        """Who takes part in what: actors by the activities and bodies they share.

        A body is tied to its own members, so it counts among those who share it.
        """
        taking_part = self.edges_of(ESS.Participation, ESS.Mobilisation)
        membership = self.edges_of(ESS.Membership)
        bodies = np.unique(self.target[membership])
        rows = np.concatenate([self.source[taking_part], self.source[membership], bodies])
        columns = np.concatenate([self.target[taking_part], self.target[membership], bodies])
        return _matrix(rows, columns, (len(self.nodes), len(self.nodes)))


def project(store: EmbeddedStore) -> Projection:
    """Read the projection of a store."""
    edges: list[tuple[str, str, int, str, int]] = []
    for kind, declared in enumerate(relationships()):
        query = f"""SELECT DISTINCT ?edge ?source ?target ?start {{
            ?edge a {declared.cls} ; {declared.source} ?source ; {declared.target} ?target .
            OPTIONAL {{ ?edge {declared.start} ?start }} }}"""
        edges.extend(
            (
                row["source"].value,
                row["target"].value,
                kind,
                row["edge"].value,
                int(term_value(row, "start")[:4] or 0),
            )
            for row in store.iter_rows(query)
        )
    edges.sort()
    sector_pairs = _pairs(store, "?a ess:sector ?b")
    place_pairs = _pairs(
        store,
        "?a ess:basedIn|ess:governs|ess:inTerritory|ess:forTerritory ?here . "
        "?here ess:within? ?b . ?b a ess:Territory",
    )
    nodes = sorted(
        {edge[0] for edge in edges}
        | {edge[1] for edge in edges}
        | {a for a, _ in sector_pairs}
        | {node for pair in place_pairs for node in pair}
    )
    number = {iri: i for i, iri in enumerate(nodes)}
    sectors = sorted({b for _, b in sector_pairs})
    sector_number = {iri: i for i, iri in enumerate(sectors)}
    return Projection(
        nodes=nodes,
        number=number,
        source=np.array([number[edge[0]] for edge in edges], dtype=np.int32),
        target=np.array([number[edge[1]] for edge in edges], dtype=np.int32),
        kind=np.array([edge[2] for edge in edges], dtype=np.int16),
        evidence=[edge[3] for edge in edges],
        start=np.array([edge[4] for edge in edges], dtype=np.int16),
        sectors=sectors,
        in_sector=_matrix(
            [number[a] for a, _ in sector_pairs],
            [sector_number[b] for _, b in sector_pairs],
            (len(nodes), len(sectors)),
        ),
        located=_matrix(
            [number[a] for a, _ in place_pairs],
            [number[b] for _, b in place_pairs],
            (len(nodes), len(nodes)),
        ),
    )


def _pairs(store: EmbeddedStore, pattern: str) -> list[tuple[str, str]]:
    rows = store.iter_rows(f"SELECT DISTINCT ?a ?b {{ {pattern} }}")
    return sorted((row["a"].value, row["b"].value) for row in rows)


def _matrix(rows: Iterable[int], columns: Iterable[int], shape: tuple[int, int]) -> Matrix:
    """A sparse matrix of ones; a pair given twice counts once."""
    row_array = np.fromiter(rows, dtype=np.int32)
    column_array = np.fromiter(columns, dtype=np.int32)
    ones = np.ones(len(row_array), dtype=np.float32)
    matrix = sparse.csr_array((ones, (row_array, column_array)), shape=shape)
    matrix.sum_duplicates()
    matrix.data[:] = 1.0
    return matrix
