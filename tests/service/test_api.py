"""The JSON API: answers, named queries, lists, operations, and the one shape of errors."""

from __future__ import annotations

import httpx
import pytest

from essaim.graph import answers
from essaim.graph.workspace import Workspace
from essaim.queries.catalogue import catalogue

from .test_sparql import problem


def test_replicable_is_the_answer_of_python(client: httpx.Client, demo: Workspace) -> None:
    response = client.get(
        "/api/v1/practices/replicable",
        params={"for": "openlab:nievre", "limit": 3, "weight": ["need=2"], "lang": "en"},
    )
    expected = answers.replicable(
        demo, "openlab:nievre", limit=3, weights={"need": 2.0}, language="en"
    )
    assert response.json() == expected
    assert len(response.json()["rows"]) == 3
    assert response.headers["essaim-generation"] == str(expected["generation"])


def test_a_need_alone_is_the_answer_of_python(client: httpx.Client, demo: Workspace) -> None:
    response = client.get(
        "/api/v1/practices/replicable",
        params={"need": "jeunes ruraux, lecture", "gate": ["relevant"], "diversity": 0.3},
    )
    expected = answers.replicable(
        demo, need="jeunes ruraux, lecture", gates=["relevant"], diversity=0.3
    )
    assert response.json() == expected


def test_territories_is_the_answer_of_python(client: httpx.Client, demo: Workspace) -> None:
    expected = answers.territories(
        demo, "practice:micro-folie", within="region:84", limit=2, language="en"
    )
    for name in ("micro-folie", "practice:micro-folie", expected["practice"]["iri"]):
        response = client.get(
            f"/api/v1/practices/{name}/territories",
            params={"within": "region:84", "limit": 2, "lang": "en"},
        )
        assert response.json() == expected


def test_lineage_is_the_answer_of_python(client: httpx.Client, demo: Workspace) -> None:
    response = client.get("/api/v1/practices/bookstart/lineage")
    assert response.json() == answers.lineage(demo, "practice:bookstart")


def test_connections_is_the_answer_of_python(client: httpx.Client, demo: Workspace) -> None:
    response = client.get("/api/v1/connections", params={"territory": "departement:43"})
    assert response.json() == answers.connections(demo, "departement:43")


@pytest.mark.parametrize(
    ("path", "status", "word"),
    [
        ("/api/v1/practices/replicable", 400, "for"),
        ("/api/v1/practices/replicable?for=", 400, "for"),
        ("/api/v1/practices/replicable?for=departement:999", 404, "departement:999"),
        ("/api/v1/practices/replicable?for=Haute%20Loir", 404, "Haute-Loire"),
        ("/api/v1/practices/replicable?for=departement:43&limit=many", 400, "limit"),
        ("/api/v1/practices/replicable?for=departement:43&limit=0", 400, "limit"),
        ("/api/v1/practices/replicable?for=departement:43&lang=de", 400, "lang"),
        ("/api/v1/practices/replicable?for=departement:43&weight=need", 400, "need"),
        ("/api/v1/practices/replicable?for=departement:43&weight=nope=1", 404, "nope"),
        ("/api/v1/practices/replicable?for=departement:43&theme=nope", 404, "nope"),
        ("/api/v1/practices/replicable?fro=departement:43", 400, "for"),
        ("/api/v1/practices/replicable?for=departement:43&gate=nope", 404, "nope"),
        ("/api/v1/practices/replicable?need=pour%20avec", 400, "pour avec"),
        ("/api/v1/practices/replicable?for=departement:43&diversity=2", 400, "diversity"),
        ("/api/v1/practices/nope/territories", 404, "nope"),
        ("/api/v1/practices/micro-folie/territories?within=region:840", 404, "region:84"),
        ("/api/v1/practices/nope/lineage", 404, "nope"),
        ("/api/v1/connections", 400, "territory"),
        ("/api/v1/connections?territory=departement:43&from_sector=turism", 404, "tourism"),
        ("/api/v1/queries/nope/nope", 404, "nope/nope"),
        ("/api/v1/territories?limit=-1", 400, "limit"),
        ("/api/v1/territories?language=fr", 400, "lang"),
        ("/api/v1/territorie", 404, "/api/v1/territories"),
        ("/nothing-like-it/at/all", 404, "/nothing-like-it/at/all"),
        ("/assets/nope.css", 404, "nope.css"),
        ("/assets/..%2Fpages.py", 404, ""),
        ("/entity?iri=openlab:nope", 404, "openlab:nope"),
        ("/entity", 400, "iri"),
        ("/explore?iri=openlab:nope", 404, "openlab:nope"),
        ("/explore?iri=openlab:nievre&depth=9", 400, "depth"),
    ],
)
def test_what_is_wrong_is_named(client: httpx.Client, path: str, status: int, word: str) -> None:
    found = problem(client.get(path), status)
    assert word in f"{found['detail']} {found['hint']}"


def test_unknown_methods_say_which_are_known(client: httpx.Client) -> None:
    found = problem(client.post("/api/v1/connections"), 405)
    assert "GET" in str(found["hint"])


def test_lists_to_choose_from(client: httpx.Client) -> None:
    labs = client.get("/api/v1/openlabs").json()
    assert labs["total"] == 4
    assert "openlab:nievre" in {entry["name"] for entry in labs["items"]}
    territories = client.get("/api/v1/territories", params={"q": "HAUTE LOIRE"}).json()
    found = client.get("/api/v1/territories", params={"q": "haute-loire", "limit": 1}).json()
    assert territories["total"] == 0
    assert found["items"][0]["label"]
    assert found["truncated"] == (found["total"] > 1)


def test_every_listed_name_can_be_asked_for(client: httpx.Client) -> None:
    for entry in client.get("/api/v1/openlabs").json()["items"]:
        params = {"for": entry["name"], "limit": 1}
        assert client.get("/api/v1/practices/replicable", params=params).status_code == 200


def test_the_catalogue_is_listed(client: httpx.Client) -> None:
    listed = client.get("/api/v1/queries", params={"lang": "en"}).json()["queries"]
    assert [entry["name"] for entry in listed] == list(catalogue())


@pytest.mark.parametrize("name", list(catalogue()))
def test_every_named_query_answers(client: httpx.Client, name: str) -> None:
    query = catalogue()[name]
    found = client.get(f"/api/v1/queries/{name}")
    assert found.status_code == 200, found.text
    if found.headers["content-type"] == "application/json":
        shown = [column["name"] for column in found.json()["columns"]]
        assert shown == [column.name for column in query.columns]
    as_csv = client.get(f"/api/v1/queries/{name}", params={"format": "csv", "lang": "en"})
    assert as_csv.headers["content-type"].startswith(("text/csv", "text/turtle"))
    problem(client.get(f"/api/v1/queries/{name}", params={"no-such-parameter": "x"}), 404)
    problem(client.get(f"/api/v1/queries/{name}", params={"format": "pdf"}), 400)
    problem(client.get(f"/api/v1/queries/{name}", headers={"Accept": "image/png"}), 406)


def test_health(client: httpx.Client) -> None:
    found = client.get("/health").json()
    assert found["status"] == "ok"
    assert found["workers"] >= 1


def test_the_openapi_document_says_what_is_there(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    assert {"/sparql", "/api/v1/connections", "/health"} <= set(document["paths"])
    for operations in document["paths"].values():
        for operation in operations.values():
            assert "422" not in operation["responses"]
            assert "application/problem+json" in operation["responses"]["default"]["content"]


@pytest.mark.parametrize("path", ["/", "/health", "/nope", "/sparql?query=ASK{}", "/api"])
def test_every_response_protects_the_reader(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
