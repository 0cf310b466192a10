"""The SPARQL 1.1 Service Description: what the endpoint can do and what it holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from essaim.graph.workspace import Generation, Workspace
from essaim.ontology.names import RDF, XSD, Namespace
from essaim.queries.updates import DEFAULT_GRAPH
from essaim.service.results import GRAPH_TYPES, RESULT_TYPES

__all__ = ["iter_description"]

SD: Final = Namespace("http://www.w3.org/ns/sparql-service-description#")
VOID: Final = Namespace("http://rdfs.org/ns/void#")
FORMATS: Final = Namespace("http://www.w3.org/ns/formats/")
GEOF: Final = Namespace("http://www.opengis.net/def/function/geosparql/")

_FORMATS: Final = {
    "application/sparql-results+json": "SPARQL_Results_JSON",
    "application/sparql-results+xml": "SPARQL_Results_XML",
    "text/csv": "SPARQL_Results_CSV",
    "text/tab-separated-values": "SPARQL_Results_TSV",
    "text/turtle": "Turtle",
    "application/n-triples": "N-Triples",
    "application/ld+json": "JSON-LD",
    "application/rdf+xml": "RDF_XML",
    "text/n3": "N3",
    "application/trig": "TriG",
    "application/n-quads": "N-Quads",
}


def iter_description(
    endpoint: str, generation: Generation, workspace: Workspace
) -> Iterator[Triple]:
    """The statements that describe the service.

    Args:
        endpoint: its address.
        generation: what it answers on.
        workspace: what it serves.
    """
    service, dataset = BlankNode(), BlankNode()
    yield Triple(service, RDF.type, SD.Service)
    yield Triple(service, SD.endpoint, NamedNode(endpoint))
    for language in ("SPARQL11Query", "SPARQL11Update", "SPARQL10Query"):
        yield Triple(service, SD.supportedLanguage, SD[language])
    yield Triple(service, SD.feature, SD.EmptyGraphs)
    if not workspace.is_bare:
        yield Triple(service, SD.feature, SD.UnionDefaultGraph)
    for media_type in (*RESULT_TYPES, *GRAPH_TYPES):
        if media_type in _FORMATS:
            yield Triple(service, SD.resultFormat, FORMATS[_FORMATS[media_type]])
    for media_type in GRAPH_TYPES:
        yield Triple(service, SD.inputFormat, FORMATS[_FORMATS[media_type]])
    yield Triple(service, SD.defaultDataset, dataset)
    yield Triple(service, SD.availableGraphs, dataset)
    yield Triple(dataset, RDF.type, SD.Dataset)
    yield Triple(dataset, RDF.type, SD.GraphCollection)
    yield from _iter_graphs(dataset, generation, workspace)


def _iter_graphs(
    dataset: BlankNode, generation: Generation, workspace: Workspace
) -> Iterator[Triple]:
    default = BlankNode()
    yield Triple(dataset, SD.defaultGraph, default)
    own = generation.graphs.get(DEFAULT_GRAPH)
    count = (own.count if own else 0) if workspace.is_bare else generation.statements
    yield from _iter_graph(default, count)
    for iri, record in generation.graphs.items():
        if iri == DEFAULT_GRAPH:
            continue
        named, graph = BlankNode(), BlankNode()
        yield Triple(dataset, SD.namedGraph, named)
        yield Triple(named, RDF.type, SD.NamedGraph)
        yield Triple(named, SD.name, NamedNode(iri))
        yield Triple(named, SD.graph, graph)
        yield from _iter_graph(graph, record.count)


def _iter_graph(graph: BlankNode, count: int) -> Iterator[Triple]:
    yield Triple(graph, RDF.type, SD.Graph)
    yield Triple(graph, VOID.triples, Literal(str(count), datatype=XSD.integer))
