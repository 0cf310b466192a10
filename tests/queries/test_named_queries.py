"""Every named query keeps the contract that the command line, the service and the pages rely on."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode, QuerySolutions, Store
from rdflib.plugins.sparql import prepareQuery

from essaim.graph.resolve import CLASSES
from essaim.graph.store import EmbeddedStore, Term
from essaim.graph.workspace import Workspace
from essaim.ontology.names import ESS, SCHEMES
from essaim.queries.catalogue import (
    LITERAL_KINDS,
    Column,
    NamedQuery,
    Parameter,
    catalogue,
    named_query,
)
from essaim.queries.guard import refuse_outbound

QUERIES = list(catalogue().values())
SOURCED = [query for query in QUERIES if any(c.name == "sources" for c in query.columns)]
_FAMILY = ("bookstart", "premieres-pages")


@pytest.fixture(scope="module")
def store(demo: Workspace) -> EmbeddedStore:
    return demo.store()


@pytest.fixture(params=QUERIES, ids=lambda query: query.name)
def query(request: pytest.FixtureRequest) -> NamedQuery:
    found: NamedQuery = request.param
    return found


def in_language(query: NamedQuery, language: str) -> str:
    return query.bind({"language": [query.parameter("language").literal(language)]})


def default(parameter: Parameter) -> list[NamedNode | Literal]:
    """The terms that a file gives a parameter, read by the engine itself."""
    answer = Store().query(f"SELECT ?term {{ VALUES ?term {{ {parameter.default} }} }}")
    assert isinstance(answer, QuerySolutions)
    terms = [solution["term"] for solution in answer]
    found = [term for term in terms if isinstance(term, NamedNode | Literal)]
    assert found
    assert len(found) == len(terms)
    return found


def found(store: EmbeddedStore, name: str, column: str, **values: str) -> list[str]:
    """A column of a query's answer; a value is the end of an IRI of ours."""
    given = {key: [NamedNode(f"https://w3id.org/essaim/{end}")] for key, end in values.items()}
    return [row[column].value for row in store.rows(named_query(name).bind(given))]


def named(rows: list[dict[str, Term]]) -> list[set[str]]:
    """The columns of each row that hold something, whatever it is."""
    return [set(row) for row in rows]


def test_there_are_queries_for_each_theme() -> None:
    themes = {query.name.partition("/")[0] for query in QUERIES}
    assert len(QUERIES) - len(SOURCED) <= 1, "only counts may have no sources"
    assert themes >= {"actors", "connections", "networks", "openlabs", "practices", "sources"}


def test_it_says_what_it_answers_in_both_languages(query: NamedQuery) -> None:
    assert query.summary_fr
    assert query.summary_en
    assert query.summary_fr != query.summary_en
    parts: list[Parameter | Column] = [*query.parameters.values(), *query.columns]
    for part in parts:
        assert part.fr, part
        assert part.en, part


def test_each_parameter_stands_for_one_kind_of_thing(query: NamedQuery) -> None:
    assert "language" in query.parameters
    for parameter in query.parameters.values():
        kinds = [parameter.kind in kinds for kinds in (LITERAL_KINDS, CLASSES, SCHEMES)]
        assert sum(kinds) == (parameter.kind != "entity"), parameter


def test_it_is_plain_sparql_without_any_prefix_supplied(query: NamedQuery) -> None:
    assert isinstance(Store().query(query.text), QuerySolutions)
    prepareQuery(query.text)


def test_it_makes_no_request_of_its_own(query: NamedQuery) -> None:
    refuse_outbound(query.text)


def test_it_answers_with_the_columns_it_declares(store: EmbeddedStore, query: NamedQuery) -> None:
    answer = store.query(query.text)
    assert isinstance(answer, QuerySolutions)
    assert [variable.value for variable in answer.variables] == [c.name for c in query.columns]


def test_each_row_of_its_default_names_an_entity_and_comes_once(
    store: EmbeddedStore, query: NamedQuery
) -> None:
    rows = store.rows(query.text)
    assert rows, "its default gives nothing"
    assert all(any(isinstance(term, NamedNode) for term in row.values()) for row in rows)
    assert len(set(map(str, rows))) == len(rows)


@pytest.mark.parametrize("query", SOURCED, ids=lambda query: query.name)
def test_its_sources_are_addresses(store: EmbeddedStore, query: NamedQuery) -> None:
    addresses = [row["sources"].value.split() for row in store.rows(query.text)]
    assert all(addresses)
    assert all(one.startswith(("http://", "https://")) for row in addresses for one in row)


def test_its_rows_come_in_a_stable_order(store: EmbeddedStore, query: NamedQuery) -> None:
    assert store.rows(query.text) == store.rows(query.text)


def test_giving_each_parameter_its_own_default_changes_nothing(
    store: EmbeddedStore, query: NamedQuery
) -> None:
    bound = query.bind({name: default(each) for name, each in query.parameters.items()})
    assert store.rows(bound) == store.rows(query.text)


def test_english_says_as_much_as_french(store: EmbeddedStore, query: NamedQuery) -> None:
    french, english = (store.rows(in_language(query, language)) for language in ("fr", "en"))
    assert sorted(map(sorted, named(english))) == sorted(map(sorted, named(french)))


def test_a_language_it_does_not_have_falls_back(store: EmbeddedStore, query: NamedQuery) -> None:
    assert store.rows(in_language(query, "de")) == store.rows(in_language(query, "fr"))
    assert store.rows(in_language(query, "en-GB")) == store.rows(in_language(query, "en"))


def test_a_territory_has_the_practices_of_those_within_it(store: EmbeddedStore) -> None:
    name = "practices/by-territory"
    within = found(store, name, "run", territory="id/territory/departement/43")
    assert within
    assert set(within) < set(found(store, name, "run", territory="id/territory/region/84"))


def test_a_theme_has_the_practices_of_narrower_themes(store: EmbeddedStore) -> None:
    themes = found(store, "practices/by-theme", "themeFound", theme="vocab/theme/arts-education")
    assert {theme.rpartition("/")[2] for theme in themes} > {"arts-education"}


def test_an_openlab_is_not_offered_what_its_territory_already_runs(store: EmbeddedStore) -> None:
    practices = {
        lab: found(store, "practices/for-openlab", "practice", openlab=f"id/openlab/{lab}")
        for lab in ("haute-loire", "haut-rhin")
    }
    already = "https://w3id.org/essaim/id/practice/artotheque-itinerante-haute-loire"
    runs = found(store, "practices/by-territory", "practice")
    assert already in runs
    assert already in practices["haut-rhin"]
    assert not set(runs) & set(practices["haute-loire"])


def test_partners_across_sectors_have_none_in_common(store: EmbeddedStore) -> None:
    rows = store.rows(named_query("actors/across-sectors").text)
    sectors: dict[str, set[str]] = {}
    for quad in store.quads(predicate=ESS.sector):
        sectors.setdefault(str(quad.subject), set()).add(str(quad.object))
    assert all(sectors[str(row["actor"])].isdisjoint(sectors[str(row["partner"])]) for row in rows)


def test_a_part_of_a_country_has_part_of_its_ties(store: EmbeddedStore) -> None:
    name, column = "actors/across-sectors", "activity"
    part = set(found(store, name, column, territory="id/territory/departement/43"))
    assert part < set(found(store, name, column, territory="id/territory/country/FR"))


def test_the_lineage_is_the_same_from_either_end(store: EmbeddedStore) -> None:
    name, column = "practices/lineage", "derived"
    ends = [found(store, name, column, practice=f"id/practice/{p}") for p in _FAMILY]
    assert ends[0] == ends[1] == [f"https://w3id.org/essaim/id/practice/{_FAMILY[1]}"]
