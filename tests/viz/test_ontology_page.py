"""The documentation: every term and every concept, in both languages, each at its own address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from essaim.ontology.errors import NotFound
from essaim.ontology.schemes import schemes
from essaim.ontology.terms import alignments, terms
from essaim.viz.diagrams import anchor
from essaim.viz.ontology_page import (
    concept_context,
    model_context,
    ontology_context,
    scheme_context,
    vocabularies_context,
)
from essaim.viz.pages import render
from essaim.viz.texts import LANGUAGES, unbroken

ReadPage = Callable[[str], Any]


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def ids(document: Any) -> set[str]:  # noqa: ANN401
    return {e.attributes["id"] for e in document.elements if "id" in e.attributes}


def inner_links(document: Any) -> set[str]:  # noqa: ANN401
    hrefs = (e.attributes.get("href", "") for e in document.all("a"))
    return {href[1:] for href in hrefs if href.startswith("#")}


def test_the_page_of_terms_has_every_term_at_its_anchor(language: str, read_page: ReadPage):
    html = render("ontology.html", language=language, path="/ns", **ontology_context(language))
    document = read_page(html)
    assert document.faults == []
    anchors = ids(document)
    for term in terms().values():
        assert anchor(term.iri) in anchors, term.iri
        for text in (term.meanings[language], term.examples[language]):
            assert " ".join(unbroken(text, language).split()) in document.text
    assert inner_links(document) - anchors == set()
    reasons = [tie.reason[language] for t in terms() for tie in alignments().get(t, ())]
    assert len(reasons) > 150
    assert all(" ".join(unbroken(r, language).split()) in document.text for r in reasons)


def test_the_pictures_are_ten_on_two_sheets_and_lead_to_terms(language: str, read_page: ReadPage):
    context = model_context(language)
    assert [len(sheet) for sheet in context["sheets"]] == [5, 5]
    document = read_page(render("model.html", language=language, path="/model", **context))
    assert document.faults == []
    anchors = {anchor(iri) for iri in terms()}
    hrefs = [e.attributes.get("href", "") for e in document.all("a")]
    led = {href.partition("#")[2] for href in hrefs if href.startswith("/ns#")}
    assert len(led) > 60
    assert led <= anchors


def test_every_vocabulary_is_listed_with_what_takes_its_values(language: str, read_page: ReadPage):
    context = vocabularies_context(language)
    assert [one["name"] for one in context["schemes"]] == list(schemes())
    assert all(one["properties"] for one in context["schemes"])
    document = read_page(render("vocabularies.html", language=language, path="/vocab", **context))
    assert document.faults == []


@pytest.mark.parametrize("name", list(schemes()))
def test_a_vocabulary_shows_its_whole_tree(name: str, language: str, read_page: ReadPage):
    context = scheme_context(name, language)
    html = render("vocabulary.html", language=language, path=f"/vocab/{name}", **context)
    document = read_page(html)
    assert document.faults == []
    hrefs = {e.attributes.get("href", "") for e in document.all("a")}
    for key, concept in schemes()[name].concepts.items():
        assert f"/vocab/{name}/{key}" in hrefs
        assert concept.labels[language] in document.text


def test_a_concept_shows_its_place_names_and_ties(language: str, read_page: ReadPage):
    context = concept_context("theme", "dance", language)
    assert [[one["key"] for one in path] for path in context["paths"]] == [
        ["culture", "performing-arts"]
    ]
    assert [one["key"] for one in context["narrower"]] == ["traditional-dance"]
    assert context["alignments"][0]["target"] == "T1-43"
    html = render("concept.html", language=language, path="/vocab/theme/dance", **context)
    document = read_page(html)
    assert document.faults == []
    for text in ("danse", "dance", "https://w3id.org/essaim/vocab/theme/dance"):
        assert text in document.text.casefold()


def test_a_concept_under_two_others_has_two_paths():
    context = concept_context("theme", "digital-arts", "en")
    assert [path[-1]["key"] for path in context["paths"]] == ["visual-arts", "digital"]


def test_links_keep_the_language_that_was_asked_for():
    context = scheme_context("sector", "en", "en")
    assert context["tree"][0]["href"].endswith("?lang=en")
    assert "/ns?lang=en#" in context["properties"][0]["href"]


def test_what_is_not_there_names_the_nearest():
    with pytest.raises(NotFound, match="themes") as missing:
        scheme_context("themes", "fr")
    assert "theme" in missing.value.hint
    with pytest.raises(NotFound) as missing:
        concept_context("theme", "dans", "fr")
    assert "dance" in missing.value.hint
