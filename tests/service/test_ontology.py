"""The ontology at its own addresses: documentation for people, RDF for programs."""

from __future__ import annotations

import httpx
import pyoxigraph
import pytest
from pyoxigraph import NamedNode, RdfFormat

from essaim.ontology.jsonld import context
from essaim.ontology.names import ESS, OWL, RDF, SKOS, VOCABULARIES
from essaim.ontology.schemes import schemes
from essaim.ontology.terms import modules, terms
from essaim.ontology.vocabulary import ontology_files

from .test_sparql import problem

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
FORMATS = {
    "ttl": ("text/turtle", RdfFormat.TURTLE),
    "nt": ("application/n-triples", RdfFormat.N_TRIPLES),
    "jsonld": ("application/ld+json", RdfFormat.JSON_LD),
    "rdf": ("application/rdf+xml", RdfFormat.RDF_XML),
}


def read(response: httpx.Response, form: RdfFormat) -> set[pyoxigraph.Triple]:
    assert response.status_code == 200, response.text
    return {quad.triple for quad in pyoxigraph.parse(input=response.content, format=form)}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    "path", ["/ns", "/ns/0.1.0", "/model", "/vocab", "/vocab/theme", "/vocab/theme/dance"]
)
def test_people_get_pages(client: httpx.Client, path: str, language: str) -> None:
    response = client.get(path, params={"lang": language}, headers=BROWSER)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert f'<html lang="{language}">' in response.text


@pytest.mark.parametrize("ending", FORMATS)
def test_programs_get_the_whole_ontology_in_every_format(client: httpx.Client, ending: str) -> None:
    media_type, form = FORMATS[ending]
    negotiated = client.get("/ns", headers={"Accept": media_type})
    assert negotiated.headers["content-type"].startswith(media_type)
    assert "Accept" in negotiated.headers["vary"]
    triples = read(negotiated, form)
    subjects = {triple.subject for triple in triples}
    assert {NamedNode(iri) for iri in terms()} <= subjects
    assert sum(t.predicate == RDF.type and t.object == OWL.Axiom for t in triples) > 200
    assert len(read(client.get(f"/ns.{ending}"), form)) == len(triples)


def test_the_parts_of_the_ontology_are_there_too(client: httpx.Client) -> None:
    turtle = {"Accept": "text/turtle"}
    for name in modules():
        if name != "essaim":
            triples = read(client.get(f"/ns/{name}", headers=turtle), RdfFormat.TURTLE)
            assert NamedNode(f"https://w3id.org/essaim/ns/{name}") in {t.subject for t in triples}
            page = client.get(f"/ns/{name}", headers=BROWSER, params={"lang": "en"})
            assert (page.status_code, page.headers["location"]) == (
                303,
                f"/ns?lang=en#module-{name}",
            )
    for file in ontology_files("alignments"):
        name = file.name.removesuffix(".ttl")
        assert read(client.get(f"/ns/alignments/{name}", headers=turtle), RdfFormat.TURTLE)
        assert client.get(f"/ns/alignments/{name}", headers=BROWSER).headers["location"] == "/ns"
    assert read(client.get("/ns/0.1.0/agents.ttl"), RdfFormat.TURTLE)


def test_a_vocabulary_and_a_concept_are_linked_data(client: httpx.Client) -> None:
    turtle = {"Accept": "text/turtle"}
    for name, scheme in schemes().items():
        triples = read(client.get(f"/vocab/{name}", headers=turtle), RdfFormat.TURTLE)
        concepts = {t.subject for t in triples if t.predicate == SKOS.inScheme}
        assert len(concepts) == len(scheme.concepts)
    dance = read(client.get("/vocab/theme/dance", headers=turtle), RdfFormat.TURTLE)
    assert {t.subject for t in dance} == {NamedNode(f"{VOCABULARIES}theme/dance")}
    assert read(client.get("/vocab/theme.jsonld"), RdfFormat.JSON_LD)


def test_the_context_is_served_as_json_ld(client: httpx.Client) -> None:
    response = client.get("/ns/context.jsonld")
    assert response.headers["content-type"] == "application/ld+json"
    assert response.json() == context()


def test_a_page_asked_for_again_is_not_made_again(client: httpx.Client) -> None:
    first = client.get("/ns.ttl")
    again = client.get("/ns.ttl", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/ns/0.0.9", ("0.0.9", "0.1.0")),
        ("/ns/agent", ("agent", "agents")),
        ("/ns.docx", ("docx",)),
        ("/vocab/themes", ("themes", "theme")),
        ("/vocab/theme/dans", ("dans", "dance")),
        ("/vocab/theme.docx", ("docx",)),
    ],
)
def test_what_is_not_there_says_what_is(
    client: httpx.Client, path: str, words: tuple[str, ...]
) -> None:
    response = client.get(path, headers={"Accept": "text/turtle"})
    document = problem(response, 404)
    for word in words:
        assert word in f"{document['detail']} {document.get('hint', '')}"


def test_a_form_that_is_not_offered_is_refused(client: httpx.Client) -> None:
    response = client.get("/ns", headers={"Accept": "application/pdf"})
    assert response.status_code == 406
    assert ESS.base.startswith("https://w3id.org/essaim/ns")
