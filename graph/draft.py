"""The next generation while it is being made: a copy that only its writer sees."""

from __future__ import annotations

import secrets
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph
from pyoxigraph import BlankNode, NamedNode, Quad, Triple

from essaim.graph.bulk import bulk_load
from essaim.graph.durable import sync
from essaim.graph.findings import Finding, write_findings
from essaim.graph.generation import (
    FINDINGS,
    Generation,
    GraphRecord,
    census_path,
    state_of,
    statement_path,
    write_generation,
)
from essaim.graph.inference import INFERRED, infer
from essaim.graph.shapes import shapes_digest
from essaim.graph.statements import StatementFile, StatementWriter, difference
from essaim.graph.store import graph_node, in_graph
from essaim.graph.validation import revalidate, validate
from essaim.ontology.vocabulary import iter_ontology_triples

__all__ = ["Draft", "Revision"]

_BATCH = 50_000
_TRIES = 10


@dataclass(frozen=True)
class Revision:
    """A change that is made on the store itself, as an update does.

    Args:
        apply: makes it on a store that is open for writing.
        graphs: given the graphs there are, those it may have changed.
    """

    apply: Callable[[pyoxigraph.Store], None]
    graphs: Callable[[Collection[str]], Collection[str]]


class Draft:
    """A generation while it is being made, in a folder that readers never look at.

    Args:
        workspace: the workspace's directory.
        before: the generation it starts as a copy of; ``None`` for the very first.
        number: the number it will have.
    """

    def __init__(self, workspace: Path, before: Generation | None, number: int) -> None:
        self.before = before
        self.number = number
        self.changed: set[str] = set()
        # a name of its own: after an error the engine may hold the former draft's lock for a while
        self._path = workspace / "generations" / f"{number}-{secrets.token_hex(4)}.tmp"
        self._graphs = dict(before.graphs) if before else {}
        self._shapes = before.shapes if before else ""
        (self._path / "statements").mkdir(parents=True)
        if before is not None:
            for file in (before.path / "statements").iterdir():
                (self._path / "statements" / file.name).hardlink_to(file)
            if (before.path / FINDINGS).exists():
                (self._path / FINDINGS).hardlink_to(before.path / FINDINGS)
        self._store: pyoxigraph.Store | None = None

    def ontology(self) -> StatementFile:
        """The statements of the ontology and its vocabularies."""
        with StatementWriter(self._path / "ontology.tmp") as writer:
            for triple in iter_ontology_triples():
                if not isinstance(triple.subject, BlankNode | Triple) and not isinstance(
                    triple.object, BlankNode | Triple
                ):
                    writer.add(triple)
            return writer.finish()

    def apply(self, changes: Mapping[str, StatementFile]) -> tuple[int, int]:
        """Bring the graphs to their new statements; returns how many were added and removed."""
        added = removed = 0
        for graph, statements in changes.items():
            record = GraphRecord(statements.digest, statements.count)
            if self._graphs.get(graph) == record:
                continue
            self.changed.add(graph)
            more, fewer = self._apply_one(graph, statements)
            added, removed = added + more, removed + fewer
            self._keep(graph, statements)
        return added, removed

    def revise(self, revision: Revision) -> tuple[int, int]:
        """Change the store, then note what became of its graphs.

        Returns:
            How many statements were added and removed.
        """
        store = self._open()
        revision.apply(store)
        added = removed = 0
        for graph in revision.graphs({*self._graphs, *_names(store)}):
            more, fewer = self._note(graph)
            added, removed = added + more, removed + fewer
        return added, removed

    def _note(self, graph: str) -> tuple[int, int]:
        """Bring the manifest and the statements of a graph to what the store holds."""
        store, node = self._open(), graph_node(graph)
        before = statement_path(self._path, graph) if graph in self._graphs else None
        with StatementWriter(self._path / "revised.tmp") as writer:
            for quad in store.quads_for_pattern(None, None, None, node):
                writer.add(quad.triple)
            statements = writer.finish()
        is_there = statements.count or (isinstance(node, NamedNode) and graph in _names(store))
        record = GraphRecord(statements.digest, statements.count) if is_there else None
        if self._graphs.get(graph) == record:
            return 0, 0
        self.changed.add(graph)
        counts = Counter(is_added for is_added, _ in difference(before, statements.path))
        if record is None:
            del self._graphs[graph]
            statement_path(self._path, graph).unlink()
            census_path(statement_path(self._path, graph)).unlink(missing_ok=True)
        else:
            self._keep(graph, statements)
        return counts[True], counts[False]

    def check(self) -> tuple[list[Finding], list[Finding]]:
        """Check what changed against the shapes; returns all findings, and those it brings."""
        after = state_of(
            self._open(), {graph: statement_path(self._path, graph) for graph in self._graphs}
        )
        if self.before is None:
            findings = brought = validate(after)
        else:
            state, known = self.before.state(), self.before.findings()
            former = validate(state) if known is None else known
            findings = revalidate(state, after, self.changed, former)
            stood = set(former)
            brought = [found for found in findings if found not in stood]
        (self._path / FINDINGS).unlink(missing_ok=True)
        write_findings(findings, self._path / FINDINGS)
        self._shapes = shapes_digest()
        return findings, brought

    def derive(self) -> None:
        """Derive what follows from what is stated."""
        store = self._open()
        infer(store)
        with StatementWriter(self._path / "inferred.tmp") as writer:
            for quad in store.quads_for_pattern(None, None, None, INFERRED):
                writer.add(quad.triple)
            self._keep(INFERRED.value, writer.finish())

    def seal(self, note: str) -> None:
        """Close the store, describe the generation and give it its place."""
        store = self._open()
        store.flush()
        self._store = None
        del store
        write_generation(self._path, self.number, note, self._graphs, self._shapes)
        (self._path / "ontology.tmp").unlink(missing_ok=True)
        self._path.rename(self._path.with_name(str(self.number)))
        sync(self._path.parent)

    def discard(self) -> None:
        """Remove whatever is left of the draft; the next writer sweeps what can't be removed now.

        After an error the engine may still hold its files and write another one meanwhile.
        """
        self._store = None
        for _ in range(_TRIES):
            shutil.rmtree(self._path, ignore_errors=True)
            if not self._path.exists():
                return

    def _open(self) -> pyoxigraph.Store:
        if self._store is None:
            place = self._path / "store"
            if self.before is not None and not place.exists():
                source = pyoxigraph.Store.read_only(str(self.before.path / "store"))
                source.backup(str(place))
                del source
            self._store = pyoxigraph.Store(str(place))
        return self._store

    def _apply_one(self, graph: str, statements: StatementFile) -> tuple[int, int]:
        store = self._open()
        name = graph_node(graph)
        if graph not in self._graphs:
            bulk_load(store, statements, name)
            return statements.count, 0
        before = statement_path(self._path, graph)
        added = removed = 0
        batch: list[Quad] = []
        for is_added, triple in difference(before, statements.path):
            quad = in_graph(triple, name)
            if is_added:
                added += 1
                batch.append(quad)
            else:
                removed += 1
                store.remove(quad)
            if len(batch) >= _BATCH:
                store.bulk_extend(batch)
                batch = []
        store.extend(batch)
        return added, removed

    def _keep(self, graph: str, statements: StatementFile) -> None:
        place = statement_path(self._path, graph)
        place.unlink(missing_ok=True)
        sync(statements.path)
        shutil.move(statements.path, place)
        census = census_path(place)
        census.unlink(missing_ok=True)
        statements.census.save(census)
        self._graphs[graph] = GraphRecord(statements.digest, statements.count)


def _names(store: pyoxigraph.Store) -> set[str]:
    return {name.value for name in store.named_graphs() if isinstance(name, NamedNode)}
