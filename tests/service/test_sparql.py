"""The SPARQL protocol over a real connection."""

from __future__ import annotations

import json
import time
import zlib

import brotli
import httpx
import pyoxigraph
import pytest
import zstandard
from pyoxigraph import QueryResultsFormat, RdfFormat

from essaim.graph.workspace import Workspace

from .conftest import SLOW, serving

SELECT = "SELECT ?lab ?name { ?lab a ess:OpenLab ; rdfs:label ?name } ORDER BY ?lab ?name"
CONSTRUCT = "CONSTRUCT { ?lab a ess:OpenLab } { ?lab a ess:OpenLab }"
READERS = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "application/xml": QueryResultsFormat.XML,
    "text/tab-separated-values": QueryResultsFormat.TSV,
}
GRAPHS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/trig": RdfFormat.TRIG,
    "application/n-quads": RdfFormat.N_QUADS,
}


def problem(response: httpx.Response, status: int) -> dict[str, object]:
    """The problem details of a response, checked for their shape."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    found: dict[str, object] = response.json()
    assert {"type", "title", "status", "detail", "hint", "instance"} <= set(found)
    assert found["status"] == status
    assert "Traceback" not in response.text
    return found


@pytest.mark.parametrize("media_type", READERS)
def test_results_in_every_format(client: httpx.Client, media_type: str) -> None:
    response = client.get("/sparql", params={"query": SELECT}, headers={"Accept": media_type})
    assert response.status_code == 200
    assert response.headers["content-type"].partition(";")[0] == media_type
    read = pyoxigraph.parse_query_results(response.content, format=READERS[media_type])
    assert isinstance(read, pyoxigraph.QuerySolutions)
    assert len(list(read)) == 8


def test_results_as_csv(client: httpx.Client) -> None:
    response = client.get("/sparql", params={"query": SELECT}, headers={"Accept": "text/csv"})
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.text.splitlines()[0] == "lab,name"
    assert len(response.text.splitlines()) == 9


@pytest.mark.parametrize("media_type", GRAPHS)
def test_graphs_in_every_format(client: httpx.Client, media_type: str) -> None:
    response = client.get("/sparql", params={"query": CONSTRUCT}, headers={"Accept": media_type})
    assert response.headers["content-type"].partition(";")[0] == media_type
    assert len(list(pyoxigraph.parse(input=response.content, format=GRAPHS[media_type]))) == 4


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("*/*", "application/sparql-results+json"),
        ("text/csv;q=0.4, application/sparql-results+xml;q=0.9", "application/sparql-results+xml"),
        ("text/turtle, text/csv;q=0.1", "text/csv"),
    ],
)
def test_the_preferred_format_is_given(client: httpx.Client, accept: str, expected: str) -> None:
    response = client.get("/sparql", params={"query": SELECT}, headers={"Accept": accept})
    assert response.headers["content-type"].partition(";")[0] == expected
    assert response.headers["vary"] == "Accept, Accept-Encoding"


@pytest.mark.parametrize(
    ("query", "accept", "supported"),
    [
        (SELECT, "image/png", "text/turtle"),
        (SELECT, "text/turtle", "text/csv"),
        (CONSTRUCT, "text/csv", "text/turtle"),
    ],
)
def test_nothing_that_fits_is_406_with_a_list(
    client: httpx.Client, query: str, accept: str, supported: str
) -> None:
    response = client.get("/sparql", params={"query": query}, headers={"Accept": accept})
    found = problem(response, 406)
    assert supported in found["supported"]  # type: ignore[operator]


@pytest.mark.parametrize(
    "how",
    [
        {"data": {"query": SELECT}},
        {"content": SELECT, "headers": {"Content-Type": "application/sparql-query"}},
        {"content": SELECT, "headers": {"Content-Type": "application/sparql-query; charset=utf-8"}},
    ],
)
def test_both_ways_to_post(client: httpx.Client, how: dict[str, object]) -> None:
    response = client.post("/sparql", **how)  # type: ignore[arg-type]
    assert len(response.json()["results"]["bindings"]) == 8
    assert response.headers["essaim-generation"] == "4"


def test_a_format_can_be_named_instead(client: httpx.Client) -> None:
    response = client.get("/sparql", params={"query": SELECT, "format": "csv"})
    assert response.headers["content-type"].startswith("text/csv")
    problem(client.get("/sparql", params={"query": SELECT, "format": "pdf"}), 400)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("SELECT {", 400),
        ("nonsense", 400),
        ("SELECT * { ?s nope:p ?o }", 400),
        ("", 400),
        ("INSERT DATA { <http://e/a> <http://e/b> <http://e/c> }", 403),
        ("PREFIX e: <http://e/> DELETE WHERE { ?s ?p ?o }", 403),
        ("CLEAR ALL", 403),
        ("LOAD <http://127.0.0.1:1/>", 403),
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 403),
    ],
)
def test_what_is_wrong_or_declined(client: httpx.Client, query: str, status: int) -> None:
    before = client.get("/health").json()["generation"]
    found = problem(client.get("/sparql", params={"query": query}), status)
    assert found["instance"] == "/sparql"
    assert found["hint"]
    assert client.get("/health").json()["generation"] == before


def test_a_name_like_an_update_is_no_update(client: httpx.Client) -> None:
    query = 'SELECT ?insert { BIND("DELETE" AS ?insert) } # CLEAR'
    assert client.get("/sparql", params={"query": query}).status_code == 200


@pytest.mark.parametrize(
    ("method", "arguments", "status"),
    [
        ("POST", {"data": {"update": "CLEAR ALL"}}, 401),
        ("POST", {"content": "CLEAR ALL",
                  "headers": {"Content-Type": "application/sparql-update"}}, 401),
        ("GET", {"params": {"update": "CLEAR ALL"}}, 400),
        ("POST", {"data": {"update": "CLEAR ALL", "query": "ASK {}"}}, 400),
        ("POST", {"data": {"query": "ASK {}", "using-graph-uri": "http://e/g"}}, 400),
        ("POST", {"content": "{}", "headers": {"Content-Type": "application/json"}}, 415),
        ("POST", {"content": b"\xff\xfe", "headers": {"Content-Type": "application/sparql-query"}},
         400),
        ("POST", {"content": "x" * 4_000_000,
                  "headers": {"Content-Type": "application/sparql-query"}}, 413),
        ("GET", {"params": [("query", "ASK {}"), ("query", "ASK {}")]}, 400),
        ("GET", {"params": {"query": "ASK {}", "generation": "x"}}, 400),
        ("GET", {"params": {"query": "ASK {}", "generation": "99"}}, 503),
        ("GET", {"params": {"query": "ASK {}", "quarry": "x"}}, 400),
        ("PUT", {}, 405),
        ("DELETE", {}, 405),
    ],
)  # fmt: skip
def test_requests_that_are_not_of_the_protocol(
    client: httpx.Client, method: str, arguments: dict[str, object], status: int
) -> None:
    problem(client.request(method, "/sparql", **arguments), status)  # type: ignore[arg-type]


def test_a_browser_without_a_query_gets_a_form(client: httpx.Client) -> None:
    response = client.get("/sparql", headers={"Accept": "text/html"}, params={"lang": "en"})
    assert response.status_code == 200
    assert 'name="query"' in response.text
    assert 'lang="en"' in response.text


def test_long_answers_are_cut_and_say_so(client: httpx.Client) -> None:
    response = client.get("/sparql", params={"query": "SELECT * { ?a ?b ?c . ?d ?e ?f }"})
    assert response.headers["essaim-truncated"] == "true"
    assert len(response.json()["results"]["bindings"]) == 1_000
    graph = client.get("/sparql", params={"query": "CONSTRUCT WHERE { ?s ?p ?o }"})
    assert graph.headers["essaim-truncated"] == "true"
    short = client.get("/sparql", params={"query": SELECT})
    assert "essaim-truncated" not in short.headers


def test_a_runaway_query_is_ended_and_the_next_one_answers(demo: Workspace) -> None:
    with serving(demo.path, workers=2, query_timeout=2, max_wait=30) as client:
        for _ in range(3):
            before = time.monotonic()
            found = problem(client.get("/sparql", params={"query": SLOW}), 504)
            assert time.monotonic() - before < 10
            assert "2 s" in str(found["detail"])
            answered = client.get("/sparql", params={"query": "ASK {}"})
            assert answered.json()["boolean"] is True


def test_an_unchanged_answer_is_not_sent_again(client: httpx.Client) -> None:
    first = client.get("/sparql", params={"query": SELECT})
    headers = {"If-None-Match": f'"other", {first.headers["etag"]}'}
    second = client.get("/sparql", params={"query": SELECT}, headers=headers)
    assert second.status_code == 304
    assert second.content == b""
    headers["Accept"] = "text/csv"
    assert client.get("/sparql", params={"query": SELECT}, headers=headers).status_code == 200


def test_head_has_no_body(client: httpx.Client) -> None:
    response = client.head("/sparql", params={"query": SELECT})
    assert response.status_code == 200
    assert response.content == b""
    assert int(response.headers["content-length"]) > 0


def test_hostile_values_stay_values(client: httpx.Client) -> None:
    text = '</literal><script>alert(1)</script>"},{"x'
    query = f"SELECT ?x {{ VALUES ?x {{ {pyoxigraph.Literal(text)} }} }}"
    found = client.get("/sparql", params={"query": query}).json()
    assert found["results"]["bindings"][0]["x"]["value"] == text
    assert json.dumps(text) in client.get("/sparql", params={"query": query}).text


def count(client: httpx.Client, query: str, **parameters: object) -> int:
    text = f"SELECT (COUNT(*) AS ?n) {query}"
    found = client.get("/sparql", params={"query": text, **parameters}).json()
    return int(found["results"]["bindings"][0]["n"]["value"])


def test_the_dataset_is_what_was_asked_for(client: httpx.Client) -> None:
    ontology = "https://w3id.org/essaim/graph/ontology"
    labs = "https://w3id.org/essaim/graph/source/openlabs"
    everything = count(client, "{ ?s ?p ?o }")
    own = count(client, f"FROM <{ontology}> {{ ?s ?p ?o }}")
    assert 0 < own < everything
    assert count(client, "{ ?s ?p ?o }", **{"default-graph-uri": ontology}) == own
    both = count(client, "{ ?s ?p ?o }", **{"default-graph-uri": [ontology, labs]})
    assert own < both < everything
    named = {"named-graph-uri": labs}
    assert count(client, "{ ?s ?p ?o }", **named) == 0
    assert count(client, "{ GRAPH ?g { ?s ?p ?o } }", **named) == both - own
    # the protocol's dataset takes the place of the query's
    query = f"FROM <{labs}> {{ ?s ?p ?o }}"
    assert count(client, query, **{"default-graph-uri": ontology}) == own


def test_an_older_generation_can_be_asked(client: httpx.Client) -> None:
    query = {"query": "ASK { ?lab a ess:OpenLab }"}
    now, then = (client.get("/sparql", params={**query, "generation": n}) for n in (4, 1))
    assert (now.json()["boolean"], then.json()["boolean"]) == (True, False)
    assert then.headers["essaim-generation"] == "1"
    assert then.headers["etag"] != now.headers["etag"]


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
def test_answers_are_compressed(client: httpx.Client, encoding: str) -> None:
    long = {"query": "SELECT * { ?s ?p ?o } LIMIT 900"}
    plain = client.get("/sparql", params=long, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    with client.stream(
        "GET", "/sparql", params=long, headers={"Accept-Encoding": encoding}
    ) as sent:
        raw = b"".join(sent.iter_raw())
    assert sent.headers["content-encoding"] == encoding
    assert "Accept-Encoding" in sent.headers["vary"]
    assert len(raw) < len(plain.content) / 2
    undo = {
        "gzip": lambda: zlib.decompress(raw, wbits=31),
        "br": lambda: brotli.decompress(raw),
        "zstd": lambda: zstandard.ZstdDecompressor().decompressobj().decompress(raw),
    }
    assert undo[encoding]() == plain.content


def test_a_page_of_another_site_may_ask(client: httpx.Client) -> None:
    asked = client.options("/sparql", headers={"Origin": "https://example.org"})
    assert asked.status_code == 204
    assert asked.headers["access-control-allow-origin"] == "*"
    assert "POST" in asked.headers["access-control-allow-methods"]
    answered = client.get("/sparql", params={"query": "ASK {}"})
    assert answered.headers["access-control-allow-origin"] == "*"
    assert "ETag" in answered.headers["access-control-expose-headers"]


def test_the_service_describes_itself(client: httpx.Client) -> None:
    described = client.get("/sparql", headers={"Accept": "text/turtle"})
    text = described.text
    assert described.headers["content-type"].startswith("text/turtle")
    for word in ("UnionDefaultGraph", "SPARQL11Update", "SPARQL_Results_CSV", "namedGraph"):
        assert word in text, word
    assert str(client.base_url.join("/sparql")) in text


def test_the_same_request_is_answered_from_memory(demo: Workspace) -> None:
    with serving(demo.path, workers=1) as client:
        query = {"query": SELECT}
        first = client.get("/sparql", params=query)
        again = client.get("/sparql", params=query)
        assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
        other = client.get("/sparql", params=query, headers={"Accept": "text/csv"})
        assert other.headers["content-type"].startswith("text/csv")
        random = {"query": "SELECT (RAND() AS ?n) {}"}
        one, two = (client.get("/sparql", params=random).text for _ in range(2))
        assert one != two


def test_the_newest_sparql_is_understood(client: httpx.Client) -> None:
    for query in (
        'VERSION "1.2" SELECT * {}',
        "ASK { BIND(TRIPLE(ess:a, ess:b, ess:c) AS ?t) FILTER(isTRIPLE(?t)) }",
        "ASK { <<( ess:a ess:b ess:c )>> ess:p ?o }",
        'ASK { FILTER(LANGDIR("a"@en--ltr) = "ltr") }',
    ):
        assert client.get("/sparql", params={"query": query}).status_code == 200, query
