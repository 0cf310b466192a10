"""Nothing in the ontology contradicts itself, with every alignment loaded and reasoned over.

One instance of each class and one pair for each property stand for all data: if reasoning over
them finds no contradiction, every class can have instances and every property can be used.
"""

from __future__ import annotations

from pathlib import Path

import owlrl
import pytest
import rdflib
from rdflib import OWL, RDF, RDFS, BNode, Literal, URIRef

from essaim.ontology.names import ESS

ANNOTATIONS = (OWL.annotatedSource, OWL.annotatedProperty, OWL.annotatedTarget)
HEADER = (OWL.versionIRI, OWL.versionInfo, OWL.imports, OWL.deprecated)
LOGIC = (RDF.type, RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range)
VALUES = {
    "string": Literal("x"),
    "decimal": Literal("1.5", datatype=rdflib.XSD.decimal),
    "integer": Literal(1),
    "boolean": Literal("true", datatype=rdflib.XSD.boolean),
}


def logic_of(graph: rdflib.Graph) -> rdflib.Graph:
    """What a reasoner reads: no labels, no annotated axioms, no headers."""
    kept = rdflib.Graph()
    axioms = set(graph.subjects(RDF.type, OWL.Axiom))
    for s, p, o in graph:
        is_logic = p in LOGIC or (str(p).startswith(str(OWL)) and p not in ANNOTATIONS)
        if (is_logic or p in (RDF.first, RDF.rest)) and p not in HEADER and s not in axioms:
            kept.add((s, p, o))
    return kept


def one_of_each(graph: rdflib.Graph) -> rdflib.Graph:
    """An instance of each class and a use of each property of ours."""
    data = rdflib.Graph()
    for cls in graph.subjects(RDF.type, OWL.Class):
        if str(cls).startswith(ESS.base):
            data.add((BNode(), RDF.type, cls))
    for prop in graph.subjects(RDF.type, OWL.ObjectProperty):
        if str(prop).startswith(ESS.base):
            data.add((BNode(), prop, BNode()))
    for prop in graph.subjects(RDF.type, OWL.DatatypeProperty):
        if str(prop).startswith(ESS.base):
            kind = str(graph.value(prop, RDFS.range) or "string").rpartition("#")[2]
            data.add((BNode(), prop, VALUES[kind]))
    return data


def contradictions(graph: rdflib.Graph) -> list[str]:
    """What the OWL 2 RL rules call false."""
    closed = rdflib.Graph()
    for triple in graph:
        closed.add(triple)
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(closed)
    return sorted(str(o) for _, p, o in closed if str(p).endswith("agent-ont#error"))


@pytest.fixture(scope="module")
def logic(
    modules: rdflib.Graph, alignments: rdflib.Graph, upper: rdflib.Graph, shared: Path
) -> rdflib.Graph:
    insee = rdflib.Graph().parse(shared / "data" / "rdf" / "insee-geo.ttl")
    whole = rdflib.Graph()
    for part in (modules, alignments, upper, insee):
        whole += logic_of(part)
    return whole


def test_no_class_and_no_property_is_contradictory(logic: rdflib.Graph):
    data = one_of_each(logic)
    assert len(data) > 150
    assert contradictions(logic + data) == []


def test_a_planted_contradiction_is_found(logic: rdflib.Graph):
    """A report cannot be a network: FOAF says that no document is an organisation."""
    ess = rdflib.Namespace(ESS.base)
    planted = rdflib.Graph()
    thing = URIRef("https://w3id.org/essaim/id/both")
    planted.add((thing, RDF.type, ess.Report))
    planted.add((thing, RDF.type, ess.Network))
    related = rdflib.Graph()
    for s, p, o in logic:
        is_related = p in (RDFS.subClassOf, OWL.equivalentClass, OWL.disjointWith)
        if is_related and not isinstance(o, BNode):
            related.add((s, p, o))
    assert contradictions(related + planted)
