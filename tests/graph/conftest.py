"""Small graphs, written as Turtle, opened as stores."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, NamedNode, RdfFormat, Store, Triple, parse

from essaim.graph.provenance import source_graph
from essaim.graph.state import State
from essaim.graph.statements import StatementWriter, open_statements
from essaim.graph.store import EmbeddedStore
from essaim.ontology.names import GRAPHS, PREFIXES
from essaim.ontology.vocabulary import iter_ontology_triples

StoreOf = Callable[[str], EmbeddedStore]


@pytest.fixture
def store_of(tmp_path: Path) -> StoreOf:
    """Makes a store from Turtle; the usual prefixes are declared, ``:`` is for instances."""
    made = 0

    def make(turtle: str) -> EmbeddedStore:
        nonlocal made
        made += 1
        path = tmp_path / f"store-{made}"
        prefixes = {**PREFIXES, "": "https://w3id.org/essaim/id/"}
        head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in prefixes.items())
        store = Store(str(path))
        store.load(head + turtle, format=RdfFormat.TURTLE)
        store.flush()
        del store
        return EmbeddedStore(path)

    return make


StateOf = Callable[..., State]


@pytest.fixture(scope="session")
def state_of(tmp_path_factory: pytest.TempPathFactory) -> StateOf:
    """Makes a state from one Turtle text a source, beside the ontology."""

    def make(**sources: str) -> State:
        folder = tmp_path_factory.mktemp("state")
        store, files, censuses = Store(), {}, {}
        for graph, triples in (
            (GRAPHS.ontology, iter_named_triples(iter_ontology_triples())),
            *((source_graph(name), triples_of(turtle)) for name, turtle in sources.items()),
        ):
            path = folder / f"{len(files)}.nt.gz"
            with StatementWriter(path) as writer:
                for triple in triples:
                    writer.add(triple)
                statements = writer.finish()
            with open_statements(path) as stream:
                store.bulk_load(stream, RdfFormat.N_TRIPLES, to_graph=graph, lenient=True)
            files[graph.value], censuses[graph.value] = path, statements.census
        return State(store, files, censuses)

    return make


def triples_of(turtle: str) -> Iterator[Triple]:
    """The statements of a Turtle text; the usual prefixes are declared, ``:`` is for instances."""
    prefixes = {**PREFIXES, "": "https://w3id.org/essaim/id/"}
    head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in prefixes.items())
    for quad in parse(input=head + turtle, format=RdfFormat.TURTLE):
        yield quad.triple


def iter_named_triples(triples: Iterable[Triple]) -> Iterator[Triple]:
    """Those without blank nodes, as a workspace keeps them of the ontology."""
    for triple in triples:
        if isinstance(triple.subject, NamedNode) and not isinstance(triple.object, BlankNode):
            yield triple
