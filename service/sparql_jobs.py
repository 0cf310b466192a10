"""What a worker does for the SPARQL protocol: queries, the service's description, graphs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyoxigraph
from pyoxigraph import NamedNode, QueryTriples

from essaim.graph.store import graph_node
from essaim.ontology.errors import BadInput, NotFound, Refused
from essaim.ontology.names import PREFIXES
from essaim.queries.tokens import iter_tokens
from essaim.queries.updates import DEFAULT_GRAPH
from essaim.service.negotiation import NotAcceptable, negotiate
from essaim.service.results import GRAPH_TYPES, RESULT_TYPES, write_graph, write_results
from essaim.service.workers import Reply, Session

__all__ = ["SparqlQuery", "graph", "sparql"]

_UPDATES = {
    "INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH",
}  # fmt: skip


@dataclass(frozen=True)
class SparqlQuery:
    """A query as the protocol brings it.

    Args:
        text: the query.
        accept: the ``Accept`` header, or what stands for it.
        max_rows: how many rows or triples to give at the most; ``None`` for all.
        default: the IRIs given as ``default-graph-uri``; ``None`` when no dataset is given.
        named: the IRIs given as ``named-graph-uri``, likewise.
        services: the addresses that ``SERVICE`` may reach.
    """

    text: str
    accept: str | None = None
    max_rows: int | None = None
    default: Sequence[str] | None = None
    named: Sequence[str] | None = None
    services: Sequence[str] = ()


def sparql(session: Session, *, asked: SparqlQuery) -> Reply:
    """Run a query.

    Raises:
        BadInput: it is not SPARQL.
        Refused: it is an update, or reaches out of the process.
        NotAcceptable: its kind of answer has none of the formats asked for.
    """
    accept = asked.accept
    results = negotiate(accept, list(RESULT_TYPES))
    graphs = negotiate(accept, list(GRAPH_TYPES))
    if results is None and graphs is None:
        raise NotAcceptable(accept or "", [*RESULT_TYPES, *GRAPH_TYPES])
    try:
        answer = session.store.query(asked.text, asked.default, asked.named, asked.services)
    except BadInput:
        refuse_update(asked.text)
        raise
    if isinstance(answer, QueryTriples):
        if graphs is None:
            raise NotAcceptable(accept or "", list(GRAPH_TYPES))
        triples = answer
        return session.streamed(
            lambda out: write_graph(triples, graphs, asked.max_rows, out), graphs
        )
    if results is None:
        raise NotAcceptable(accept or "", list(RESULT_TYPES))
    found = answer
    return session.streamed(lambda out: write_results(found, results, asked.max_rows, out), results)


def refuse_update(text: str) -> None:
    """Tell an update from a mistyped query.

    Raises:
        Refused: the text starts like an update.
    """
    depth = 0
    for token in iter_tokens(text):
        depth += (token.text == "{") - (token.text == "}")
        if depth == 0 and token.kind == "word" and token.text.upper() in _UPDATES:
            raise Refused(
                "This is an update, not a query.",
                "Send it as an update, by POST, with a token that allows it.",
            )


def graph(session: Session, *, iri: str, media_type: str) -> Reply:
    """A whole graph.

    Args:
        session: the worker's.
        iri: the graph's IRI; :data:`~essaim.queries.updates.DEFAULT_GRAPH` for the default graph.
        media_type: a key of :data:`~essaim.service.results.GRAPH_TYPES`.

    Raises:
        NotFound: there is no such graph.
    """
    if iri not in session.generation.graphs and iri != DEFAULT_GRAPH:
        raise NotFound("graph", iri, session.generation.graphs)
    node = graph_node(iri)
    quads = session.store.quads(graph=node)

    def write(out: object) -> bool:
        pyoxigraph.serialize(
            (quad.triple for quad in quads),
            out,  # type: ignore[arg-type]
            GRAPH_TYPES[media_type],
            prefixes=dict(PREFIXES) if isinstance(node, NamedNode) else None,
        )
        return False

    return session.streamed(write, media_type)
