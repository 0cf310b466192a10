"""The gate: callers that ask too much, bodies that are too long, tokens that are none."""

from __future__ import annotations

import threading

import httpx
import pytest

from essaim.graph.workspace import Workspace
from essaim.service import limits
from essaim.service.access import Caller
from essaim.service.limits import Limits, TooMany
from essaim.service.tokens import Tokens

from .conftest import SLOW, serving
from .test_sparql import problem


class Clock:
    """A clock that is moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def use(counted: Limits, caller: Caller, times: int, work: float = 0.0) -> None:
    for _ in range(times):
        counted.begin(caller)
        counted.end(caller, work)


def test_requests_come_back_with_time(clock: Clock) -> None:
    counted = Limits(requests=60, work=0, running=0, clock=clock)
    caller = Caller("192.0.2.1")
    use(counted, caller, 60)
    with pytest.raises(TooMany) as refused:
        counted.begin(caller)
    assert refused.value.headers["Retry-After"] == "1"
    use(counted, Caller("192.0.2.2"), 60)  # another is not kept waiting
    clock.now = 1.0
    use(counted, caller, 1)
    with pytest.raises(TooMany):
        counted.begin(caller)
    clock.now = 1_000.0
    use(counted, caller, 60)


def test_work_is_counted_when_it_is_known(clock: Clock) -> None:
    counted = Limits(requests=0, work=30, running=0, clock=clock)
    caller = Caller("192.0.2.1")
    use(counted, caller, 1, work=60)
    with pytest.raises(TooMany, match="time") as refused:
        counted.begin(caller)
    assert refused.value.headers["Retry-After"] == "60"
    clock.now = 60.0
    use(counted, caller, 1)


def test_requests_at_the_same_time(clock: Clock) -> None:
    counted = Limits(requests=0, work=0, running=2, clock=clock)
    caller = Caller("192.0.2.1")
    counted.begin(caller)
    counted.begin(caller)
    with pytest.raises(TooMany, match="same time"):
        counted.begin(caller)
    counted.end(caller, 0)
    counted.begin(caller)


def test_a_token_has_more(clock: Clock, scratch: Workspace) -> None:
    token = Tokens(scratch.path).create("x", ["load"], days=1).token
    counted = Limits(requests=6, work=0, running=0, clock=clock)
    use(counted, Caller("192.0.2.1", token), 60)
    with pytest.raises(TooMany):
        counted.begin(Caller("192.0.2.1", token))
    clock.now = 1.0
    use(counted, Caller("192.0.2.1", token), 1)


def test_the_memory_is_bounded(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_CALLERS", 100)
    counted = Limits(requests=1, work=0, running=1, clock=clock)
    busy = Caller("192.0.2.1")
    counted.begin(busy)
    for number in range(1_000):
        use(counted, Caller(f"10.0.{number >> 8}.{number & 255}"), 1)
    assert len(counted) == 100
    with pytest.raises(TooMany):
        counted.begin(busy)


# over a real connection


@pytest.fixture
def token(scratch: Workspace) -> str:
    return Tokens(scratch.path).create("x", ["load", "update"], days=1).text


def test_too_many_requests_are_told_when_to_come_back(scratch: Workspace, token: str) -> None:
    with serving(scratch.path, workers=1, rate_requests=3) as client:
        assert [client.get("/sparql", params={"query": "ASK {}"}).status_code for _ in "xxx"] == [
            200, 200, 200,
        ]  # fmt: skip
        refused = client.get("/sparql", params={"query": "ASK {}"})
        assert problem(refused, 429)["hint"]
        assert int(refused.headers["retry-after"]) >= 1
        assert refused.headers["x-content-type-options"] == "nosniff"
        assert client.get("/health").status_code == 200
        headers = {"Authorization": f"Bearer {token}"}
        assert client.get("/sparql?query=ASK{}", headers=headers).status_code == 200
        # a header that anybody can write makes nobody somebody else
        forwarded = {"X-Forwarded-For": "198.51.100.7"}
        assert client.get("/sparql?query=ASK{}", headers=forwarded).status_code == 429
    trusted = {"rate_requests": 1, "trusted_proxies": "127.0.0.0/8"}
    with serving(scratch.path, workers=1, **trusted) as client:
        for last in (7, 8, 9):
            headers = {"X-Forwarded-For": f"198.51.100.{last}"}
            assert client.get("/sparql?query=ASK{}", headers=headers).status_code == 200
            assert client.get("/sparql?query=ASK{}", headers=headers).status_code == 429


def test_work_and_requests_at_a_time_are_counted(scratch: Workspace) -> None:
    limits_ = {"query_timeout": 1.0, "rate_work": 0.5, "rate_running": 1}
    with serving(scratch.path, workers=1, **limits_) as client:
        answers: list[int] = []

        def ask() -> None:
            answers.append(client.get("/sparql", params={"query": SLOW}).status_code)

        both = [threading.Thread(target=ask) for _ in range(2)]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
        assert sorted(answers) == [429, 504]
        assert client.get("/sparql?query=ASK{}").status_code == 429


def test_long_bodies_are_refused_before_they_are_read(scratch: Workspace, token: str) -> None:
    limits_ = {"max_query_bytes": 100, "max_upload_bytes": 1_000}
    kind = {"Content-Type": "application/sparql-query"}
    with serving(scratch.path, workers=1, **limits_) as client:
        long = "ASK {}" + " " * 400
        problem(client.post("/sparql", content=long, headers=kind), 413)
        problem(client.post("/sparql", content=iter([long.encode()] * 3), headers=kind), 413)
        problem(client.post("/api/v1/connections", content=long), 413)
        allowed = {**kind, "Authorization": f"Bearer {token}"}
        problem(client.post("/sparql", content="x" * 2_000, headers=allowed), 413)


def test_a_wrong_token_is_refused_everywhere(client: httpx.Client) -> None:
    for given in ("Bearer essaim_12345678_x", "Basic dXNlcjpwdw==", "x"):
        response = client.get("/sparql?query=ASK{}", headers={"Authorization": given})
        problem(response, 401)
        assert response.headers["www-authenticate"].startswith("Bearer")


def test_every_answer_has_a_number_and_the_same_headers(client: httpx.Client) -> None:
    numbers = set()
    for path in ("/", "/sparql?query=ASK{}", "/nothing", "/health", "/sparql?query=nonsense"):
        response = client.get(path)
        numbers.add(response.headers["x-request-id"])
        assert response.headers["x-frame-options"] == "DENY"
        assert "unsafe" not in response.headers["content-security-policy"]
    assert len(numbers) == 5
