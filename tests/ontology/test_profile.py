"""The ontology is in OWL 2 RL.

No maintained Python library checks a profile, so the grammar of the recommendation
(https://www.w3.org/TR/owl2-profiles/#OWL_2_RL, section 4.2) is read here over the RDF graph: which
class expressions may stand where, which axioms there are, which datatypes, and what OWL 2 DL asks
of names and of transitive properties. :func:`outside` lists what is outside.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import rdflib
from rdflib import OWL, RDF, RDFS, XSD, BNode, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from essaim.ontology.names import ESS

ENTITIES = {
    OWL.Class,
    OWL.ObjectProperty,
    OWL.DatatypeProperty,
    OWL.AnnotationProperty,
    OWL.NamedIndividual,
}
CHARACTERISTICS = {
    OWL.FunctionalProperty,
    OWL.InverseFunctionalProperty,
    OWL.IrreflexiveProperty,
    OWL.SymmetricProperty,
    OWL.AsymmetricProperty,
    OWL.TransitiveProperty,
}
NOT_SIMPLE = CHARACTERISTICS - {OWL.SymmetricProperty, OWL.TransitiveProperty}
DATATYPES = {
    RDF.PlainLiteral,
    RDF.XMLLiteral,
    RDF.langString,
    RDFS.Literal,
    XSD.decimal,
    XSD.integer,
    XSD.nonNegativeInteger,
    XSD.nonPositiveInteger,
    XSD.positiveInteger,
    XSD.negativeInteger,
    XSD.long,
    XSD.int,
    XSD.short,
    XSD.byte,
    XSD.unsignedLong,
    XSD.unsignedInt,
    XSD.unsignedShort,
    XSD.unsignedByte,
    XSD.float,
    XSD.double,
    XSD.string,
    XSD.normalizedString,
    XSD.token,
    XSD.language,
    XSD.Name,
    XSD.NCName,
    XSD.NMTOKEN,
    XSD.boolean,
    XSD.hexBinary,
    XSD.base64Binary,
    XSD.anyURI,
    XSD.dateTime,
    XSD.dateTimeStamp,
}
BUILT_IN_ANNOTATIONS = {
    RDFS.label,
    RDFS.comment,
    RDFS.seeAlso,
    RDFS.isDefinedBy,
    OWL.deprecated,
    OWL.versionInfo,
    OWL.priorVersion,
    OWL.backwardCompatibleWith,
    OWL.incompatibleWith,
}
HEADER = {OWL.imports, OWL.versionIRI}
AXIOM = {OWL.annotatedSource, OWL.annotatedProperty, OWL.annotatedTarget}
EXPRESSION = {
    OWL.unionOf,
    OWL.intersectionOf,
    OWL.oneOf,
    OWL.complementOf,
    OWL.onProperty,
    OWL.someValuesFrom,
    OWL.allValuesFrom,
    OWL.hasValue,
    OWL.maxCardinality,
    OWL.maxQualifiedCardinality,
    OWL.onClass,
    OWL.onDataRange,
    RDF.first,
    RDF.rest,
}
CLASS_AXIOMS = {RDFS.subClassOf, OWL.equivalentClass, OWL.disjointWith, OWL.hasKey}
PROPERTY_AXIOMS = {
    RDFS.subPropertyOf,
    OWL.equivalentProperty,
    OWL.propertyDisjointWith,
    OWL.inverseOf,
    OWL.propertyChainAxiom,
    RDFS.domain,
    RDFS.range,
}


class _Reader:
    """The graph, and what its names are declared to be."""

    def __init__(self, graph: rdflib.Graph) -> None:
        self.graph = graph
        self.kinds: dict[Node, set[Node]] = {}
        for subject, kind in graph.subject_objects(RDF.type):
            self.kinds.setdefault(subject, set()).add(kind)

    def is_a(self, node: Node, kind: URIRef) -> bool:
        return kind in self.kinds.get(node, set())

    def members(self, node: Node, prop: URIRef) -> list[Node]:
        head = self.graph.value(node, prop)
        return list(Collection(self.graph, head)) if head is not None else []

    def is_class(self, node: Node, *, place: str) -> bool:
        """Whether a class expression may stand here: ``sub``, ``super`` or ``equivalent``."""
        if isinstance(node, URIRef):
            return node != OWL.Thing and (node == OWL.Nothing or self.is_a(node, OWL.Class))
        value = self.graph.value
        if parts := self.members(node, OWL.intersectionOf):
            return all(self.is_class(part, place=place) for part in parts)
        if value(node, OWL.hasValue) is not None:
            return True
        if place == "sub":
            return self._only_below(node)
        return place == "super" and self._only_above(node)

    def _only_below(self, node: Node) -> bool:
        if parts := self.members(node, OWL.unionOf):
            return all(self.is_class(part, place="sub") for part in parts)
        if parts := self.members(node, OWL.oneOf):
            return all(isinstance(part, URIRef) for part in parts)
        some = self.graph.value(node, OWL.someValuesFrom)
        return some is not None and (
            some == OWL.Thing or some in DATATYPES or self.is_class(some, place="sub")
        )

    def _only_above(self, node: Node) -> bool:
        value = self.graph.value
        if (other := value(node, OWL.complementOf)) is not None:
            return self.is_class(other, place="sub")
        if (every := value(node, OWL.allValuesFrom)) is not None:
            return every in DATATYPES or self.is_class(every, place="super")
        most = value(node, OWL.maxCardinality) or value(node, OWL.maxQualifiedCardinality)
        if most is not None and str(most) in ("0", "1"):
            of = value(node, OWL.onClass) or OWL.Thing
            return of == OWL.Thing or self.is_class(of, place="sub")
        return False


def outside(graph: rdflib.Graph) -> list[str]:
    """What is outside OWL 2 RL, as sentences.

    Args:
        graph: an ontology with the declarations of all it uses.
    """
    reader = _Reader(graph)
    found = [*_names(reader), *_transitive(reader)]
    for subject, prop, value in graph:
        found.extend(_statement(reader, subject, prop, value))
    return sorted(set(found))


def _names(reader: _Reader) -> Iterator[str]:
    """OWL 2 DL: a name is not two sorts of property, nor a class and a datatype."""
    for node, kinds in reader.kinds.items():
        properties = kinds & {OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty}
        if len(properties) > 1:
            yield f"{node} is {sorted(properties)}"
        if {OWL.Class, RDFS.Datatype} <= kinds:
            yield f"{node} is a class and a datatype"


def _transitive(reader: _Reader) -> Iterator[str]:
    """OWL 2 DL: what is transitive, or above it, is neither functional nor counted."""
    for prop in reader.graph.subjects(RDF.type, OWL.TransitiveProperty):
        for above in reader.graph.transitive_objects(prop, RDFS.subPropertyOf):
            if reader.kinds.get(above, set()) & NOT_SIMPLE:
                yield f"{above} is not simple"


def _statement(reader: _Reader, subject: Node, prop: Node, value: Node) -> Iterator[str]:
    for props, read in (
        ({RDF.type}, _type),
        (CLASS_AXIOMS, _class_axiom),
        (PROPERTY_AXIOMS, _property_axiom),
        (HEADER | AXIOM, _annotated),
        (EXPRESSION | BUILT_IN_ANNOTATIONS, _nothing),
    ):
        if prop in props:
            yield from read(reader, subject, prop, value)
            return
    yield from _assertion(reader, subject, prop, value)


def _nothing(*_: object) -> Iterator[str]:
    yield from ()


def _annotated(reader: _Reader, subject: Node, prop: Node, _value: Node) -> Iterator[str]:
    if prop in HEADER and not reader.is_a(subject, OWL.Ontology):
        yield f"{prop} on {subject}, which is no ontology"
    is_axiom = isinstance(subject, BNode) and reader.is_a(subject, OWL.Axiom)
    if prop in AXIOM and not is_axiom:
        yield f"{prop} on {subject}, which is no annotated axiom"


def _assertion(reader: _Reader, subject: Node, prop: Node, value: Node) -> Iterator[str]:
    is_literal = isinstance(value, Literal)
    if reader.is_a(prop, OWL.AnnotationProperty):
        return
    if reader.is_a(prop, OWL.ObjectProperty):
        if is_literal:
            yield f"{subject} {prop} has a literal"
    elif reader.is_a(prop, OWL.DatatypeProperty):
        if not is_literal:
            yield f"{subject} {prop} has no literal"
    else:
        yield f"{prop} is not declared"


def _type(reader: _Reader, subject: Node, _prop: Node, kind: Node) -> Iterator[str]:
    known = ENTITIES | CHARACTERISTICS | {OWL.Ontology, OWL.Axiom, OWL.Restriction, RDF.List}
    if kind in {OWL.ReflexiveProperty, OWL.OntologyProperty}:
        yield f"{subject} is {kind}"
    elif kind not in known and not reader.is_class(kind, place="super"):
        yield f"{subject} is of {kind}, which is no class here"


def _class_axiom(reader: _Reader, subject: Node, prop: Node, value: Node) -> Iterator[str]:
    places = {RDFS.subClassOf: ("sub", "super"), OWL.disjointWith: ("sub", "sub")}
    if prop == OWL.hasKey:
        return
    below, above = places.get(URIRef(str(prop)), ("equivalent", "equivalent"))
    if not reader.is_class(subject, place=below):
        yield f"{subject} can't be the subject of {prop}"
    if not reader.is_class(value, place=above):
        yield f"{value} can't be the object of {prop} of {subject}"


def _property_axiom(reader: _Reader, subject: Node, prop: Node, value: Node) -> Iterator[str]:
    if prop in (RDFS.domain, RDFS.range):
        is_data = prop == RDFS.range and reader.is_a(subject, OWL.DatatypeProperty)
        fits = value in DATATYPES if is_data else reader.is_class(value, place="super")
        if not fits:
            yield f"{value} can't be the {prop} of {subject}"
    elif prop != OWL.propertyChainAxiom:
        kinds = [
            {k for k in reader.kinds.get(node, set()) if k in ENTITIES} for node in (subject, value)
        ]
        if not kinds[0] & kinds[1]:
            yield f"{subject} {prop} {value}: not two properties of one sort"


@pytest.fixture(scope="module")
def whole(modules: rdflib.Graph, schemes: rdflib.Graph, alignments: rdflib.Graph) -> rdflib.Graph:
    """The ontology, its concepts and its alignments, with the far ends of alignments declared."""
    graph = modules + schemes + alignments
    sides = {
        RDFS.subClassOf: (OWL.Class,),
        RDFS.subPropertyOf: (OWL.ObjectProperty, OWL.DatatypeProperty),
    }
    for prop, kinds in sides.items():
        for subject, value in alignments.subject_objects(prop):
            for kind in kinds:
                if (subject, RDF.type, kind) in modules:
                    graph.add((value, RDF.type, kind))
    return graph


def test_the_ontology_its_concepts_and_its_alignments_are_in_owl_2_rl(whole: rdflib.Graph):
    assert len(whole) > 11_000
    assert outside(whole) == []


HEAD = f"""
@prefix : <{ESS.base}> . @prefix owl: <{OWL}> . @prefix rdf: <{RDF}> . @prefix rdfs: <{RDFS}> .
@prefix xsd: <{XSD}> .
:A a owl:Class . :B a owl:Class . :p a owl:ObjectProperty . :d a owl:DatatypeProperty . :i a :A .
"""
INSIDE = [
    ":A rdfs:subClassOf :B .",
    "[ a owl:Class ; owl:unionOf (:A :B) ] rdfs:subClassOf :B .",
    "[ a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom owl:Thing ] rdfs:subClassOf :B .",
    ":A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:allValuesFrom :B ] .",
    ":A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:maxCardinality 1 ] .",
    ":A owl:equivalentClass [ a owl:Restriction ; owl:onProperty :p ; owl:hasValue :i ] .",
    ":A owl:disjointWith :B . :p a owl:TransitiveProperty . :d rdfs:range xsd:dateTime .",
]
OUTSIDE = [
    ":A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom :B ] .",
    ":A rdfs:subClassOf [ a owl:Class ; owl:unionOf (:A :B) ] .",
    ":A rdfs:subClassOf [ a owl:Class ; owl:oneOf (:i) ] .",
    "[ a owl:Class ; owl:complementOf :A ] rdfs:subClassOf :B .",
    ":A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:maxCardinality 2 ] .",
    ":A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:minCardinality 1 ] .",
    "owl:Thing rdfs:subClassOf :B .",
    ":p a owl:ReflexiveProperty .",
    ":p a owl:TransitiveProperty , owl:FunctionalProperty .",
    ":d rdfs:range xsd:gYear .",
    ":d rdfs:range xsd:date .",
    ":p a owl:DatatypeProperty .",
    ":p rdfs:subPropertyOf :d .",
    ':i :p "text" .',
    ":i :d :i .",
    ":i :undeclared :i .",
    ":i a :Undeclared .",
    ":A owl:disjointUnionOf (:B) .",
]


@pytest.mark.parametrize("axiom", INSIDE)
def test_what_the_profile_allows_passes(axiom: str):
    assert outside(rdflib.Graph().parse(data=HEAD + axiom, format="turtle")) == []


@pytest.mark.parametrize("axiom", OUTSIDE)
def test_what_the_profile_forbids_is_found(axiom: str):
    assert outside(rdflib.Graph().parse(data=HEAD + axiom, format="turtle"))
