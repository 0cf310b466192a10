"""What the tests of the service share: a client, a command line, and a workspace to write to."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, Triple

from essaim.graph.statements import StatementWriter
from essaim.graph.workspace import Workspace
from essaim.ontology.names import BASE, ESS, GRAPHS, RDF, RDFS
from essaim.service.app import create_app
from essaim.service.cli import run
from essaim.service.commands_serve import listen, make_server
from essaim.service.settings import Settings, make_settings

SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
"""A query that would take days."""

UNLIMITED = {"rate_requests": 0, "rate_work": 0, "rate_running": 0}
"""Settings that let one client ask as much as it likes."""

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "=1+1",
    "+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\tTab",
    "\x1b[31mred\x1b[0m",
    "[bold]markup[/bold]",
    "right\u202eleft",
    "{{ 7 * 7 }}",
    "line\nbreak",
    'a},{"x":{"type":"uri"',
]
"""Labels that would do something somewhere if they were not treated as text."""


@dataclass(frozen=True)
class Outcome:
    """What a command did."""

    code: int
    out: str
    err: str


Command = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine reaches a test."""
    for name in ("CONFIG", *(field.upper() for field in Settings.model_fields)):
        monkeypatch.delenv(f"ESSAIM_{name}", raising=False)


@contextmanager
def serving(workspace: Path, **settings: object) -> Iterator[httpx.Client]:
    """The service, listening on a free port, and a client of it; it asks as much as it likes."""
    app = create_app(make_settings(workspace=workspace, **{"workers": 2, **UNLIMITED, **settings}))
    with listen("127.0.0.1", 0) as listening:
        server = make_server(app)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            with httpx.Client(base_url=address, timeout=60) as opened:
                yield opened
        finally:
            server.should_exit = True
            thread.join(20)


@pytest.fixture(scope="session")
def client(demo: Workspace) -> Iterator[httpx.Client]:
    """The service on the demonstration workspace."""
    with serving(demo.path, query_timeout=20, max_rows=1_000) as opened:
        yield opened


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that holds the ontology only; copy it before writing."""
    return Workspace.create(tmp_path_factory.mktemp("empty") / "workspace").path


@pytest.fixture
def scratch(empty: Path, tmp_path: Path) -> Workspace:
    """A workspace of its own for a test that writes."""
    return Workspace.open(Path(shutil.copytree(empty, tmp_path / "workspace")))


@pytest.fixture
def essaim(capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs ``essaim …`` in this process."""

    def call(*arguments: object) -> Outcome:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        assert "Something went wrong" not in err
        return Outcome(code, out, err)

    return call


@pytest.fixture
def on_demo(demo: Workspace, essaim: Command) -> Command:
    """Runs ``essaim …`` on the demonstration workspace."""
    return lambda *arguments: essaim("--workspace", demo.path, *arguments)


def publish_practices(workspace: Workspace, labels: list[str], place: Path) -> int:
    """Publish practices with these labels; returns the generation."""
    with StatementWriter(place / "practices.nt.gz") as writer:
        for number, text in enumerate(labels):
            practice = NamedNode(f"{BASE}practice/p{number}")
            writer.add(Triple(practice, RDF.type, ESS.Practice))
            for language in ("fr", "en"):
                writer.add(Triple(practice, RDFS.label, Literal(text, language=language)))
        statements = writer.finish()
    published = workspace.publish({GRAPHS["source/test"].value: statements}, "test")
    assert published.outcome == "published", published.findings
    return published.generation.number


def is_one_line(outcome: Outcome, *words: str) -> bool:
    """Whether an error is one line, names these words and gives exit code 2."""
    assert outcome.code == 2, outcome
    assert outcome.err.startswith("essaim: "), outcome.err
    assert outcome.err.count("\n") == 1, outcome.err
    for word in words:
        assert word in outcome.err
    return True
