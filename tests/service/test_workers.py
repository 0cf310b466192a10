"""Workers: ended when they must be, replaced, and on the newest generation."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from essaim.graph.workspace import Workspace
from essaim.ontology.errors import BadInput, NotFound, QueryTimeout, WorkspaceError
from essaim.service import jobs
from essaim.service.pool import Busy, Pool
from essaim.service.settings import make_settings
from essaim.service.workers import QueryEnded, Unexpected, Worker, run_once

from .conftest import SLOW, publish_practices, serving
from .test_sparql import problem

ASK: dict[str, Any] = {"text": "ASK {}", "accept": None, "max_rows": 10}
FORM: dict[str, Any] = {"media_type": "text/turtle", "max_rows": 10}


DOUBLED = " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(25))
LONG = f'SELECT ?x25 {{ BIND("x" AS ?x0) {DOUBLED} }}'
"""A query whose answer is 32 MiB long."""


def test_one_job_in_a_worker_of_its_own(scratch: Workspace) -> None:
    reply = run_once(scratch.path, 1024, jobs.sparql, 20, **ASK)
    assert reply.body == b'{"head":{},"boolean":true}'
    assert reply.generation == 1


def test_a_long_reply_arrives_whole(scratch: Workspace) -> None:
    reply = run_once(scratch.path, 1024, jobs.sparql, 20, **{**ASK, "text": LONG})
    assert len(reply.body) > 1 << 25


def test_a_runaway_query_ends_in_time(scratch: Workspace) -> None:
    started = time.monotonic()
    with pytest.raises(QueryTimeout, match=r"1 s"):
        run_once(scratch.path, 1024, jobs.sparql, 1, **{**ASK, "text": SLOW})
    assert time.monotonic() - started < 4


def test_a_query_beyond_its_memory_ends(scratch: Workspace) -> None:
    greedy = "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f"
    with pytest.raises(QueryEnded, match=r"512 MiB"):
        run_once(scratch.path, 512, jobs.sparql, 60, **{**ASK, "text": greedy})


def test_errors_come_back_as_they_were(scratch: Workspace) -> None:
    worker = Worker(scratch.path, 1024)
    worker.wait_ready()
    try:
        with pytest.raises(BadInput, match=r"SPARQL") as bad:
            worker.call(jobs.sparql, 10, {**ASK, "text": "SELECT {"})
        assert bad.value.hint
        with pytest.raises(NotFound) as missing:
            worker.call(jobs.describe, 10, {"iri": "sector:turism", **FORM})
        assert "tourism" in missing.value.suggestions
        assert missing.value.status == 404
        with pytest.raises(Unexpected) as defect:
            worker.call(jobs.describe, 10, {"no": "such argument"})
        assert "TypeError" in defect.value.trace
        assert worker.call(jobs.sparql, 10, ASK).generation == 1
    finally:
        worker.kill()
    with pytest.raises(QueryEnded):
        worker.call(jobs.sparql, 10, ASK)


def test_a_worker_moves_to_the_next_generation(scratch: Workspace, tmp_path: Path) -> None:
    worker = Worker(scratch.path, 1024)
    worker.wait_ready()
    try:
        assert worker.call(jobs.sparql, 10, ASK).generation == 1
        publish_practices(scratch, ["une"], tmp_path)
        query = {**ASK, "text": 'ASK { ?p a ess:Practice ; rdfs:label "une"@fr }'}
        reply = worker.call(jobs.sparql, 10, query)
        assert (reply.generation, b"true" in reply.body) == (2, True)
    finally:
        worker.kill()


def test_a_missing_workspace_is_said(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match=r"no workspace"):
        run_once(tmp_path, 1024, jobs.sparql, 10, **ASK)


def test_a_worker_ends_with_its_parent(scratch: Workspace) -> None:
    worker = Worker(scratch.path, 1024)
    worker.wait_ready()
    worker.kill()
    assert not worker.alive


def test_a_pool_refuses_what_can_not_wait(scratch: Workspace) -> None:
    async def crowd() -> None:
        settings = make_settings(
            workspace=scratch.path, workers=1, max_waiting=1, max_wait=0.5, query_timeout=3
        )
        pool = Pool(settings)
        await pool.start()
        try:
            slow = asyncio.create_task(pool.run(jobs.sparql, 3, **{**ASK, "text": SLOW}))
            await asyncio.sleep(0.1)
            waiting = asyncio.create_task(pool.run(jobs.sparql, 3, **ASK))
            await asyncio.sleep(0.1)
            started = time.monotonic()
            with pytest.raises(Busy) as refused:
                await pool.run(jobs.sparql, 3, **ASK)
            assert time.monotonic() - started < 0.2
            assert int(refused.value.headers["Retry-After"]) >= 1
            with pytest.raises(Busy):
                await waiting
            slow.cancel()
            with pytest.raises(asyncio.CancelledError):
                await slow
            while not pool.state()["idle"]:
                await asyncio.sleep(0.05)
            answered = await pool.run(jobs.sparql, 3, **ASK)
            assert b"true" in answered.body
        finally:
            await pool.close()

    asyncio.run(crowd())


def test_a_client_that_leaves_frees_the_worker(scratch: Workspace) -> None:
    with serving(scratch.path, workers=1, query_timeout=60) as client:
        host, port = client.base_url.host, client.base_url.port
        with socket.create_connection((host, port or 0)) as line:
            address = f"/sparql?{urlencode({'query': SLOW})}"
            line.sendall(f"GET {address} HTTP/1.1\r\nHost: essaim\r\n\r\n".encode())
            deadline = time.monotonic() + 10
            while client.get("/health").json()["idle"] and time.monotonic() < deadline:
                time.sleep(0.02)
        before = time.monotonic()
        answered = client.get("/sparql", params={"query": "ASK {}"})
        assert answered.status_code == 200, answered.text
        assert time.monotonic() - before < 8


def test_a_full_service_says_when_to_come_back(scratch: Workspace) -> None:
    with serving(scratch.path, workers=1, query_timeout=3, max_waiting=0, max_wait=0.5) as client:
        host, port = client.base_url.host, client.base_url.port
        with socket.create_connection((host, port or 0)) as line:
            address = f"/sparql?{urlencode({'query': SLOW})}"
            line.sendall(f"GET {address} HTTP/1.1\r\nHost: essaim\r\n\r\n".encode())
            while client.get("/health").json()["idle"]:
                time.sleep(0.02)
            refused = client.get("/sparql", params={"query": "ASK {}"})
            problem(refused, 503)
            assert int(refused.headers["retry-after"]) >= 1


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
    monkeypatch.setattr("essaim.service.routes.sparql.jobs.sparql", json.loads)
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
