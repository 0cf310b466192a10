"""Every named query keeps the contract that the command line, the service and the pages rely on."""

from __future__ import annotations

import pytest
from pyoxigraph import QuerySolutions, Store

from essaim.graph.store import EmbeddedStore
from essaim.graph.workspace import Workspace
from essaim.queries.catalogue import LITERAL_KINDS, NamedQuery, catalogue
from essaim.queries.guard import refuse_outbound

QUERIES = list(catalogue().values())


@pytest.fixture(scope="module")
def store(demo: Workspace) -> EmbeddedStore:
    return demo.store()


@pytest.fixture(params=QUERIES, ids=lambda query: query.name)
def query(request: pytest.FixtureRequest) -> NamedQuery:
    found: NamedQuery = request.param
    return found


def rows(store: EmbeddedStore, text: str) -> list[tuple[str, ...]]:
    return [tuple(f"{k}={v}" for k, v in row.items()) for row in store.rows(text)]


def test_there_are_queries_for_each_theme() -> None:
    themes = {query.name.partition("/")[0] for query in QUERIES}
    assert themes >= {"actors", "connections", "openlabs", "practices", "sources"}


def test_it_says_what_it_answers_in_both_languages(query: NamedQuery) -> None:
    assert query.summary_fr
    assert query.summary_en
    assert query.summary_fr != query.summary_en
    for part in (*query.parameters.values(), *query.columns):
        assert part.fr, part
        assert part.en, part


def test_it_runs_as_it_stands_without_any_prefix_supplied(query: NamedQuery) -> None:
    assert isinstance(Store().query(query.text), QuerySolutions)


def test_it_answers_with_the_columns_it_declares(store: EmbeddedStore, query: NamedQuery) -> None:
    answer = store.query(query.text)
    assert isinstance(answer, QuerySolutions)
    assert [variable.value for variable in answer.variables] == [c.name for c in query.columns]
    assert next(iter(answer), None) is not None, "its default gives nothing"


def test_its_rows_come_in_a_stable_order(store: EmbeddedStore, query: NamedQuery) -> None:
    assert rows(store, query.text) == rows(store, query.text)


def test_english_labels_can_be_asked_for(store: EmbeddedStore, query: NamedQuery) -> None:
    language = query.parameters["language"]
    english = query.bind({"language": [language.literal("en")]})
    assert len(rows(store, english)) == len(rows(store, query.text))
    assert '"fr"' not in english


def test_its_parameters_are_of_known_kinds(query: NamedQuery) -> None:
    entities = {"territory", "openlab", "practice", "entity", "theme", "sector", "public", "role"}
    for parameter in query.parameters.values():
        assert parameter.kind in {*LITERAL_KINDS, *entities}


def test_it_makes_no_request_of_its_own(query: NamedQuery) -> None:
    refuse_outbound(query.text)
