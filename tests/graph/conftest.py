"""Small graphs, written as Turtle, opened as stores."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store

from essaim.graph.store import EmbeddedStore
from essaim.ontology.names import PREFIXES

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
