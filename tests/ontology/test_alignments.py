"""Each alignment is of a term of ours, true or near, and says why."""

from __future__ import annotations

import rdflib
from rdflib import OWL, RDF, RDFS, SKOS, BNode, URIRef

from essaim.ontology.names import ESS, SCHEMA, VOCABULARIES

TRUE = {RDFS.subClassOf, RDFS.subPropertyOf, OWL.equivalentClass, OWL.equivalentProperty}
NEAR = {SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch}
ESSAIM = rdflib.Namespace(ESS.base)
IGEO = rdflib.Namespace("http://rdf.insee.fr/def/geo#")
PAIR = rdflib.Namespace("http://virtual-assembly.org/ontologies/pair#")
ORG = rdflib.Namespace("http://www.w3.org/ns/org#")

VOCABULARIES_ALIGNED = {
    "http://www.w3.org/ns/org#",
    "http://xmlns.com/foaf/0.1/",
    "http://www.w3.org/2004/02/skos/core#",
    "http://www.w3.org/ns/prov#",
    "http://purl.org/net/p-plan#",
    "http://purl.org/dc/terms/",
    "https://schema.org/",
    "http://www.opengis.net/ont/geosparql#",
    "http://www.w3.org/2006/time#",
    "http://data.europa.eu/m8g/",
    "http://rdf.insee.fr/def/geo#",
    "http://virtual-assembly.org/ontologies/pair#",
    "http://www.cidoc-crm.org/cidoc-crm/",
    "http://www.wikidata.org/prop/direct/",
    "http://data.culture.fr/thesaurus/resource/ark:/67717/",
}


def aligned(graph: rdflib.Graph) -> set[tuple[URIRef, URIRef, URIRef]]:
    return {t for t in graph if t[1] in TRUE | NEAR and not isinstance(t[0], BNode)}


def explained(graph: rdflib.Graph) -> dict[tuple, list[str]]:
    found = {}
    for axiom in graph.subjects(RDF.type, OWL.Axiom):
        parts = (OWL.annotatedSource, OWL.annotatedProperty, OWL.annotatedTarget)
        key = tuple(graph.value(axiom, part) for part in parts)
        assert key not in found, f"explained twice: {key}"
        found[key] = sorted(v.language for v in graph.objects(axiom, RDFS.comment))
    return found


def test_each_alignment_has_one_reason_in_both_languages(alignments: rdflib.Graph):
    reasons = explained(alignments)
    assert set(reasons) == aligned(alignments)
    assert len(reasons) > 200
    assert all(languages == ["en", "fr"] for languages in reasons.values())
    for text in alignments.objects(None, RDFS.comment):
        assert "\n" not in text
        assert str(text).endswith(".")


def test_it_is_our_terms_that_are_aligned(
    alignments: rdflib.Graph, modules: rdflib.Graph, schemes: rdflib.Graph
):
    for source, relation, target in aligned(alignments):
        graph = schemes if source.startswith(VOCABULARIES) else modules
        assert (source, RDF.type, None) in graph, source
        assert not target.startswith((ESS.base, VOCABULARIES)), target
        if source.startswith(VOCABULARIES):
            assert relation in NEAR


def test_what_the_modules_build_on_is_explained_too(
    alignments: rdflib.Graph, modules: rdflib.Graph
):
    built_on = {
        (s, p, o)
        for p in TRUE
        for s, o in modules.subject_objects(p)
        if s in ESSAIM and o not in ESSAIM
    }
    assert len(built_on) > 30
    assert built_on <= aligned(alignments)


def test_the_vocabularies_of_the_field_are_all_there(alignments: rdflib.Graph):
    targets = {str(target) for _, _, target in aligned(alignments)}
    for base in VOCABULARIES_ALIGNED:
        assert any(target.startswith(base) for target in targets), base


def test_the_known_traps_are_avoided(alignments: rdflib.Graph, modules: rdflib.Graph):
    every = aligned(alignments)
    targets = {target for _, _, target in every}
    assert PAIR.cooperatesWith not in targets, "its domain and range are projects"
    assert IGEO.subdivisionDirecteDe not in targets, "a reasoner makes it mean any containment"
    for source, relation, target in every:
        if target in IGEO and relation == RDFS.subPropertyOf:
            raise AssertionError(f"{source}: igeo's containment is declared with a wrong inverse")
        if target == ORG.OrganizationalCollaboration:
            assert relation in NEAR, "its members must be organisations"
    assert not [t for t in targets if t.startswith("http://schema.org/")]
    assert not [t for t in modules.all_nodes() if str(t).startswith("http://schema.org/")]
    assert str(SCHEMA.base) == "https://schema.org/"
