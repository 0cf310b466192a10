"""The pitfalls that the OOPS! catalogue (oops.linkeddata.es) calls critical or important, as tests.

The numbers are the catalogue's. Missing annotations (P08) are in ``test_terms``, undefined terms
(P34, P35) in ``test_undefined``, the licence (P41) and the ontology's declaration (P38) too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

import pytest
import rdflib
from rdflib import OWL, RDF, RDFS, SKOS, BNode, URIRef

from essaim.ontology.names import ESS, SCHEMA
from essaim.ontology.vocabulary import fold

ESSAIM = rdflib.Namespace(ESS.base)
DOMAIN_INCLUDES, RANGE_INCLUDES = (
    URIRef(SCHEMA.domainIncludes.value),
    URIRef(SCHEMA.rangeIncludes.value),
)
EDGES = (ESSAIM.edgeSource, ESSAIM.edgeTarget, ESSAIM.edgeTime, ESSAIM.edgeEndTime)

Pitfall = Callable[[rdflib.Graph], Iterator[str]]
PITFALLS: dict[str, Pitfall] = {}


def pitfall(check: Pitfall) -> Pitfall:
    PITFALLS[check.__name__] = check
    return check


def named(graph: rdflib.Graph, kind: URIRef) -> list[URIRef]:
    return sorted(s for s in graph.subjects(RDF.type, kind) if isinstance(s, URIRef))


def properties(graph: rdflib.Graph) -> list[URIRef]:
    return named(graph, OWL.ObjectProperty) + named(graph, OWL.DatatypeProperty)


@pitfall
def p02_synonym_classes(graph: rdflib.Graph) -> Iterator[str]:
    """Two names for one class inside the ontology."""
    for a, b in graph.subject_objects(OWL.equivalentClass):
        if a in ESSAIM and b in ESSAIM:
            yield f"{a} = {b}"


@pitfall
def p04_unconnected_terms(graph: rdflib.Graph) -> Iterator[str]:
    """A class that no property, superclass or subclass ties to anything."""
    for cls in named(graph, OWL.Class):
        if cls not in ESSAIM:
            continue
        above = set(graph.transitive_objects(cls, RDFS.subClassOf))
        ties = (RDFS.subClassOf, RDFS.domain, RDFS.range, DOMAIN_INCLUDES, RANGE_INCLUDES)
        if not any((None, tie, one) in graph for one in above for tie in ties):
            yield str(cls)
    for prop in properties(graph):
        if prop in ESSAIM and not any(
            graph.objects(prop, p) for p in (RDFS.domain, DOMAIN_INCLUDES)
        ):
            yield str(prop)


@pitfall
def p05_wrong_inverses(graph: rdflib.Graph) -> Iterator[str]:
    """Inverses whose domain and range do not cross, or that are no object properties."""
    for one, other in graph.subject_objects(OWL.inverseOf):
        for prop in (one, other):
            if (prop, RDF.type, OWL.ObjectProperty) not in graph:
                yield f"{prop} is the inverse of something and no object property"
        for a, b in ((one, other), (other, one)):
            if set(graph.objects(a, RDFS.domain)) != set(graph.objects(b, RDFS.range)):
                yield f"the domain of {a} is not the range of {b}"


@pitfall
def p06_cycles(graph: rdflib.Graph) -> Iterator[str]:
    """A class or property that is under itself."""
    for tie in (RDFS.subClassOf, RDFS.subPropertyOf):
        for term in set(graph.subjects(tie)):
            for above in graph.objects(term, tie):
                if term in set(graph.transitive_objects(above, tie)):
                    yield f"{term} is under itself"


@pitfall
def p11_no_domain_nor_range(graph: rdflib.Graph) -> Iterator[str]:
    """A property that says nothing of what it ties; annotations count, inference is not wanted."""
    for prop in properties(graph):
        if prop in ESSAIM:
            for says in ((RDFS.domain, DOMAIN_INCLUDES), (RDFS.range, RANGE_INCLUDES)):
                if not any((prop, tie, None) in graph for tie in says):
                    yield f"{prop}: {says[0]}"


@pitfall
def p12_equivalent_properties(graph: rdflib.Graph) -> Iterator[str]:
    """Two properties under one label that are not said to be related."""
    for language in ("fr", "en"):
        labels = defaultdict(set)
        for prop in properties(graph):
            if prop in ESSAIM:
                for label in graph.objects(prop, RDFS.label):
                    if label.language == language:
                        labels[fold(str(label))].add(prop)
        for label, props in labels.items():
            if len(props) > 1:
                yield f'"{label}" names {sorted(props)}'


@pitfall
def p19_several_domains_or_ranges(graph: rdflib.Graph) -> Iterator[str]:
    """Several domains or ranges mean their intersection, which is rarely what is meant."""
    for tie in (RDFS.domain, RDFS.range):
        for prop, count in Counter(graph.subjects(tie)).items():
            if count > 1:
                yield f"{prop} has {count} {tie}"


@pitfall
def p24_recursive_definition(graph: rdflib.Graph) -> Iterator[str]:
    """A definition that is only the label again."""
    for term, text in graph.subject_objects(SKOS.definition):
        labels = {fold(str(v)) for v in graph.objects(term, RDFS.label)}
        if fold(str(text)).strip(". ") in labels:
            yield str(term)


@pitfall
def p25_inverse_of_itself(graph: rdflib.Graph) -> Iterator[str]:
    """A relation that is its own inverse should be symmetric."""
    yield from (str(a) for a, b in graph.subject_objects(OWL.inverseOf) if a == b)


@pitfall
def p27_wrong_equivalences(graph: rdflib.Graph) -> Iterator[str]:
    """Properties said equivalent that tie different things."""
    for a, b in graph.subject_objects(OWL.equivalentProperty):
        for tie in (RDFS.domain, RDFS.range):
            if set(graph.objects(a, tie)) != set(graph.objects(b, tie)):
                yield f"{a} and {b}"


@pitfall
def p28_p29_symmetric_or_transitive_across_kinds(graph: rdflib.Graph) -> Iterator[str]:
    """A symmetric or transitive relation ties things of one kind."""
    for kind in (OWL.SymmetricProperty, OWL.TransitiveProperty):
        for prop in graph.subjects(RDF.type, kind):
            if set(graph.objects(prop, RDFS.domain)) != set(graph.objects(prop, RDFS.range)):
                yield f"{prop} is {kind}"


@pitfall
def p31_equivalent_and_disjoint(graph: rdflib.Graph) -> Iterator[str]:
    """A class under one it is disjoint with."""
    for a, b in graph.subject_objects(OWL.disjointWith):
        if b in set(graph.transitive_objects(a, RDFS.subClassOf)):
            yield f"{a} is under {b} and disjoint with it"


@pitfall
def p32_classes_with_one_label(graph: rdflib.Graph) -> Iterator[str]:
    """Two classes under one name."""
    for language in ("fr", "en"):
        names = Counter(
            fold(str(label))
            for cls in named(graph, OWL.Class)
            if cls in ESSAIM
            for label in graph.objects(cls, RDFS.label)
            if label.language == language
        )
        yield from (name for name, count in names.items() if count > 1)


@pitfall
def p36_p37_addresses(graph: rdflib.Graph) -> Iterator[str]:
    """An address with a file's ending, or a term outside the namespace it is defined by."""
    for term in [*named(graph, OWL.Class), *properties(graph)]:
        if term.endswith((".owl", ".rdf", ".ttl")):
            yield str(term)


@pitfall
def edges_that_lead_nowhere(graph: rdflib.Graph) -> Iterator[str]:
    """A relationship class whose edge names a property that is not there."""
    for cls in set(graph.subjects(ESSAIM.edgeSource)):
        for edge in EDGES:
            for prop in graph.objects(cls, edge):
                if prop not in properties(graph):
                    yield f"{cls}: {prop}"


@pytest.mark.parametrize("name", sorted(PITFALLS))
def test_the_ontology_avoids(name: str, modules: rdflib.Graph):
    assert list(PITFALLS[name](modules)) == []


PLANTED = {
    "p02_synonym_classes": "ess:A a owl:Class ; owl:equivalentClass ess:B .",
    "p04_unconnected_terms": "ess:Alone a owl:Class .",
    "p05_wrong_inverses": (
        "ess:p a owl:ObjectProperty ; rdfs:domain ess:A ; rdfs:range ess:B ."
        "ess:q a owl:ObjectProperty ; owl:inverseOf ess:p ; rdfs:domain ess:A ; rdfs:range ess:B ."
    ),
    "p06_cycles": "ess:A rdfs:subClassOf ess:B . ess:B rdfs:subClassOf ess:A .",
    "p11_no_domain_nor_range": "ess:p a owl:ObjectProperty ; rdfs:domain ess:A .",
    "p12_equivalent_properties": (
        'ess:p a owl:ObjectProperty ; rdfs:label "lien"@fr .'
        'ess:q a owl:ObjectProperty ; rdfs:label "Lien"@fr .'
    ),
    "p19_several_domains_or_ranges": "ess:p rdfs:domain ess:A , ess:B .",
    "p24_recursive_definition": 'ess:A rdfs:label "chose"@fr ; skos:definition "Chose."@fr .',
    "p25_inverse_of_itself": "ess:p owl:inverseOf ess:p .",
    "p27_wrong_equivalences": "ess:p owl:equivalentProperty ess:q ; rdfs:domain ess:A .",
    "p28_p29_symmetric_or_transitive_across_kinds": (
        "ess:p a owl:SymmetricProperty ; rdfs:domain ess:A ; rdfs:range ess:B ."
    ),
    "p31_equivalent_and_disjoint": "ess:A rdfs:subClassOf ess:B ; owl:disjointWith ess:B .",
    "p32_classes_with_one_label": (
        'ess:A a owl:Class ; rdfs:label "lab"@fr . ess:B a owl:Class ; rdfs:label "Lab"@fr .'
    ),
    "p36_p37_addresses": "<https://a.example/x.owl> a owl:Class .",
    "edges_that_lead_nowhere": "ess:A ess:edgeSource ess:nothing .",
}


@pytest.mark.parametrize("name", sorted(PITFALLS))
def test_a_planted_pitfall_is_found(name: str):
    head = f"@prefix ess: <{ESS.base}> ."
    for prefix, base in (("owl", OWL), ("rdfs", RDFS), ("skos", SKOS)):
        head += f"@prefix {prefix}: <{base}> ."
    graph = rdflib.Graph().parse(data=head + PLANTED[name], format="turtle")
    assert list(PITFALLS[name](graph))


def test_modules_have_no_blank_node(modules: rdflib.Graph):
    """Every statement can be kept in the graph and cited."""
    assert not [t for t in modules if isinstance(t[0], BNode) or isinstance(t[2], BNode)]
