"""What changed from one generation to another, and how to go back."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from essaim.graph.statements import StatementWriter, difference, iter_statements
from essaim.graph.store import graph_node
from essaim.graph.workspace import Generation, Workspace
from essaim.ontology.errors import WorkspaceError
from essaim.ontology.names import RDF

__all__ = ["Comparison", "GraphChange", "compare", "verify"]


@dataclass(frozen=True)
class GraphChange:
    """How a named graph differs between two generations.

    Args:
        graph: its IRI.
        added: statements the later generation has and the earlier has not.
        removed: statements the earlier generation has and the later has not.
    """

    graph: str
    added: int
    removed: int


@dataclass(frozen=True)
class Comparison:
    """How two generations differ.

    Args:
        before: the number of the earlier one.
        after: the number of the later one.
        graphs: the named graphs that differ, by IRI.
        entities_added: the IRIs of the entities that only the later one types, sorted.
        entities_removed: the IRIs of the entities that only the earlier one types, sorted.
    """

    before: int
    after: int
    graphs: list[GraphChange]
    entities_added: list[str]
    entities_removed: list[str]


def compare(workspace: Workspace, before: int, after: int) -> Comparison:
    """Compare two generations, graph by graph, from their sorted statements.

    Args:
        workspace: where both are kept.
        before: the number of one.
        after: the number of the other.

    Raises:
        WorkspaceError: one of them is not kept.
    """
    left, right = workspace.generation(before), workspace.generation(after)
    changes = []
    typed: dict[bool, set[str]] = {True: set(), False: set()}
    for graph in sorted({*left.graphs, *right.graphs}):
        if left.graphs.get(graph) == right.graphs.get(graph):
            continue
        counts = {True: 0, False: 0}
        for is_added, triple in _iter_changes(left, right, graph):
            counts[is_added] += 1
            if triple.predicate == RDF.type and isinstance(triple.subject, NamedNode):
                typed[is_added].add(triple.subject.value)
        changes.append(GraphChange(graph, counts[True], counts[False]))
    retyped = typed[True] & typed[False]
    return Comparison(
        before,
        after,
        changes,
        sorted(typed[True] - retyped),
        sorted(typed[False] - retyped),
    )


def verify(workspace: Workspace, generation: Generation) -> list[str]:
    """Check that a generation still holds what it held when it was published.

    Every named graph is read back from the store and from its statement file, and both are held
    against the digest in the manifest.

    Args:
        workspace: where it is kept.
        generation: the one to check.

    Returns:
        A sentence for each thing that is wrong; empty when all is well.
    """
    try:
        store = workspace.store(generation)
    except WorkspaceError as error:
        return [error.message]
    problems = [
        f"The store has a graph that the manifest does not know: {graph}."
        for graph in sorted(set(store.graphs()) - set(generation.graphs))
    ]
    place = generation.path.parent / f"{generation.number}.verify.tmp"
    try:
        for graph, record in sorted(generation.graphs.items()):
            with StatementWriter(place) as writer:
                for quad in store.quads(graph=graph_node(graph)):
                    writer.add(quad.triple)
                if writer.finish().digest != record.digest:
                    problems.append(f"The store's statements of {graph} have changed.")
            if not _is_intact(generation, graph):
                problems.append(f"The statement file of {graph} is damaged.")
    finally:
        place.unlink(missing_ok=True)
    return problems


def _iter_changes(left: Generation, right: Generation, graph: str) -> Iterator[tuple[bool, Triple]]:
    if graph not in right.graphs:
        yield from ((False, triple) for triple in iter_statements(left.statement_file(graph)))
    else:
        before = left.statement_file(graph) if graph in left.graphs else None
        yield from difference(before, right.statement_file(graph))


def _is_intact(generation: Generation, graph: str) -> bool:
    digest = hashlib.sha256()
    try:
        with gzip.open(generation.statement_file(graph), "rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    except (OSError, EOFError):
        return False
    return digest.hexdigest() == generation.graphs[graph].digest
