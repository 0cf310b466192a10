"""What tests of loaders share: loading without a workspace, and golden statements."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest
from pyoxigraph import NamedNode, Quad, Triple

from essaim.graph.provenance import source_graph
from essaim.graph.statements import StatementWriter
from essaim.loaders.context import Context
from essaim.loaders.report import Report

DATA = Path(__file__).parents[1] / "data"


class Stated(NamedTuple):
    """What a loader stated: its report, its statements and their file."""

    report: Report
    triples: set[Triple]
    path: Path
    counts: dict[str, int]

    def objects(self, subject: str, predicate: NamedNode) -> list[str]:
        """The values of a property, sorted."""
        return sorted(
            getattr(t.object, "value", "")
            for t in self.triples
            if t.subject == NamedNode(subject) and t.predicate == predicate
        )

    def subjects(self, predicate: NamedNode, value: Any) -> list[str]:  # noqa: ANN401
        """The subjects that have a value, sorted."""
        return sorted(
            getattr(t.subject, "value", "")
            for t in self.triples
            if t.predicate == predicate and t.object == value
        )


@pytest.fixture
def data() -> Path:
    return DATA


@pytest.fixture
def state(tmp_path: Path) -> Callable[..., Stated]:
    """Load files with a loader and give what it states; nothing is published."""
    made = iter(range(1000))

    def run(module: ModuleType, files: Sequence[Path] = (), previous: Path | None = None) -> Stated:
        triples: set[Triple] = set()
        path = tmp_path / f"stated-{next(made)}.nt.gz"
        with StatementWriter(path) as writer:

            def sink(triple: Triple) -> None:
                triples.add(triple)
                writer.add(triple)

            context = Context(module.SOURCE, sink, files, previous=previous)
            module.load(context)
            writer.finish()
        return Stated(context.report, triples, path, dict(context.counts()))

    return run


@pytest.fixture
def check_golden() -> Callable[[str, Stated], None]:
    """Compare with ``tests/data/<source>/golden.nq``; ``ESSAIM_GOLDEN=write`` writes it anew."""

    def check(source: str, stated: Stated) -> None:
        graph = source_graph(source)
        lines = sorted(
            f"{Quad(t.subject, t.predicate, t.object, graph)} .\n" for t in stated.triples
        )
        path = DATA / source / "golden.nq"
        if os.environ.get("ESSAIM_GOLDEN") == "write":
            path.write_text("".join(lines), encoding="utf-8")
        kept = path.read_text(encoding="utf-8").splitlines(keepends=True)
        assert lines == kept, "".join(difflib.unified_diff(kept, lines, n=0))

    return check
