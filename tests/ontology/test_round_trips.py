"""Every file says the same in Turtle, JSON-LD and RDF/XML."""

from __future__ import annotations

from importlib.resources.abc import Traversable

import pytest
import rdflib
from pyoxigraph import RdfFormat, parse, serialize
from rdflib.compare import isomorphic

from essaim.ontology.names import PREFIXES
from essaim.ontology.vocabulary import ontology_files

FILES = [
    pytest.param(file, id=f"{folder}/{file.name}".lstrip("/"))
    for folder in ("", "alignments", "vocabularies", "shapes")
    for file in ontology_files(folder)
]


# rdflib's own JSON-LD parser still makes the graph that rdflib deprecates.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
@pytest.mark.parametrize("file", FILES)
def test_turtle_json_ld_and_rdf_xml_are_isomorphic(file: Traversable):
    read = rdflib.Graph().parse(data=file.read_text(encoding="utf-8"), format="turtle")
    for prefix, base in PREFIXES.items():
        read.bind(prefix, base)
    graph = read
    for form in ("json-ld", "xml", "turtle"):
        graph = rdflib.Graph().parse(data=written(graph, form), format=form)
        assert isomorphic(read, graph), form


def written(graph: rdflib.Graph, form: str) -> str:
    """The graph in a format; Turtle by pyoxigraph: rdflib's loses a list that two lists share."""
    if form != "turtle":
        return graph.serialize(format=form)
    triples = (quad.triple for quad in parse(graph.serialize(format="nt"), RdfFormat.N_TRIPLES))
    return serialize(triples, format=RdfFormat.TURTLE).decode()
