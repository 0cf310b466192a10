"""What the page of an entity shows: facts by kind, relations as sentences, and every source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from essaim.graph.store import EmbeddedStore
from essaim.ontology.names import DCTERMS, SKOS
from essaim.viz import formats
from essaim.viz.escape import web_address
from essaim.viz.neighbourhood import Edge, Neighbourhood, Node, neighbourhood
from essaim.viz.reading import Fact

__all__ = ["entity_context"]

_LIMIT = 400
_PROSE = 90
_FIRST = {DCTERMS.description.value, SKOS.definition.value}


def entity_context(store: EmbeddedStore, iri: str, language: str = "fr") -> dict[str, Any]:
    """What ``entity.html`` shows of an entity.

    Args:
        store: the graph.
        iri: the entity, as :func:`essaim.graph.resolve.resolve` reads it.
        language: ``fr`` or ``en``.

    Returns:
        ``entity`` (iri, label, type, roles), ``texts``, ``facts`` and ``classified`` (by
        property), ``relations`` (each a sentence with its possible ends), ``sources`` (numbered;
        facts refer to them), ``shown`` and ``total``.

    Raises:
        NotFound: there is no such entity.
    """
    around = neighbourhood(store, iri, 1, _LIMIT, language)
    return _Page(around).context()


class _Page:
    def __init__(self, around: Neighbourhood) -> None:
        self._around = around
        self._language = around.language
        self._centre = around.nodes[0]
        self._nodes: dict[str, Node] = {node.iri: node for node in around.nodes}
        described_in = set(self._centre.graphs)
        self._origins = [origin for origin in around.origins if origin.iri in described_in]
        self._numbers = {origin.iri: n for n, origin in enumerate(self._origins, start=1)}

    def context(self) -> dict[str, Any]:
        centre, around = self._centre, self._around
        prose = [fact for fact in centre.facts if _is_prose(fact)]
        prose.sort(key=lambda fact: fact.property not in _FIRST)
        short = [fact for fact in centre.facts if not _is_prose(fact)]
        touching = [edge for edge in around.edges if centre.iri in (edge.source, edge.target)]
        own = [edge for edge in touching if self._is_classification(edge)]
        return {
            "entity": {
                "iri": centre.iri,
                "label": centre.label,
                "type": centre.type_label,
                "roles": list(centre.roles),
            },
            "texts": self._by_property(prose),
            "facts": self._by_property(short),
            "classified": self._classified(own),
            "relations": self._relations([edge for edge in touching if edge not in own]),
            "sources": self._sources(),
            "shown": around.shown,
            "total": around.total,
            "is_complete": around.is_complete,
        }

    def _is_classification(self, edge: Edge) -> bool:
        return edge.source == self._centre.iri and self._nodes[edge.target].is_concept

    def _by_property(self, facts: Sequence[Fact]) -> list[dict[str, Any]]:
        groups: dict[str, dict[str, Any]] = {}
        for fact in facts:
            group = groups.setdefault(fact.property, {"label": fact.label, "values": []})
            group["values"].append(
                {
                    "text": formats.literal(fact.value, fact.datatype, self._language),
                    "href": web_address(fact.address),
                    "refs": self._refs(fact.graphs),
                }
            )
        return list(groups.values())

    def _classified(self, edges: Sequence[Edge]) -> list[dict[str, Any]]:
        groups: dict[str, dict[str, Any]] = {}
        for edge in edges:
            group = groups.setdefault(edge.relation, {"label": edge.label, "values": []})
            group["values"].append(self._end(edge.target))
        return sorted(groups.values(), key=lambda group: str(group["label"]))

    def _relations(self, edges: Sequence[Edge]) -> list[dict[str, Any]]:
        """The relations that say the same of the entity: one sentence, several ways to end it."""
        groups: dict[tuple[str, bool], dict[str, Any]] = {}
        for edge in edges:
            is_source = edge.source == self._centre.iri
            is_leaving = is_source or edge.is_mutual
            group = groups.setdefault(
                (edge.relation, is_leaving),
                {"label": edge.label, "is_leaving": is_leaving, "ends": []},
            )
            group["ends"].append(
                {
                    **self._end(edge.target if is_source else edge.source),
                    "qualities": list(edge.qualities),
                    "when": formats.period(edge.start, edge.end, self._language),
                    "evidence": edge.evidence,
                    "sources": [address for address in edge.sources if web_address(address)],
                }
            )
        for group in groups.values():
            group["ends"].sort(key=lambda end: (end["label"], end["iri"], end["evidence"]))
        return sorted(
            groups.values(), key=lambda group: (str(group["label"]), not group["is_leaving"])
        )

    def _end(self, iri: str) -> dict[str, Any]:
        node = self._nodes[iri]
        return {"iri": iri, "label": node.label, "type": node.type_label}

    def _sources(self) -> dict[str, Any]:
        return {
            "addresses": [a for a in self._centre.sources if web_address(a)],
            "origins": [
                {
                    "number": self._numbers[origin.iri],
                    "title": origin.title,
                    "publisher": origin.publisher,
                    "licence": origin.licence,
                    "homepage": origin.homepage,
                    "retrieved": origin.retrieved,
                }
                for origin in self._origins
            ],
        }

    def _refs(self, graphs: Sequence[str]) -> list[int]:
        return sorted(self._numbers[graph] for graph in graphs if graph in self._numbers)


def _is_prose(fact: Fact) -> bool:
    is_text = not fact.datatype and not fact.address
    return fact.property in _FIRST or (is_text and len(fact.value) > _PROSE)
