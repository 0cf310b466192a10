"""A generation: one immutable state of the graph, described by its manifest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyoxigraph

from essaim.graph.census import Census
from essaim.graph.durable import write_synced
from essaim.graph.entities import count_statements
from essaim.graph.findings import Finding, read_findings
from essaim.graph.shapes import shapes_digest
from essaim.graph.state import State

__all__ = [
    "FINDINGS",
    "Generation",
    "GraphRecord",
    "census_path",
    "read_generation",
    "state_of",
    "statement_path",
    "write_generation",
]

FINDINGS = "findings.jsonl.gz"
"""The file of what the shapes object to."""

_MANIFEST = "generation.json"


@dataclass(frozen=True)
class GraphRecord:
    """What a generation knows of one of its named graphs.

    Args:
        digest: SHA-256 of its sorted statements.
        count: how many statements it holds.
    """

    digest: str
    count: int


@dataclass(frozen=True)
class Generation:
    """One immutable state of the graph.

    Args:
        number: counted from 1.
        created: when it was made, ISO 8601, UTC.
        note: why it was made.
        content_hash: SHA-256 over its graphs; the same inputs give the same hash.
        graphs: its named graphs by IRI.
        path: its directory.
        shapes: what stands for the shapes it was checked against.
    """

    number: int
    created: str
    note: str
    content_hash: str
    graphs: Mapping[str, GraphRecord]
    path: Path
    shapes: str = ""

    @property
    def statements(self) -> int:
        """How many statements it holds, counted once per graph."""
        return sum(graph.count for graph in self.graphs.values())

    def statement_file(self, graph: str) -> Path:
        """Where a graph's sorted statements are."""
        return statement_path(self.path, graph)

    def findings(self) -> list[Finding] | None:
        """What the shapes object to in it; ``None`` when today's shapes were not there yet."""
        path = self.path / FINDINGS
        return read_findings(path) if self.shapes == shapes_digest() and path.exists() else None

    def state(self) -> State:
        """Its store and its files, open for reading."""
        store = pyoxigraph.Store.read_only(str(self.path / "store"))
        return state_of(store, {graph: self.statement_file(graph) for graph in self.graphs})


def statement_path(generation: Path, graph: str) -> Path:
    """Where a named graph's sorted statements are.

    Args:
        generation: the generation's directory.
        graph: the graph's IRI.
    """
    return generation / "statements" / f"{quote(graph, safe='')}.nt.gz"


def census_path(statements: Path) -> Path:
    """Where what a statement file holds is counted."""
    return statements.with_name(statements.name.removesuffix(".nt.gz") + ".census")


def state_of(store: pyoxigraph.Store, files: Mapping[str, Path]) -> State:
    """A state of the graph, from its store and its statement files."""
    return State(store, files, {graph: _census(path) for graph, path in files.items()})


def _census(statements: Path) -> Census:
    """What a statement file holds, as kept beside it, else counted."""
    kept = census_path(statements)
    return Census.read(kept) if kept.exists() else count_statements(statements)


def read_generation(path: Path) -> Generation:
    """A generation, from the manifest in its directory.

    Raises:
        FileNotFoundError: there is none.
        OSError: it can't be read.
        ValueError: it is not a manifest.
    """
    text = (path / _MANIFEST).read_text(encoding="utf-8")
    try:
        about = json.loads(text)
        graphs = {iri: GraphRecord(**record) for iri, record in about.pop("graphs").items()}
        return Generation(**about, graphs=graphs, path=path)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(str(error)) from None


def write_generation(
    path: Path, number: int, note: str, graphs: Mapping[str, GraphRecord], shapes: str
) -> None:
    """Write the manifest of a generation; the same graphs give the same content hash.

    Args:
        path: the generation's directory.
        number: its number.
        note: why it was made.
        graphs: its named graphs by IRI.
        shapes: what stands for the shapes it was checked against.
    """
    digest = sha256()
    for iri, record in sorted(graphs.items()):
        digest.update(f"{iri} {record.digest}\n".encode())
    about: dict[str, Any] = {
        "number": number,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "note": note,
        "content_hash": digest.hexdigest(),
        "graphs": {iri: asdict(record) for iri, record in sorted(graphs.items())},
        "shapes": shapes,
    }
    write_synced(path / _MANIFEST, json.dumps(about, ensure_ascii=False, indent=2) + "\n")
