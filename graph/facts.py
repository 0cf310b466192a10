"""Reading one property at a time from a state of the graph: all of it, or what a few terms have.

Terms are text, as in N-Triples. To look one term up costs as much as reading a few statements in a
row, so a property is read whole as soon as many terms are wanted, and not at all where the
censuses say that it is not used.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

import pyoxigraph
from pyoxigraph import NamedNode

from essaim.graph.census import Census
from essaim.graph.terms import is_iri, node
from essaim.ontology.names import GRAPHS, RDF

__all__ = ["PROVENANCE", "Facts", "is_data"]

PROVENANCE = f"{GRAPHS.base}provenance/"
"""How the IRIs of the graphs about sources begin."""

_INFERRED = GRAPHS.inferred.value
_LOOK_UP = 3
"""Statements read in a row in the time of one look-up, about."""

Index = Mapping[str, list[str]]


def is_data(graph: str) -> bool:
    """Whether a named graph states something of the world: neither derived nor about sources."""
    return graph != _INFERRED and not graph.startswith(PROVENANCE)


class Facts:
    """What a store says that is data (see :func:`is_data`), one property at a time.

    Args:
        store: the store.
        censuses: for each of its named graphs, what it holds.
        derived: whether derived statements count too.
    """

    def __init__(
        self, store: pyoxigraph.Store, censuses: Mapping[str, Census], *, derived: bool = False
    ) -> None:
        self._store = store
        self._censuses = {
            NamedNode(graph): census
            for graph, census in censuses.items()
            if is_data(graph) or (derived and graph == _INFERRED)
        }
        self._whole: dict[str, tuple[Index, Index]] = {}

    def count(self, name: str) -> int:
        """How many statements there are of a property."""
        return sum(census.properties.get(name, 0) for census in self._censuses.values())

    def values(self, name: str, subjects: Collection[str]) -> Iterator[tuple[str, str]]:
        """What some subjects have for a property: pairs of subject and value."""
        if self._is_worth_reading_whole(name, len(subjects)):
            forth, _ = self._read_whole(name)
            return ((key, other) for key in subjects for other in forth.get(key, ()))
        return self._look_up(name, subjects)

    def holders(self, name: str, values: Collection[str]) -> Iterator[tuple[str, str]]:
        """Who has some values for a property: pairs of subject and value."""
        if self._is_worth_reading_whole(name, len(values)):
            _, back = self._read_whole(name)
            return ((other, key) for key in values for other in back.get(key, ()))
        return self._look_up_backwards(name, values)

    def pairs(self, name: str) -> Iterator[tuple[str, str]]:
        """Every subject and value of a property."""
        forth, _ = self._read_whole(name)
        return ((subject, value) for subject, values in forth.items() for value in values)

    def instances(self, classes: Collection[str], among: Collection[str]) -> set[str]:
        """Which of some entities are of one of some classes; narrower classes are not added."""
        size = self.population_size(classes)
        if size == 0 or not among:
            return set()
        if size <= _LOOK_UP * len(among):
            return self.population(classes).intersection(among)
        return {entity for entity, cls in self._look_up(str(RDF.type), among) if cls in classes}

    def population(self, classes: Iterable[str]) -> set[str]:
        """Every entity of one of some classes."""
        return {
            str(quad.subject)
            for cls in classes
            for graph, census in self._censuses.items()
            if cls in census.classes
            for quad in self._store.quads_for_pattern(None, RDF.type, node(cls), graph)
        }

    def population_size(self, classes: Iterable[str]) -> int:
        """How many entities are of one of some classes, counted once a graph and class."""
        return sum(
            census.classes.get(cls, 0) for cls in classes for census in self._censuses.values()
        )

    def description(self, subject: str) -> list[str]:
        """Everything that is said of an entity, as sorted lines of N-Triples, each once."""
        if not is_iri(subject):
            return []
        quads = self._store.quads_for_pattern(NamedNode(subject[1:-1]), None, None, None)
        return sorted({f"{quad.triple} .\n" for quad in quads if quad.graph_name in self._censuses})

    def _is_worth_reading_whole(self, name: str, wanted: int) -> bool:
        return name in self._whole or self.count(name) <= _LOOK_UP * wanted

    def _read_whole(self, name: str) -> tuple[Index, Index]:
        if name not in self._whole:
            forth: dict[str, list[str]] = defaultdict(list)
            back: dict[str, list[str]] = defaultdict(list)
            for subject, value in set(self._iter_whole(name)):
                forth[subject].append(value)
                back[value].append(subject)
            self._whole[name] = forth, back
        return self._whole[name]

    def _iter_whole(self, name: str) -> Iterator[tuple[str, str]]:
        predicate = NamedNode(name[1:-1])
        for graph, census in self._censuses.items():
            if name in census.properties:
                for quad in self._store.quads_for_pattern(None, predicate, None, graph):
                    yield str(quad.subject), str(quad.object)

    def _look_up(self, name: str, subjects: Iterable[str]) -> Iterator[tuple[str, str]]:
        predicate = NamedNode(name[1:-1])
        for subject in filter(is_iri, subjects):
            quads = self._store.quads_for_pattern(NamedNode(subject[1:-1]), predicate, None, None)
            for value in {quad.object for quad in quads if quad.graph_name in self._censuses}:
                yield subject, str(value)

    def _look_up_backwards(self, name: str, values: Iterable[str]) -> Iterator[tuple[str, str]]:
        predicate = NamedNode(name[1:-1])
        for value in values:
            if value.startswith("_:"):
                continue
            quads = self._store.quads_for_pattern(None, predicate, node(value), None)
            for holder in {quad.subject for quad in quads if quad.graph_name in self._censuses}:
                yield str(holder), value
