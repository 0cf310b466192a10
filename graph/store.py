"""Reading the graph: SPARQL queries on one generation, over the union of its named graphs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pyoxigraph
from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    Triple,
)

from essaim.ontology.errors import BadInput
from essaim.ontology.names import PREFIXES
from essaim.queries.guard import refuse_outbound
from essaim.queries.mistakes import likely_mistake

__all__ = ["Answer", "EmbeddedStore", "Term", "in_graph", "run_query", "term_value"]

_LONGEST = 160
"""Characters of an engine's message that are worth showing."""

Term = NamedNode | Literal | BlankNode
Answer = QuerySolutions | QueryBoolean | QueryTriples


class EmbeddedStore:
    """A generation's store, opened read-only.

    Every query sees the union of the named graphs as its default graph; this is the one place
    that says so. The usual prefixes are known without declaring them.

    Args:
        path: the RocksDB directory.
    """

    def __init__(self, path: Path) -> None:
        self._store = pyoxigraph.Store.read_only(str(path))

    def query(self, text: str) -> Answer:
        """Run a query of any form.

        Raises:
            BadInput: it is not SPARQL; the message says where.
            Refused: it reaches out of the process (``SERVICE``).
        """
        refuse_outbound(text)
        return run_query(self._store, text)

    def rows(self, text: str) -> list[dict[str, Term]]:
        """The solutions of a SELECT, each a mapping that leaves out what is unbound."""
        return list(self.iter_rows(text))

    def iter_rows(self, text: str) -> Iterator[dict[str, Term]]:
        """The solutions of a SELECT, one at a time.

        Raises:
            BadInput: it is not a SELECT.
        """
        answer = self.query(text)
        if not isinstance(answer, QuerySolutions):
            raise BadInput("This query does not select columns.", "Write a SELECT query.")
        names = [variable.value for variable in answer.variables]
        for solution in answer:
            yield {
                name: value
                for name, value in zip(names, solution, strict=True)
                if isinstance(value, NamedNode | Literal | BlankNode)
            }

    def quads(
        self,
        subject: NamedNode | None = None,
        predicate: NamedNode | None = None,
        value: Term | None = None,
        graph: NamedNode | None = None,
    ) -> Iterator[Quad]:
        """The statements that match a pattern, with the graph that holds each."""
        return self._store.quads_for_pattern(subject, predicate, value, graph)

    def graphs(self) -> list[str]:
        """The IRIs of the named graphs, sorted."""
        return sorted(g.value for g in self._store.named_graphs() if isinstance(g, NamedNode))

    def __len__(self) -> int:
        return len(self._store)


def in_graph(triple: Triple, graph: NamedNode) -> Quad:
    """A statement, placed in a named graph."""
    return Quad(triple.subject, triple.predicate, triple.object, graph)


def run_query(store: pyoxigraph.Store, text: str) -> Answer:
    """Run a query on an open store with the prefixes and the default graph of the project.

    Raises:
        BadInput: it is not SPARQL; the message says where.
    """
    try:
        return store.query(text, prefixes=dict(PREFIXES), use_default_graph_as_union=True)
    except SyntaxError as error:
        wrong = likely_mistake(text, PREFIXES) or _one_line(error)
        raise BadInput(f"This is not SPARQL: {wrong}.", "Check the query there.") from None
    except ValueError as error:
        raise BadInput(
            f"This query can't be run: {_one_line(error)}.", "Check the query."
        ) from None


def term_value(row: Mapping[str, Term], name: str) -> str:
    """The text of a row's column; ``""`` when it is unbound."""
    term = row.get(name)
    return "" if term is None else term.value


def _one_line(error: Exception) -> str:
    """What the engine says, as one line; its lists of everything it expected are cut short."""
    text = " ".join(str(error).split()).rstrip(".")
    return text if len(text) <= _LONGEST else text[:_LONGEST].rpartition(" ")[0].rstrip(",") + " …"
