"""Where statements come from: PROV-O and DCAT about each source's named graph.

Only what is the same each time a source is loaded is stated in the graph, so that the same inputs
give the same graph; the moment of a load stands in the generation's manifest and in its report.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Triple

from essaim.ontology.names import DCAT, DCTERMS, ESS, GRAPHS, PROV, RDF, RDFS, XSD

__all__ = ["SourceRecord", "iter_provenance", "provenance_graph", "source_graph"]


@dataclass(frozen=True)
class SourceRecord:
    """What is known of a source when it is loaded.

    Args:
        name: its name, which also names its graph.
        title_fr: its title in French.
        title_en: its title in English.
        publisher: who publishes it.
        licence: its licence's address.
        homepage: its address.
        version: the loader's version.
        retrieved: the day it was retrieved, ``YYYY-MM-DD``, or ``""``.
        files: the files it was read from.
        endpoint: the address of the SPARQL endpoint that was asked, or ``""``.
    """

    name: str
    title_fr: str
    title_en: str
    publisher: str
    licence: str
    homepage: str
    version: str
    retrieved: str
    files: Sequence[Path]
    endpoint: str = ""


def source_graph(name: str) -> NamedNode:
    """The named graph that holds what a source states."""
    return GRAPHS[f"source/{name}"]


def provenance_graph(name: str) -> NamedNode:
    """The named graph that says where a source's statements come from."""
    return GRAPHS[f"provenance/{name}"]


def iter_provenance(record: SourceRecord) -> Iterator[Triple]:
    """The statements about a source's graph: dataset, licence, files with their hashes, loader."""
    graph = source_graph(record.name)
    load = GRAPHS[f"provenance/{record.name}/load"]
    yield Triple(graph, RDF.type, PROV.Entity)
    yield Triple(graph, RDF.type, DCAT.Dataset)
    yield Triple(graph, RDFS.label, Literal(record.title_fr, language="fr"))
    yield Triple(graph, RDFS.label, Literal(record.title_en, language="en"))
    yield Triple(graph, DCTERMS.publisher, Literal(record.publisher))
    yield Triple(graph, DCTERMS.license, NamedNode(record.licence))
    yield Triple(graph, DCAT.landingPage, NamedNode(record.homepage))
    yield Triple(graph, PROV.wasGeneratedBy, load)
    if record.retrieved:
        retrieved = Literal(record.retrieved, datatype=XSD.date)
        yield Triple(graph, DCTERMS.date, retrieved)
    if record.endpoint:
        yield Triple(graph, DCTERMS.source, NamedNode(record.endpoint))
    yield Triple(load, RDF.type, PROV.Activity)
    yield Triple(load, ESS.loaderVersion, Literal(record.version))
    for path in record.files:
        file = GRAPHS[f"provenance/{record.name}/file/{quote(path.name, safe='')}"]
        yield Triple(load, PROV.used, file)
        yield Triple(graph, PROV.hadPrimarySource, file)
        yield Triple(file, RDF.type, PROV.Entity)
        yield Triple(file, ESS.fileName, Literal(path.name))
        yield Triple(file, ESS.sha256, Literal(_sha256(path)))


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
