"""Wikidata: asked politely, whole or not at all, and nothing of a person but the offices held."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import parse_qs

import pytest
from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat, Store

from essaim.graph.workspace import Workspace
from essaim.loaders import sparql_endpoint, wikidata
from essaim.loaders.context import EndpointQuery
from essaim.loaders.load import load
from essaim.loaders.sparql_endpoint import Endpoint
from essaim.loaders.wikidata_answers import places_in
from essaim.ontology.errors import BadInput, Refused
from essaim.ontology.names import BASE, ESS, ORG, RDFS, SCHEMA, SKOS

Stated: TypeAlias = Any
Fault: TypeAlias = "tuple[int, dict[str, str]] | str"
HAUTE_LOIRE = ("departement:43",)
SELECT = "SELECT * { ?s ?p ?o } LIMIT 3"
JSON = "application/sparql-results+json"


@dataclass
class LocalEndpoint:
    """What the endpoint does and was asked.

    Args:
        store: what it answers from.
        faults: what to do instead of answering, one for each of the next requests: a status with
            headers, or ``"cut"`` to send half an answer, ``"drop"`` to close the connection.
    """

    store: Store
    faults: list[Fault] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    address: str = ""


@contextmanager
def serving(extract: Path) -> Iterator[LocalEndpoint]:
    """Serve an extract until the block ends."""
    store = Store()
    store.load(path=extract, format=RdfFormat.TURTLE)
    endpoint = LocalEndpoint(store)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"])).decode()
            endpoint.agents.add(self.headers["User-Agent"])
            fault = endpoint.faults.pop(0) if endpoint.faults else ""
            if fault == "drop":
                self.connection.close()
                return
            if isinstance(fault, tuple):
                self._send(fault[0], b"<p>no</p>", {"Content-Type": "text/html", **fault[1]})
                return
            query = parse_qs(content)["query"][0]
            endpoint.queries.append(query)
            found = endpoint.store.query(query)
            assert isinstance(found, QuerySolutions)
            body = found.serialize(format=QueryResultsFormat.JSON)
            body = body[: len(body) // 2] if fault == "cut" else body
            self._send(200, body, {"Content-Type": JSON})

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    endpoint.address = f"http://127.0.0.1:{server.server_port}/sparql"
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def endpoint(data: Path) -> Iterator[LocalEndpoint]:
    with serving(data / "wikidata" / "extract.ttl") as served:
        yield served


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the client waited before each request; it does not really wait."""
    waited: list[float] = []
    monkeypatch.setattr(sparql_endpoint.time, "sleep", waited.append)
    return waited


@pytest.fixture
def stated(endpoint: LocalEndpoint, waits: list[float], state: Callable, tmp_path: Path) -> Stated:
    assert waits == []
    query = EndpointQuery(endpoint.address, ("departement:43", "departement:58"), tmp_path)
    return state(wikidata, query=query)


def test_golden(stated: Stated, check_golden: Callable):
    check_golden("wikidata", stated)


def test_every_row_is_accounted_for(stated: Stated, tmp_path: Path):
    report = stated.report
    rows = sum(
        len(path.read_text("utf-8").splitlines()) - 1 for path in tmp_path.glob("wikidata-*.csv")
    )
    assert report.rows == rows
    assert report.left_out == {
        "Several entries have this code": 1,
        "Further row about one entry": 3,
        "Cultural place without a name": 1,
        "Office of somebody without a name": 1,
        "Office without a date": 1,
        "Office that began or ended before 2000": 1,
    }
    assert "Column not understood" not in report.reasons()
    assert {issue.sentence().split(": ", 1)[1] for issue in report.issues} >= {
        '"3013756 / 3013757" Several GeoNames numbers: none is stated',
        '"123456789" Not one SIREN number: none is stated',
        '"rosière" Office without a role among ours',
        '"Q9004 / Q9005" Several entries have this code',
    }


def test_a_territory_gets_its_entry_and_other_names(stated: Stated):
    puy = f"{BASE}territory/commune/43157"
    assert stated.objects(puy, SCHEMA.sameAs) == ["http://www.wikidata.org/entity/Q9003"]
    assert stated.objects(puy, SKOS.altLabel) == ["Le Puy"]
    assert stated.objects(puy, ESS.geonamesId) == ["3002465"]
    assert stated.objects(f"{BASE}territory/commune/43040", SCHEMA.sameAs) == []
    assert stated.objects(f"{BASE}territory/departement/58", SCHEMA.sameAs)
    # what it is called and how many live there is told by other sources
    assert stated.objects(puy, RDFS.label) == []


def test_a_cultural_place_is_based_in_its_commune(stated: Stated):
    library = f"{BASE}organisation/wikidata/Q9201"
    assert stated.objects(library, ESS.basedIn) == [f"{BASE}territory/commune/43157"]
    assert stated.objects(library, ESS.siren) == ["243500741"]
    assert stated.objects(library, ESS.start) == ["1987"]
    assert {iri.rpartition("/")[2] for iri in stated.objects(library, ESS.theme)} == {
        "public-reading",
        "culture",
    }
    museum = f"{BASE}organisation/museum/M9999"
    assert stated.objects(museum, SCHEMA.sameAs) == ["http://www.wikidata.org/entity/Q9202"]
    assert stated.counts["org:Organization"] == 2


def test_an_office_is_dated_as_precisely_as_it_is_told(stated: Stated):
    first = f"{BASE}membership/wikidata/Q9401-A"
    assert stated.objects(first, ESS.start) == ["2015-04-02"]
    assert stated.objects(first, ESS.end) == ["2021"]
    assert stated.objects(first, ORG.organization) == [f"{BASE}organisation/departement/43"]
    prefect = f"{BASE}membership/wikidata/Q9402-A"
    assert stated.objects(prefect, ESS.start) == ["2019-09"]
    assert stated.objects(prefect, ORG.organization) == [
        f"{BASE}organisation/prefecture/departement/43"
    ]
    mayor = f"{BASE}membership/wikidata/Q9003-A"
    assert stated.objects(mayor, ESS.office) == ["maire"]
    assert stated.objects(mayor, ORG.role)[0].endswith("/commune-elected-officials")


def test_nothing_of_a_person_but_name_and_offices(stated: Stated):
    told = str(stated.triples)
    assert "1970" not in told
    assert "Q9999" not in told
    assert "Un comité" not in told


def test_only_what_was_asked_for_is_asked(
    endpoint: LocalEndpoint, waits: list[float], tmp_path: Path, state: Callable
):
    query = EndpointQuery(endpoint.address, ("commune:43157",), tmp_path)
    stated = state(wikidata, query=query)
    assert len(endpoint.queries) == 3
    assert all('"43157"' in text and '"43040"' not in text for text in endpoint.queries)
    assert stated.counts["foaf:Person"] == 2
    assert len(waits) == 3
    assert min(waits[1:]) >= 1.0


def test_the_client_says_who_it_is(endpoint: LocalEndpoint, waits: list[float]):
    with Endpoint(endpoint.address) as asked:
        assert len(asked.rows(SELECT)) == 3
    assert waits == [0.0]
    (agent,) = endpoint.agents
    assert agent.startswith("Essaim/")
    assert "https://" in agent


@pytest.mark.parametrize(
    "fault", [(429, {"Retry-After": "7"}), (503, {}), (500, {}), "cut", "drop"]
)
def test_it_asks_again_after_a_fault(endpoint: LocalEndpoint, waits: list[float], fault: Fault):
    endpoint.faults += [fault, fault]
    with Endpoint(endpoint.address) as asked:
        assert len(asked.rows(SELECT)) == 3
    assert waits == ([0.0, 7.0, 7.0] if fault[0] == 429 else [0.0, 1.0, 2.0])


def test_it_never_waits_for_hours(endpoint: LocalEndpoint, waits: list[float]):
    endpoint.faults += [(429, {"Retry-After": "Fri, 31 Dec 2099 23:59:59 GMT"})]
    endpoint.faults += [(429, {"Retry-After": "later"})]
    with Endpoint(endpoint.address) as asked:
        asked.rows(SELECT)
    assert waits == [0.0, 300.0, 2.0]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ((301, {"Location": "https://other.example/sparql"}), "has moved to https://other.example"),
        ((400, {}), r"refuses the query \(HTTP 400\)"),
        ((200, {}), "answers with text/html, not with SPARQL results"),
    ],
)
def test_what_is_no_endpoint_is_told_at_once(
    endpoint: LocalEndpoint, waits: list[float], fault: Fault, told: str
):
    endpoint.faults.append(fault)
    with Endpoint(endpoint.address) as asked, pytest.raises(BadInput, match=told):
        asked.rows(SELECT)
    assert waits == [0.0]


@pytest.mark.parametrize("text", ["", "ftp://x.example/", "https://", "https://me:word@x.example"])
def test_what_is_no_address_is_told(text: str):
    with pytest.raises(BadInput, match="is not the address of an endpoint"):
        Endpoint(text)


def test_an_endpoint_that_stops_answering_loads_nothing(
    endpoint: LocalEndpoint, waits: list[float], tmp_path: Path
):
    workspace = Workspace.create(tmp_path / "workspace")
    before = workspace.current().content_hash
    endpoint.faults += ["drop"] * 3
    loaded = load(workspace, "wikidata", endpoint=endpoint.address, territories=HAUTE_LOIRE)
    assert loaded.publication.outcome == "published"
    assert waits[:3] == [0.0, 1.0, 2.0]
    after = workspace.current().content_hash
    assert after != before
    again = load(workspace, "wikidata", endpoint=endpoint.address, territories=HAUTE_LOIRE)
    assert again.publication.outcome == "unchanged"
    answered = len(endpoint.queries)
    endpoint.faults += ["cut", "cut"] * 3
    with pytest.raises(Refused, match="does not answer: its answer is cut off, 6 times"):
        load(workspace, "wikidata", endpoint=endpoint.address, territories=HAUTE_LOIRE)
    assert len(endpoint.queries) == answered + 6
    assert workspace.current().content_hash == after
    told = workspace.store().rows(
        "SELECT ?day ?from { graph:source\\/wikidata dcterms:date ?day ; dcterms:source ?from }"
    )
    assert [(row["day"].value, row["from"].value) for row in told] == [
        ("2026-06-03", endpoint.address)
    ]


def test_an_endpoint_and_files_are_not_mixed_up(tmp_path: Path):
    workspace = Workspace.create(tmp_path / "workspace")
    with pytest.raises(BadInput, match="festivals reads files, it asks no endpoint"):
        load(workspace, "festivals", endpoint="https://x.example/sparql")
    with pytest.raises(BadInput, match="it reads no files"):
        load(workspace, "wikidata", [tmp_path / "a.csv"])
    with pytest.raises(BadInput, match="wikidata asks a SPARQL endpoint"):
        load(workspace, "wikidata")


def test_the_territories_asked_for():
    of_the_nievre = places_in(["departement:58"])
    assert len(of_the_nievre["commune"]) > 300
    assert [each.code for each in of_the_nievre["departement"]] == ["58"]
    assert {len(places_in([])["region"]), len(places_in(["region:84"])["departement"])} == {18, 12}
    with pytest.raises(BadInput, match='"departement:00" is not a territory'):
        places_in(["departement:00"])
