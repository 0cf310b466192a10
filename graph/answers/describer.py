"""Labels and sources of entities, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyoxigraph import NamedNode

from essaim.graph.resolve import label
from essaim.graph.store import EmbeddedStore
from essaim.ontology.names import DCTERMS, ESS

__all__ = ["Describer", "Json"]

Json = dict[str, Any]


class Describer:
    """Labels and sources of entities, in one language.

    Args:
        store: the graph.
        language: ``fr`` or ``en``.
    """

    def __init__(self, store: EmbeddedStore, language: str) -> None:
        self.store = store
        self.language = language

    def label(self, iri: str) -> str:
        """An entity's label."""
        return label(self.store, NamedNode(iri), self.language)

    def one(self, iri: str) -> Json:
        """An entity with its label."""
        return {"iri": iri, "label": self.label(iri)}

    def actor(self, iri: str) -> Json:
        """An actor with its label and its sectors."""
        sectors = self._values(iri, ESS.sector)
        return {**self.one(iri), "sectors": [self.one(sector) for sector in sectors]}

    def sources(self, iris: Iterable[str]) -> list[str]:
        """The addresses at which what is known of some entities was read, sorted."""
        found = {source for iri in iris for source in self._values(iri, DCTERMS.source)}
        return sorted(found)

    def _values(self, iri: str, prop: NamedNode) -> list[str]:
        quads = self.store.quads(NamedNode(iri), prop)
        return sorted({quad.object.value for quad in quads if isinstance(quad.object, NamedNode)})
