"""The ontology as rdflib graphs, read once."""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib

from essaim.ontology.names import PREFIXES
from essaim.ontology.vocabulary import ontology_files

DATA = Path(__file__).parents[1] / "data" / "ontology"


def _graph(*folders: str) -> rdflib.Graph:
    graph = rdflib.Graph()
    for prefix, base in PREFIXES.items():
        graph.bind(prefix, base)
    for folder in folders:
        for file in ontology_files(folder):
            graph.parse(data=file.read_text(encoding="utf-8"), format="turtle")
    return graph


@pytest.fixture(scope="session")
def modules() -> rdflib.Graph:
    """The modules: classes and properties."""
    return _graph("")


@pytest.fixture(scope="session")
def schemes() -> rdflib.Graph:
    """The concept schemes."""
    return _graph("vocabularies")


@pytest.fixture(scope="session")
def alignments() -> rdflib.Graph:
    """The alignments with other vocabularies."""
    return _graph("alignments")


@pytest.fixture(scope="session")
def upper() -> rdflib.Graph:
    """What the vocabularies that are built on say of their own terms."""
    return rdflib.Graph().parse(DATA / "upper.ttl")
