"""Every term explains itself, in French and in English."""

from __future__ import annotations

import re

import pytest
import rdflib
from rdflib import OWL, RDF, RDFS, SKOS, URIRef
from rdflib.namespace import DCTERMS, SH

from essaim.ontology.names import ESS, SCHEMA
from essaim.ontology.vocabulary import ontology_files

NS = URIRef("https://w3id.org/essaim/ns")
KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
MODULES = {"agents", "networks", "openlabs", "practices", "provenance", "reused", "territories"}


def terms(graph: rdflib.Graph) -> set[URIRef]:
    return {s for kind in KINDS for s in graph.subjects(RDF.type, kind) if isinstance(s, URIRef)}


def languages(graph: rdflib.Graph, term: URIRef, prop: URIRef) -> list[str]:
    return sorted(value.language or "" for value in graph.objects(term, prop))


def test_every_term_has_a_label_a_meaning_and_an_example_in_both_languages(modules: rdflib.Graph):
    assert len(terms(modules)) > 220
    for term in terms(modules):
        own = term.startswith(ESS.base)
        meaning = SKOS.definition if own else SKOS.scopeNote
        for prop in (RDFS.label, meaning, SKOS.example):
            assert languages(modules, term, prop) == ["en", "fr"], (term, prop)
            assert all(str(v).strip() for v in modules.objects(term, prop)), (term, prop)


def test_every_term_says_which_vocabulary_defines_it(modules: rdflib.Graph):
    for term in terms(modules):
        (defined_by,) = modules.objects(term, RDFS.isDefinedBy)
        assert term.startswith(str(defined_by)), term
        assert (defined_by == NS) == term.startswith(ESS.base)


def test_a_term_is_declared_in_one_file_and_as_one_thing(modules: rdflib.Graph):
    places: dict[URIRef, list[str]] = {}
    for file in ontology_files():
        graph = rdflib.Graph().parse(data=file.read_text(encoding="utf-8"), format="turtle")
        for term in terms(graph):
            places.setdefault(term, []).append(file.name)
    assert {term: files for term, files in places.items() if len(files) > 1} == {}
    for term in terms(modules):
        assert len([k for k in modules.objects(term, RDF.type) if k in KINDS]) == 1, term


@pytest.mark.parametrize("folder", ["", "alignments"])
def test_every_file_is_a_versioned_licensed_ontology_of_the_project(folder: str):
    names = set()
    for file in ontology_files(folder):
        graph = rdflib.Graph().parse(data=file.read_text(encoding="utf-8"), format="turtle")
        (header,) = graph.subjects(RDF.type, OWL.Ontology)
        name = file.name.removesuffix(".ttl")
        names.add(name)
        path = f"{folder}/{name}".lstrip("/")
        assert header == (NS if name == "essaim" else URIRef(f"{NS}/{path}"))
        version = str(graph.value(header, OWL.versionInfo))
        tail = "" if name == "essaim" else f"/{path}"
        assert graph.value(header, OWL.versionIRI) == URIRef(f"{NS}/{version}{tail}")
        assert graph.value(header, DCTERMS.license), file.name
        assert graph.value(header, DCTERMS.creator) == URIRef("https://w3id.org/essaim")
        for prop in (RDFS.label, DCTERMS.title):
            assert languages(graph, header, prop) == ["en", "fr"], (file.name, prop)
    if not folder:
        assert names == MODULES | {"essaim"}


def test_the_ontology_imports_its_modules(modules: rdflib.Graph):
    assert set(modules.objects(NS, OWL.imports)) == {URIRef(f"{NS}/{name}") for name in MODULES}


def test_a_property_says_where_it_is_used(modules: rdflib.Graph):
    """By a domain or range when something follows from it, by an annotation otherwise."""
    for kind in (OWL.ObjectProperty, OWL.DatatypeProperty):
        for term in modules.subjects(RDF.type, kind):
            if not str(term).startswith(ESS.base):
                continue
            for says, hints in (
                (RDFS.domain, SCHEMA.domainIncludes),
                (RDFS.range, SCHEMA.rangeIncludes),
            ):
                used = [*modules.objects(term, says), *modules.objects(term, URIRef(hints.value))]
                assert used, (term, says)
                assert not (
                    list(modules.objects(term, says))
                    and list(modules.objects(term, URIRef(hints.value)))
                ), (term, "says both")


def test_a_property_whose_values_are_concepts_names_their_list(
    modules: rdflib.Graph, schemes: rdflib.Graph
):
    values_from = URIRef(ESS.valuesFrom.value)
    lists = set(schemes.subjects(RDF.type, SKOS.ConceptScheme))
    taken = set()
    for term in modules.subjects(URIRef(SCHEMA.rangeIncludes.value), SKOS.Concept):
        named = set(modules.objects(term, values_from))
        assert named, term
        assert named <= lists, term
        taken |= named
    assert taken == lists, "a list nothing takes its values from"


def test_a_list_is_enforced_by_a_shape(modules: rdflib.Graph):
    """What the ontology says of a property's values, its shape checks."""
    shapes = rdflib.Graph()
    for file in ontology_files("shapes"):
        shapes.parse(data=file.read_text(encoding="utf-8"), format="turtle")
    patterns: dict[URIRef, str] = {}
    for shape, path in shapes.subject_objects(SH.path):
        for pattern in shapes.objects(shape, SH.pattern):
            if "vocab" in pattern and isinstance(path, URIRef):
                patterns[path] = str(pattern)
    for prop, scheme in modules.subject_objects(URIRef(ESS.valuesFrom.value)):
        assert prop in patterns, f"no shape says where {prop} takes its values"
        assert re.match(patterns[prop], f"{scheme}/some-concept"), (prop, scheme)
