"""Labels and sources of entities, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from pyoxigraph import Literal, NamedNode

from essaim.graph.resolve import label
from essaim.graph.store import EmbeddedStore
from essaim.ontology.names import DCTERMS, ESS, vocabulary

__all__ = ["CARRIER", "Describer", "Json"]

Json = dict[str, Any]
CARRIER: Final = vocabulary("participation").carrier.value


class Describer:
    """Labels and sources of entities, in one language.

    Args:
        store: the graph.
        language: ``fr`` or ``en``.
    """

    def __init__(self, store: EmbeddedStore, language: str) -> None:
        self.store = store
        self.language = language
        self._labels: dict[str, str] = {}

    def label(self, iri: str) -> str:
        """An entity's label."""
        if iri not in self._labels:
            self._labels[iri] = label(self.store, NamedNode(iri), self.language)
        return self._labels[iri]

    def one(self, iri: str) -> Json:
        """An entity with its label."""
        return {"iri": iri, "label": self.label(iri)}

    def actor(self, iri: str) -> Json:
        """An actor with its label and its sectors."""
        return {**self.one(iri), "sectors": [self.one(one) for one in self.values(iri, ESS.sector)]}

    def sources(self, iris: Iterable[str]) -> list[str]:
        """The addresses at which what is known of some entities was read, sorted."""
        found = {source for iri in iris for source in self.values(iri, DCTERMS.source)}
        return sorted(found)

    def carriers(self, run: str) -> list[str]:
        """Those who carry a run, sorted within each participation."""
        return [
            participant
            for part in self.subjects(ESS.participatesIn, run)
            if CARRIER in self.values(part, ESS.participationRole)
            for participant in self.values(part, ESS.participant)
        ]

    def values(self, iri: str, prop: NamedNode) -> list[str]:
        """The entities a property of an entity leads to, sorted."""
        quads = self.store.quads(NamedNode(iri), prop)
        return sorted({quad.object.value for quad in quads if isinstance(quad.object, NamedNode)})

    def subjects(self, prop: NamedNode, iri: str) -> list[str]:
        """The entities of which a property leads to an entity, sorted."""
        quads = self.store.quads(None, prop, NamedNode(iri))
        return sorted({q.subject.value for q in quads if isinstance(q.subject, NamedNode)})

    def texts(self, iri: str, prop: NamedNode) -> list[str]:
        """The texts of an entity in the language, or else in any, sorted."""
        found = [
            quad.object
            for quad in self.store.quads(NamedNode(iri), prop)
            if isinstance(quad.object, Literal)
        ]
        own = [text for text in found if text.language == self.language]
        return sorted({text.value for text in own or found})
