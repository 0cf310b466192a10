"""Updates and whole graphs over HTTP, with a token and without."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from essaim.graph.workspace import Workspace
from essaim.service.tokens import Tokens

from .conftest import serving
from .test_sparql import problem

CURATION = "https://w3id.org/essaim/graph/curation"
TURTLE = {"Content-Type": "text/turtle"}


def token(workspace: Workspace, *scopes: str) -> dict[str, str]:
    made = Tokens(workspace.path).create("test", scopes, days=1)
    return {"Authorization": f"Bearer {made.text}"}


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace.create(tmp_path_factory.mktemp("bare") / "workspace", is_bare=True)


@pytest.fixture(scope="module")
def writer(bare: Workspace) -> Iterator[httpx.Client]:
    """A client that may write, of a service on a bare workspace."""
    headers = token(bare, "update")
    with serving(bare.path, workers=1) as client:
        client.headers.update(headers)
        yield client


def ask(client: httpx.Client, query: str) -> bool:
    return bool(client.post("/sparql", data={"query": query}).json()["boolean"])


def test_both_ways_to_send_an_update(writer: httpx.Client) -> None:
    one = writer.post("/sparql", data={"update": "INSERT DATA { <a:1> <a:p> 1 }"})
    assert (one.status_code, one.json()["outcome"], one.json()["added"]) == (200, "published", 1)
    two = writer.post(
        "/sparql",
        content="INSERT DATA { <a:2> <a:p> 2 }",
        headers={"Content-Type": "application/sparql-update"},
    )
    assert two.json()["generation"] == one.json()["generation"] + 1
    assert ask(writer, "ASK { <a:1> <a:p> 1 . <a:2> <a:p> 2 }")


def test_an_update_on_a_given_dataset(writer: httpx.Client) -> None:
    writer.post("/sparql", data={"update": "INSERT DATA { GRAPH <a:g> { <a:3> <a:p> 3 } }"})
    update = "INSERT { GRAPH <a:h> { ?s <a:q> ?o } } WHERE { ?s <a:p> ?o }"
    made = writer.post("/sparql", data={"update": update, "using-graph-uri": "a:g"})
    assert made.json()["added"] == 1
    with_one = "WITH <a:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }"
    problem(writer.post("/sparql", data={"update": with_one, "using-graph-uri": "a:g"}), 400)


@pytest.mark.parametrize(
    ("update", "status"), [("INSERT DATA {", 400), ("LOAD <http://127.0.0.1:1/>", 403)]
)
def test_what_is_wrong_with_an_update_is_said(
    writer: httpx.Client, update: str, status: int
) -> None:
    problem(writer.post("/sparql", data={"update": update}), status)


def test_a_graph_is_put_read_added_to_and_removed(writer: httpx.Client) -> None:
    graph = {"graph": "http://e/graph"}
    put = writer.put("/graphs", params=graph, content="<a:s> <a:p> 1 .", headers=TURTLE)
    assert put.status_code == 201
    posted = writer.post("/graphs", params=graph, content="<a:s> <a:p> 2 .", headers=TURTLE)
    assert posted.status_code == 200
    read = writer.get("/graphs", params=graph, headers={"Accept": "application/n-triples"})
    assert len(read.text.splitlines()) == 2
    assert writer.head("/graphs", params=graph).status_code == 200
    again = writer.put("/graphs", params=graph, content="<a:s> <a:p> 3 .", headers=TURTLE)
    assert (again.status_code, again.json()["removed"]) == (200, 2)
    assert writer.delete("/graphs", params=graph).status_code == 200
    problem(writer.get("/graphs", params=graph), 404)
    problem(writer.delete("/graphs", params=graph), 404)


def test_a_graph_is_named_by_its_address(writer: httpx.Client) -> None:
    put = writer.put("/graphs/people", content="<> <a:p> <#me> .", headers=TURTLE)
    assert put.status_code == 201
    address = str(writer.base_url.join("/graphs/people"))
    assert ask(writer, f"ASK {{ GRAPH <{address}> {{ <{address}> <a:p> <{address}#me> }} }}")
    assert writer.get("/graphs", params={"graph": address}).status_code == 200
    assert writer.get("/graphs/people").status_code == 200


def test_a_graph_without_a_name_gets_one(writer: httpx.Client) -> None:
    made = writer.post("/graphs", content="<a:s> <a:new> 1 .", headers=TURTLE)
    assert made.status_code == 201
    assert "<a:new>" in writer.get(made.headers["location"]).text


def test_the_default_graph_is_a_graph(writer: httpx.Client) -> None:
    writer.put("/graphs", params={"default": ""}, content="<a:d> <a:p> 1 .", headers=TURTLE)
    read = writer.get(
        "/graphs", params={"default": ""}, headers={"Accept": "application/n-triples"}
    )
    assert read.text.startswith("<a:d>")
    assert read.text.count("\n") == 1


def test_several_files_in_one_form(writer: httpx.Client) -> None:
    files = [
        ("a", ("a.ttl", "<a:s> <a:p> 1 .", "text/turtle")),
        ("b", ("b.nt", "<a:s> <a:p> <a:o> .", "application/n-triples")),
    ]
    put = writer.put("/graphs", params={"graph": "a:form"}, files=files)
    assert put.json()["added"] == 2


@pytest.mark.parametrize(
    ("method", "parameters", "content", "kind", "status"),
    [
        ("PUT", {"graph": "a:g"}, "nonsense", "text/turtle", 400),
        ("PUT", {"graph": "a:g"}, "<a:s> <a:p> 1 .", "text/plain", 415),
        ("PUT", {"graph": "a:g", "default": ""}, "", "text/turtle", 400),
        ("PUT", {}, "", "text/turtle", 400),
        ("PUT", {"grpah": "a:g"}, "", "text/turtle", 400),
        ("GET", {"graph": "a:none"}, "", "text/turtle", 404),
    ],
)
def test_requests_that_are_not_of_the_graph_store(
    writer: httpx.Client, method: str, parameters: dict[str, str], content: str, kind: str,
    status: int,
) -> None:  # fmt: skip
    headers = {"Content-Type": kind}
    found = writer.request(method, "/graphs", params=parameters, content=content, headers=headers)
    problem(found, status)


def test_nobody_writes_without_the_right_token(bare: Workspace, writer: httpx.Client) -> None:
    before = bare.current().number
    others = token(bare, "read-restricted")
    requests = [
        ("POST", "/sparql", {"data": {"update": "CLEAR ALL"}}),
        ("PUT", "/graphs?graph=a:g", {"content": "<a:s> <a:p> 1 .", "headers": TURTLE}),
        ("POST", "/graphs?graph=a:g", {"content": "<a:s> <a:p> 1 .", "headers": TURTLE}),
        ("DELETE", "/graphs?default", {}),
    ]
    for method, path, about in requests:
        request = writer.build_request(method, path, **about)  # type: ignore[arg-type]
        del request.headers["Authorization"]
        problem(writer.send(request), 401)
        request = writer.build_request(method, path, **about)  # type: ignore[arg-type]
        request.headers.update(others)
        problem(writer.send(request), 403)
    assert bare.current().number == before


def test_sources_are_not_changed_by_updates(scratch: Workspace) -> None:
    headers = token(scratch, "update")
    with serving(scratch.path, workers=1) as client:
        client.headers.update(headers)
        ontology = "https://w3id.org/essaim/graph/ontology"
        body = {"content": "<a:s> <a:p> 1 .", "headers": TURTLE}
        problem(client.put("/graphs", params={"graph": ontology}, **body), 403)  # type: ignore[arg-type]
        problem(client.post("/sparql", data={"update": "DROP ALL"}), 403)
        bad = f"INSERT DATA {{ GRAPH <{CURATION}> {{ id:x a ess:Implementation }} }}"
        found = problem(client.post("/sparql", data={"update": bad}), 422)
        assert "Nothing was written" in str(found["detail"])
        good = f"INSERT DATA {{ GRAPH <{CURATION}> {{ id:x dcterms:description 'Vu'@fr }} }}"
        assert client.post("/sparql", data={"update": good}).status_code == 200
        assert client.get("/graphs", params={"graph": CURATION}).text.count("description") == 1
    assert scratch.numbers() == [1, 2]


def test_writes_are_in_the_audit_log(bare: Workspace, writer: httpx.Client) -> None:
    writer.post("/sparql", data={"update": "INSERT DATA { <a:secret> <a:p> 1 }"})
    log = "".join(path.read_text() for path in Path(bare.path / "audit").iterdir())
    assert '"action": "update"' in log
    assert "a:secret" not in log
