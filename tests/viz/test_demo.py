"""The pages of the demonstration graph: every kind of entity, in words that people use."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from essaim.graph.answers import connections, replicable
from essaim.graph.store import EmbeddedStore
from essaim.graph.workspace import Workspace
from essaim.queries.catalogue import catalogue
from essaim.viz.entity_page import entity_context
from essaim.viz.graph_page import graph_html
from essaim.viz.home_page import home_context
from essaim.viz.neighbourhood import neighbourhood
from essaim.viz.pages import render

ReadPage = Callable[[str], Any]
LANGUAGES = ("fr", "en")


@pytest.fixture(scope="module")
def store(demo: Workspace) -> EmbeddedStore:
    return demo.store()


@pytest.fixture(scope="module")
def examples(store: EmbeddedStore) -> list[str]:
    """One entity of each class."""
    rows = store.iter_rows(
        """SELECT ?class (MIN(STR(?one)) AS ?example) {
            ?one a ?class ; rdfs:label ?label
            FILTER(STRSTARTS(STR(?one), STR(id:)) || STRSTARTS(STR(?one), STR(theme:)))
        } GROUP BY ?class"""
    )
    return sorted({row["example"].value for row in rows})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_entity_has_a_page_and_a_picture(
    store: EmbeddedStore, examples: list[str], read_page: ReadPage, language: str
) -> None:
    assert len(examples) > 20
    for iri in examples:
        html = render("entity.html", language=language, **entity_context(store, iri, language))
        assert read_page(html).faults == [], iri
        around = neighbourhood(store, iri, language=language)
        assert read_page(graph_html(around)).faults == [], iri


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_words(store: EmbeddedStore, examples: list[str], language: str) -> None:
    for iri in examples:
        around = neighbourhood(store, iri, 2, language=language)
        words = {edge.label for edge in around.edges} | {kind.label for kind in around.types}
        words |= {fact.label for node in around.nodes for fact in node.facts}
        plain = {word.replace("OpenLab", "") for word in words}
        assert not {w for w in plain if re.search(r"https?:|[a-z][A-Z]|_|^\w+:\w", w)}, iri


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("target", ["departement:43", "openlab:nievre"])
def test_the_answers_have_their_pages(
    demo: Workspace, read_page: ReadPage, target: str, language: str
) -> None:
    answer = replicable(demo, target, language=language)
    page = read_page(render("replicable.html", language=language, answer=answer, target=target))
    assert page.faults == []
    for row in answer["rows"]:
        assert " ".join(row["practice"]["label"].split()) in page.text
    place = "departement:58" if target.startswith("openlab") else target
    found = connections(demo, place, language=language)
    page = read_page(render("connections.html", language=language, answer=found))
    assert page.faults == []
    for gap in found["gaps"]:
        assert " ".join(gap["sentence"].split()) in page.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_home_and_queries_have_their_pages(
    demo: Workspace, store: EmbeddedStore, read_page: ReadPage, language: str
) -> None:
    home = render(
        "home.html", language=language, generation=demo.current(), **home_context(store, language)
    )
    assert read_page(home).faults == []
    every = list(catalogue().values())
    assert read_page(render("queries.html", language=language, queries=every)).faults == []
    for query in every:
        page = read_page(render("query.html", language=language, query=query))
        assert page.faults == [], query.name
