"""Workers: ended when they must be, replaced, and on the newest generation."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from essaim.graph.workspace import Workspace
from essaim.ontology.errors import BadInput, NotFound, QueryTimeout, WorkspaceError
from essaim.service import jobs, sparql_jobs
from essaim.service.pool import Busy, Pool, TooLong
from essaim.service.settings import make_settings
from essaim.service.sparql_jobs import SparqlQuery
from essaim.service.workers import QueryEnded, Reply, Unexpected, Worker, run_once

from .conftest import SLOW, publish_practices, serving
from .test_sparql import problem


def asking(text: str = "ASK {}") -> dict[str, Any]:
    return {"asked": SparqlQuery(text, max_rows=10)}


FORM: dict[str, Any] = {"media_type": "text/turtle", "max_rows": 10}


DOUBLED = " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(25))
LONG = f'SELECT ?x25 {{ BIND("x" AS ?x0) {DOUBLED} }}'
"""A query whose answer is 32 MiB long."""


def test_one_job_in_a_worker_of_its_own(scratch: Workspace) -> None:
    reply = run_once(scratch.path, 1024, sparql_jobs.sparql, 20, **asking())
    assert reply.body == b'{"head":{},"boolean":true}'
    assert reply.generation == 1


def test_a_long_reply_arrives_whole(scratch: Workspace) -> None:
    reply = run_once(scratch.path, 1024, sparql_jobs.sparql, 20, **asking(LONG))
    assert len(reply.body) > 1 << 25


def test_a_runaway_query_ends_in_time(scratch: Workspace) -> None:
    started = time.monotonic()
    with pytest.raises(QueryTimeout, match=r"1 s"):
        run_once(scratch.path, 1024, sparql_jobs.sparql, 1, **asking(SLOW))
    assert time.monotonic() - started < 30


def test_a_query_beyond_its_memory_ends(scratch: Workspace) -> None:
    greedy = "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f"
    with pytest.raises(QueryEnded, match=r"512 MiB"):
        run_once(scratch.path, 512, sparql_jobs.sparql, 60, **asking(greedy))


def test_errors_come_back_as_they_were(scratch: Workspace) -> None:
    worker = Worker(scratch.path, 1024)
    worker.wait_ready()
    try:
        with pytest.raises(BadInput, match=r"SPARQL") as bad:
            worker.call(sparql_jobs.sparql, 10, asking("SELECT {"))
        assert bad.value.hint
        with pytest.raises(NotFound) as missing:
            worker.call(jobs.describe, 10, {"iri": "sector:turism", **FORM})
        assert "tourism" in missing.value.suggestions
        assert missing.value.status == 404
        with pytest.raises(Unexpected) as defect:
            worker.call(jobs.describe, 10, {"no": "such argument"})
        assert "TypeError" in defect.value.trace
        assert worker.call(sparql_jobs.sparql, 10, asking()).generation == 1
    finally:
        worker.kill()
    with pytest.raises(QueryEnded):
        worker.call(sparql_jobs.sparql, 10, asking())


def test_a_worker_moves_to_the_next_generation(scratch: Workspace, tmp_path: Path) -> None:
    worker = Worker(scratch.path, 1024)
    worker.wait_ready()
    try:
        assert worker.call(sparql_jobs.sparql, 10, asking()).generation == 1
        publish_practices(scratch, ["une"], tmp_path)
        query = asking('ASK { ?p a ess:Practice ; rdfs:label "une"@fr }')
        reply = worker.call(sparql_jobs.sparql, 10, query)
        assert (reply.generation, b"true" in reply.body) == (2, True)
    finally:
        worker.kill()


def test_a_missing_workspace_is_said(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match=r"no workspace"):
        run_once(tmp_path, 1024, sparql_jobs.sparql, 10, **asking())


def test_a_worker_ends_with_its_parent(scratch: Workspace) -> None:
    worker = Worker(scratch.path, 1024)
    worker.wait_ready()
    worker.kill()
    assert not worker.alive


@contextlib.asynccontextmanager
async def pool_of(workspace: Workspace, **settings: object) -> AsyncIterator[Pool]:
    pool = Pool(make_settings(workspace=workspace.path, **settings))
    await pool.start()
    try:
        yield pool
    finally:
        await pool.close()


async def run(pool: Pool, text: str, seconds: float = 10) -> Reply:
    answer = await pool.run(sparql_jobs.sparql, seconds, text=text, **asking(text))
    return answer.reply


async def until_long(pool: Pool, count: int) -> None:
    async with asyncio.timeout(20):
        while pool.state()["long"] < count:
            await asyncio.sleep(0.01)


def test_short_queries_never_wait_for_long_ones(scratch: Workspace) -> None:
    async def crowd() -> None:
        async with pool_of(scratch, workers=1, max_waiting=1, max_wait=60) as pool:
            slow = [asyncio.create_task(run(pool, f"{SLOW} #{n}", 60)) for n in range(2)]
            await until_long(pool, 1)
            for _ in range(20):
                assert b"true" in (await run(pool, "ASK {}")).body
            assert pool.state()["long"] == 1
            for task in slow:
                task.cancel()
            await asyncio.gather(*slow, return_exceptions=True)

    asyncio.run(crowd())


def test_a_long_query_begins_when_another_has_ended(scratch: Workspace) -> None:
    async def crowd() -> None:
        async with pool_of(scratch, workers=1, max_waiting=4, max_wait=60) as pool:
            first = asyncio.create_task(run(pool, f"{SLOW} #1", 2))
            await until_long(pool, 1)
            second = asyncio.create_task(run(pool, f"{SLOW} #2", 2))
            for task in (first, second):
                with pytest.raises(QueryTimeout, match="2 s"):
                    await task
            assert pool.ended["time"] == 2

    asyncio.run(crowd())


def test_a_pool_refuses_what_can_not_wait(scratch: Workspace) -> None:
    async def crowd() -> None:
        async with pool_of(scratch, workers=1, max_waiting=1, max_wait=0.5) as pool:
            slow = asyncio.create_task(run(pool, SLOW, 60))
            await until_long(pool, 1)
            again = [asyncio.create_task(run(pool, SLOW, 60)) for _ in range(2)]
            refused = await asyncio.gather(*again, return_exceptions=True)
            assert all(isinstance(each, Busy) for each in refused), refused
            assert int(Busy(3).headers["Retry-After"]) == 3
            slow.cancel()
            with pytest.raises(asyncio.CancelledError):
                await slow
            async with asyncio.timeout(20):
                while pool.state()["idle"] < 3:
                    await asyncio.sleep(0.05)
            assert b"true" in (await run(pool, "ASK {}")).body
            assert pool.ended["client"] == 1

    asyncio.run(crowd())


def test_a_dead_worker_is_replaced_and_its_queue_is_answered(scratch: Workspace) -> None:
    async def crowd() -> None:
        async with pool_of(scratch, workers=1) as pool:
            for line in pool._lines:
                line.process._process.kill()
            texts = [f"ASK {{}} #{number}" for number in range(40)]
            answered = await asyncio.gather(
                *(run(pool, text) for text in texts), return_exceptions=True
            )
            assert sum(isinstance(each, QueryEnded) for each in answered) <= 3
            assert sum(isinstance(each, Reply) for each in answered) >= 37
            async with asyncio.timeout(20):
                while pool.state()["processes"] < 3:
                    await asyncio.sleep(0.05)

    asyncio.run(crowd())


def test_a_long_answer_is_not_held_in_memory(scratch: Workspace) -> None:
    async def crowd() -> None:
        async with pool_of(scratch, workers=1) as pool:
            answer = await pool.run(
                sparql_jobs.sparql, 60, text=LONG, asked=SparqlQuery(LONG, "text/csv")
            )
            assert answer.spool is not None
            parts = [len(part) async for part in answer.spool.read()]
            assert max(parts) <= 1 << 17
            assert sum(parts) > 1 << 25
            answer.spool.close()

    asyncio.run(crowd())


def test_an_answer_longer_than_allowed_is_ended(scratch: Workspace) -> None:
    async def crowd() -> None:
        async with pool_of(scratch, workers=1, max_answer_bytes=1 << 20) as pool:
            with pytest.raises(TooLong):
                await run(pool, LONG, 60)

    asyncio.run(crowd())


def send_slow(client: httpx.Client) -> socket.socket:
    """A connection on which a slow query has been asked."""
    host, port = client.base_url.host, client.base_url.port
    line = socket.create_connection((host, port or 0))
    address = f"/sparql?{urlencode({'query': SLOW})}"
    line.sendall(f"GET {address} HTTP/1.1\r\nHost: essaim\r\n\r\n".encode())
    deadline = time.monotonic() + 20
    while not client.get("/health").json()["long"] and time.monotonic() < deadline:
        time.sleep(0.02)
    return line


def test_a_client_that_leaves_frees_the_worker(scratch: Workspace) -> None:
    with serving(scratch.path, workers=1, query_timeout=60) as client:
        send_slow(client).close()
        deadline = time.monotonic() + 20
        while client.get("/health").json()["long"] and time.monotonic() < deadline:
            time.sleep(0.02)
        assert client.get("/health").json()["long"] == 0


def test_a_full_service_says_when_to_come_back(scratch: Workspace) -> None:
    with (
        serving(scratch.path, workers=1, query_timeout=60, max_waiting=0) as client,
        send_slow(client),
    ):
        refused = client.get("/sparql", params={"query": SLOW})
        problem(refused, 503)
        assert int(refused.headers["retry-after"]) >= 1
        assert client.get("/sparql", params={"query": "ASK {}"}).status_code == 200


def test_a_new_generation_changes_the_tag(scratch: Workspace, tmp_path: Path) -> None:
    with serving(scratch.path, workers=1) as client:
        first = client.get("/sparql", params={"query": "ASK {}"})
        publish_practices(scratch, ["une"], tmp_path)
        headers = {"If-None-Match": first.headers["etag"]}
        second = client.get("/sparql", params={"query": "ASK {}"}, headers=headers)
        assert second.status_code == 200
        assert second.headers["essaim-generation"] == "2"
        assert second.headers["etag"] != first.headers["etag"]


def test_a_defect_is_logged_and_not_shown(
    scratch: Workspace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("essaim.service.routes.sparql.sparql_jobs.sparql", json.loads)
    with serving(scratch.path, workers=1) as client:
        found = problem(client.get("/sparql", params={"query": "ASK {}"}), 500)
        assert "TypeError" not in str(found)
    assert "TypeError" in caplog.text


def test_many_at_once(client: httpx.Client) -> None:
    async def ask_all() -> list[int]:
        async with httpx.AsyncClient(base_url=client.base_url, timeout=60) as many:
            asked = (many.get("/sparql", params={"query": f"ASK {{ #{n}\n }}"}) for n in range(60))
            return [response.status_code for response in await asyncio.gather(*asked)]

    assert set(asyncio.run(ask_all())) == {200}
