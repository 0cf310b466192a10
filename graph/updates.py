"""Changes made by SPARQL Update and by the Graph Store Protocol, as revisions of a generation.

Where the workspace has the ontology, updates write to graphs of their own (see
:mod:`essaim.graph.editing`), and their patterns read, like queries, the union of all graphs. A bare
workspace has no such rules.

Example:
    ``workspace.revise(update("INSERT DATA { … }", has_union=True), "update")``
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph
from pyoxigraph import NamedNode, RdfFormat

from essaim.graph.draft import Revision
from essaim.graph.editing import is_editable, refuse_protected
from essaim.graph.store import as_known, graph_node, usual_prefixes
from essaim.ontology.errors import BadInput, Refused
from essaim.queries.guard import refuse_outbound
from essaim.queries.updates import Writes, read_writes, with_dataset

__all__ = ["GraphBody", "clear_graph", "merge_graph", "replace_graph", "update"]


def update(
    text: str,
    *,
    has_union: bool,
    using: Sequence[str] | None = None,
    using_named: Sequence[str] | None = None,
    allowed: Collection[str] = (),
) -> Revision:
    """What a SPARQL update does.

    Args:
        text: one or more operations.
        has_union: whether the patterns read the union of all graphs, and only graphs that are for
            updates may be written to.
        using: the IRIs of the graphs that make up the default graph of its patterns.
        using_named: the IRIs of the named graphs of its patterns.
        allowed: the addresses that ``LOAD`` and ``SERVICE`` may reach.

    Raises:
        BadInput: it is no update, or names a dataset when one is given beside it.
        Refused: it reaches out of the process, or writes to a graph that is not for updates.
    """
    refuse_outbound(text, allowed)
    writes = read_writes(text)
    is_given = using is not None or using_named is not None
    if is_given and writes.has_dataset:
        raise BadInput(
            "The dataset is given twice: in the request, and by WITH or USING in the update.",
            "Leave one of them out.",
        )
    if has_union:
        _refuse_others(writes)

    def apply(store: pyoxigraph.Store) -> None:
        chosen = text
        if is_given:
            chosen = with_dataset(text, using or (), using_named or ())
        elif has_union and not writes.has_dataset:
            names = sorted(g.value for g in store.named_graphs() if isinstance(g, NamedNode))
            chosen = with_dataset(text, names, names)
        with as_known("update"):
            store.update(chosen, prefixes=usual_prefixes(chosen))

    def graphs(known: Collection[str]) -> list[str]:
        return [graph for graph in writes.among(known) if not has_union or is_editable(graph)]

    return Revision(apply, graphs)


@dataclass(frozen=True)
class GraphBody:
    """A graph as it comes in a request.

    Args:
        path: the file that holds the document.
        media_type: its media type.
        base: what its relative IRIs are resolved against.
    """

    path: Path
    media_type: str
    base: str | None = None


def replace_graph(graph: str, bodies: Sequence[GraphBody], *, is_bare: bool) -> Revision:
    """Make some documents the content of a graph.

    Args:
        graph: its IRI.
        bodies: the documents.
        is_bare: whether any graph may be written to.

    Raises:
        Refused: the graph is not for updates.
    """
    return _revision(graph, bodies, is_bare=is_bare, cleared=True)


def merge_graph(graph: str, bodies: Sequence[GraphBody], *, is_bare: bool) -> Revision:
    """Add some documents to a graph; the arguments are those of :func:`replace_graph`.

    Raises:
        Refused: the graph is not for updates.
    """
    return _revision(graph, bodies, is_bare=is_bare, cleared=False)


def clear_graph(graph: str, *, is_bare: bool) -> Revision:
    """Remove a graph; the arguments are those of :func:`replace_graph`.

    Raises:
        Refused: the graph is not for updates.
    """
    if not is_bare:
        refuse_protected([graph])

    def apply(store: pyoxigraph.Store) -> None:
        store.remove_graph(graph_node(graph))

    return Revision(apply, lambda _known: [graph])


def _revision(graph: str, bodies: Sequence[GraphBody], *, is_bare: bool, cleared: bool) -> Revision:
    if not is_bare:
        refuse_protected([graph])
    node = graph_node(graph)

    def apply(store: pyoxigraph.Store) -> None:
        if cleared:
            store.clear_graph(node)
        if isinstance(node, NamedNode):
            store.add_graph(node)
        for body in bodies:
            form = RdfFormat.from_media_type(body.media_type)
            if form is None:
                raise BadInput(f"A graph can't be read from {body.media_type}.", "Send Turtle.")
            with as_known(form.name):
                store.bulk_load(path=str(body.path), format=form, base_iri=body.base, to_graph=node)

    return Revision(apply, lambda _known: [graph])


def _refuse_others(writes: Writes) -> None:
    refuse_protected(writes.graphs)
    if writes.any_graph:
        raise Refused(
            "An update has to name the graphs it writes to.",
            "Put the graph's IRI in place of the variable, ALL or NAMED.",
        )
