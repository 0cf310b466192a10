"""What follows from what is stated: rules in files, run to a fixpoint, in a graph of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pyoxigraph
from pyoxigraph import NamedNode, QueryTriples, Triple

from essaim.graph.store import in_graph, run_query
from essaim.ontology.errors import BadInput
from essaim.ontology.names import GRAPHS

__all__ = ["INFERRED", "Rule", "infer", "rules"]

INFERRED = GRAPHS.inferred


@dataclass(frozen=True)
class Rule:
    """One rule: a SPARQL CONSTRUCT that runs as it stands.

    Args:
        name: the file's name without its ending.
        text: the query, with its header.
    """

    name: str
    text: str


@cache
def rules() -> tuple[Rule, ...]:
    """The rules of ``ontology/rules``, in the order of their names."""
    folder = files("essaim.ontology") / "rules"
    found = [
        Rule(entry.name.removesuffix(".rq"), entry.read_text(encoding="utf-8"))
        for entry in folder.iterdir()
        if entry.name.endswith(".rq")
    ]
    return tuple(sorted(found, key=lambda rule: rule.name))


def infer(store: pyoxigraph.Store) -> None:
    """Derive everything the rules give, replacing what was derived before.

    A statement that is asserted somewhere is not derived again, so the inferred graph holds only
    what nobody said.

    Args:
        store: a store open for writing.
    """
    store.clear_graph(INFERRED)
    while True:
        new = {triple for rule in rules() for triple in _iter_new(store, rule)}
        if not new:
            return
        store.extend(in_graph(triple, INFERRED) for triple in new)


def _iter_new(store: pyoxigraph.Store, rule: Rule) -> Iterator[Triple]:
    answer = run_query(store, rule.text)
    if not isinstance(answer, QueryTriples):
        raise BadInput(f'The rule "{rule.name}" is not a CONSTRUCT.', "Write it as one.")
    for triple in answer:
        if isinstance(triple.subject, NamedNode) and not _is_stated(store, triple):
            yield triple


def _is_stated(store: pyoxigraph.Store, triple: Triple) -> bool:
    pattern = store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
    return next(pattern, None) is not None
