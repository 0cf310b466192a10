"""The concept schemes: whole, in two languages, without a name that stands for two things."""

from __future__ import annotations

from collections import defaultdict

import rdflib
from rdflib import RDF, RDFS, SKOS, URIRef
from rdflib.namespace import DCTERMS

from essaim.ontology.names import SCHEMES, VOCABULARIES
from essaim.ontology.vocabulary import concepts, fold

NAMES = (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel)


def scheme_of(concept: URIRef) -> str:
    return concept.removeprefix(VOCABULARIES).partition("/")[0]


def test_the_schemes_are_those_the_code_knows(schemes: rdflib.Graph):
    found = {
        str(s).removeprefix(VOCABULARIES) for s in schemes.subjects(RDF.type, SKOS.ConceptScheme)
    }
    assert found == set(SCHEMES)


def test_every_scheme_is_titled_described_and_licensed(schemes: rdflib.Graph):
    for scheme in schemes.subjects(RDF.type, SKOS.ConceptScheme):
        for prop in (DCTERMS.title, RDFS.label, DCTERMS.description):
            assert sorted(v.language for v in schemes.objects(scheme, prop)) == ["en", "fr"], scheme
        assert schemes.value(scheme, DCTERMS.license)
        assert schemes.value(scheme, DCTERMS.creator)


def test_every_concept_is_named_defined_noted_and_placed(schemes: rdflib.Graph):
    for concept in schemes.subjects(RDF.type, SKOS.Concept):
        name = scheme_of(concept)
        for prop in (SKOS.prefLabel, SKOS.definition):
            assert sorted(v.language for v in schemes.objects(concept, prop)) == ["en", "fr"], (
                concept
            )
        assert str(schemes.value(concept, SKOS.notation)) == concept.rpartition("/")[2]
        assert list(schemes.objects(concept, SKOS.inScheme)) == [URIRef(VOCABULARIES + name)]
        is_top = (concept, SKOS.topConceptOf, URIRef(VOCABULARIES + name)) in schemes
        assert is_top != bool(list(schemes.objects(concept, SKOS.broader))), concept
        assert is_top == ((URIRef(VOCABULARIES + name), SKOS.hasTopConcept, concept) in schemes)


def test_hierarchies_stay_in_their_scheme_and_have_no_cycle(schemes: rdflib.Graph):
    for concept, broader in schemes.subject_objects(SKOS.broader):
        assert scheme_of(concept) == scheme_of(broader)
        assert (broader, RDF.type, SKOS.Concept) in schemes
    for concept in schemes.subjects(RDF.type, SKOS.Concept):
        above = set(schemes.transitive_objects(concept, SKOS.broader)) - {concept}
        assert concept not in {b for a in above for b in schemes.objects(a, SKOS.broader)}, concept


def test_no_broader_concept_is_said_that_follows_from_another(schemes: rdflib.Graph):
    for concept in schemes.subjects(RDF.type, SKOS.Concept):
        direct = set(schemes.objects(concept, SKOS.broader))
        further = {
            above
            for one in direct
            for above in schemes.transitive_objects(one, SKOS.broader)
            if above != one
        }
        assert not direct & further, concept


def test_a_name_stands_for_one_concept_of_a_scheme(schemes: rdflib.Graph):
    """SKOS wants this of preferred labels; here of all, since values are matched by label."""
    known = defaultdict(set)
    for prop in NAMES:
        for concept, name in schemes.subject_objects(prop):
            known[scheme_of(concept), fold(str(name))].add(concept)
    assert {key: found for key, found in known.items() if len(found) > 1} == {}


def test_an_alternative_label_is_not_the_preferred_one(schemes: rdflib.Graph):
    for concept, name in schemes.subject_objects(SKOS.altLabel):
        assert name not in set(schemes.objects(concept, SKOS.prefLabel)), concept


def test_concepts_are_found_by_key_label_and_alternative_label():
    assert concepts().match("legal-form", "Établissement public de coopération culturelle") == (
        concepts().get("legal-form", "epcc")
    )
    assert concepts().broader(concepts().get("method", "prototyping")) == [
        concepts().get("method", "trying-out")
    ]
