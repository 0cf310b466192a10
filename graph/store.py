"""Reading the graph: SPARQL queries on one generation, over the union of its named graphs."""

from __future__ import annotations

import os
import re
import weakref
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyoxigraph
from pyoxigraph import (
    BlankNode,
    DefaultGraph,
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
from essaim.queries.tokens import iter_tokens
from essaim.queries.updates import DEFAULT_GRAPH

__all__ = [
    "Answer",
    "EmbeddedStore",
    "Term",
    "graph_node",
    "in_graph",
    "names_dataset",
    "run_query",
    "term_value",
]

_FROM = re.compile("from", re.IGNORECASE)
_PREFIXES = dict(PREFIXES)
_USES_PREFIX = re.compile(rf"(?<![\w:/-])(?:{'|'.join(_PREFIXES)}):(?!/)")
_LONGEST = 160
"""Characters of an engine's message that are worth showing."""

Term = NamedNode | Literal | BlankNode
Dataset = tuple[Sequence[NamedNode | DefaultGraph], Sequence[NamedNode]]
Answer = QuerySolutions | QueryBoolean | QueryTriples


class EmbeddedStore:
    """A generation's store, opened read-only.

    Every query sees the union of all graphs as its default graph; this is the one place that says
    so. A query that names its dataset (``FROM``, ``FROM NAMED``, or the arguments) sees that
    instead. The usual prefixes are known without declaring them.

    Args:
        path: the RocksDB directory.
        lease: a file descriptor to keep open as long as the store is (see
            :func:`essaim.graph.lock.hold`).
        has_union: whether the default graph is the union; else it is a graph of its own.
    """

    def __init__(self, path: Path, *, lease: int | None = None, has_union: bool = True) -> None:
        if lease is not None:
            weakref.finalize(self, os.close, lease)
        self._has_union = has_union
        self._store = pyoxigraph.Store.read_only(str(path))

    def query(
        self,
        text: str,
        default: Sequence[str] | None = None,
        named: Sequence[str] | None = None,
        allowed: Collection[str] = (),
    ) -> Answer:
        """Run a query of any form.

        Args:
            text: the query.
            default: the IRIs of the graphs that make up the default graph, instead of what the
                query says.
            named: the IRIs of the named graphs, likewise.
            allowed: the addresses that ``SERVICE`` may reach.

        Raises:
            BadInput: it is not SPARQL; the message says where.
            Refused: it reaches out of the process (``SERVICE``).
        """
        refuse_outbound(text, allowed)
        if default is None and named is None:
            return run_query(self._store, text, has_union=self._has_union)
        dataset = [graph_node(iri) for iri in default or ()], list(map(NamedNode, named or ()))
        return run_query(self._store, text, dataset=dataset)

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
        graph: NamedNode | DefaultGraph | None = None,
    ) -> Iterator[Quad]:
        """The statements that match a pattern, with the graph that holds each."""
        return self._store.quads_for_pattern(subject, predicate, value, graph)

    def graphs(self) -> list[str]:
        """The IRIs of the named graphs, sorted."""
        return sorted(g.value for g in self._store.named_graphs() if isinstance(g, NamedNode))

    def __len__(self) -> int:
        return len(self._store)


def graph_node(iri: str) -> NamedNode | DefaultGraph:
    """A graph of a generation as the engine names it: only the default graph has no IRI there."""
    return DefaultGraph() if iri == DEFAULT_GRAPH else NamedNode(iri)


def in_graph(triple: Triple, graph: NamedNode | DefaultGraph) -> Quad:
    """A statement, placed in a graph."""
    return Quad(triple.subject, triple.predicate, triple.object, graph)


def run_query(
    store: pyoxigraph.Store,
    text: str,
    *,
    has_union: bool = True,
    dataset: Dataset | None = None,
) -> Answer:
    """Run a query on an open store with the prefixes and the default graph of the project.

    Args:
        store: where to look.
        text: the query.
        has_union: whether the default graph is the union of all graphs.
        dataset: the default graph's parts and the named graphs, whatever the query says.

    Raises:
        BadInput: it is not SPARQL; the message says where.
    """
    about: dict[str, Any] = {}
    if dataset is not None:
        about["default_graph"], about["named_graphs"] = dataset
    elif has_union and not (_FROM.search(text) and names_dataset(text)):
        about["use_default_graph_as_union"] = True
    with as_known("query", text):
        return store.query(text, prefixes=usual_prefixes(text), **about)


def usual_prefixes(text: str) -> dict[str, str] | None:
    """The usual prefixes, where a text may use one: handing them over takes time."""
    return _PREFIXES if _USES_PREFIX.search(text) else None


@contextmanager
def as_known(what: str, text: str = "") -> Iterator[None]:
    """Say what the engine objects to as an error of the project.

    Args:
        what: what is run or read, in a word or two.
        text: the query.

    Raises:
        BadInput: the engine raised something about it.
    """
    try:
        yield
    except SyntaxError as error:
        name = {"query": "SPARQL", "update": "a SPARQL update"}.get(what, what)
        wrong = (likely_mistake(text, PREFIXES) if text else None) or _one_line(error)
        raise BadInput(f"This is not {name}: {wrong}.", f"Check the {what} there.") from None
    except (ValueError, RuntimeError) as error:
        raise BadInput(
            f"This {what} can't be run: {_one_line(error)}.", f"Check the {what}."
        ) from None


def names_dataset(text: str) -> bool:
    r"""Whether a query says which graphs it reads, with ``FROM``.

    Example:
        >>> names_dataset("SELECT * FROM <http://e/g> { ?s ?p ?o }")
        True
        >>> names_dataset("ASK { ?from a ess:Practice } # FROM")
        False
    """
    return any(t.kind == "word" and t.text.upper().endswith("FROM") for t in iter_tokens(text))


def term_value(row: Mapping[str, Term], name: str) -> str:
    """The text of a row's column; ``""`` when it is unbound."""
    term = row.get(name)
    return "" if term is None else term.value


def _one_line(error: Exception) -> str:
    """What the engine says, as one line; its lists of everything it expected are cut short."""
    text = " ".join(str(error).split()).rstrip(".")
    return text if len(text) <= _LONGEST else text[:_LONGEST].rpartition(" ")[0].rstrip(",") + " …"
