"""No term is used that nobody defines: in queries, rules, shapes, loaders, code, templates."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import NamedNode, parse
from rdflib import RDF, RDFS

from essaim.graph.workspace import Workspace
from essaim.ontology import names
from essaim.ontology.names import ESS, PREFIXES, SCHEMES

ROOT = Path(__file__).parents[2]
PACKAGES = ("ontology", "queries", "graph", "loaders", "viz", "service")
TEXTS = (".rq", ".ttl", ".yml", ".py", ".html", ".js", ".jsonld", ".csv")
OPEN = {"id", "graph"}
"""Prefixes of things, not of terms."""

CLOSED = {
    "rdf": rdflib.RDF,
    "rdfs": rdflib.RDFS,
    "owl": rdflib.OWL,
    "xsd": rdflib.XSD,
    "skos": rdflib.SKOS,
    "sh": rdflib.SH,
    "dcterms": rdflib.DCTERMS,
    "dcat": rdflib.DCAT,
    "foaf": rdflib.FOAF,
    "org": rdflib.ORG,
    "prov": rdflib.PROV,
    "schema": rdflib.SDO,
    "void": rdflib.VOID,
    "vann": rdflib.VANN,
    "time": rdflib.TIME,
}
"""Vocabularies whose terms rdflib knows."""

GEOSPARQL = {"Feature", "Geometry", "asWKT", "hasGeometry", "sfContains", "sfOverlaps"}
GEOSPARQL |= {"sfTouches", "sfWithin", "wktLiteral"}
CORE = {"Participation", "PublicEvent", "PublicOrganisation", "audience", "eventStatus", "role"}
CORE |= {"sector", "thematicArea"}
PPLAN = {"Plan", "Step", "correspondsToStep", "isPreceededBy", "isStepOfPlan"}
LISTED = {"geo": GEOSPARQL, "m8g": CORE, "p-plan": PPLAN}
"""The terms of other vocabularies, as read in their own files."""

_NAME = re.compile(r"(?<![\w:/#?$<-])([a-z][a-z0-9]*(?:-[a-z0-9]+)?):([A-Za-z_][\w-]*)(?![\w/])")
_ATTRIBUTE = re.compile(r"(?<![\w.])([A-Z][A-Z0-9]+)(?:\.([A-Za-z]\w*)|\[\"([^\"]+)\"\])")
_ADDRESS = re.compile(re.escape(ESS.base) + r"([\w-]+)")


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *PACKAGES, "benchmarks"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    found = (ROOT / name for name in listed)
    return sorted(path for path in found if path.suffix in TEXTS and path.is_file())


def namespaces() -> dict[str, str]:
    """The prefix of each namespace that the code names."""
    by_base = {base: prefix for prefix, base in PREFIXES.items()}
    return {
        name: by_base[value.base]
        for name, value in vars(names).items()
        if isinstance(value, names.Namespace) and value.base in by_base
    }


def iter_used(path: Path) -> Iterator[tuple[str, str]]:
    """The prefix and the local name of every term a file uses."""
    text = path.read_text(encoding="utf-8")
    for local in _ADDRESS.findall(text):
        yield "ess", local
    if path.suffix == ".py":
        spaces = namespaces()
        for name, attribute, item in _ATTRIBUTE.findall(text):
            if spaces.get(name, "graph") not in OPEN and attribute != "base":
                yield spaces[name], attribute or item
    for prefix, local in _NAME.findall(text):
        # in code and pages, "role: readers" is a sentence; concepts are named by their key there
        is_sentence = prefix in SCHEMES and path.suffix in (".py", ".html", ".js")
        if prefix in PREFIXES and prefix not in OPEN and not is_sentence:
            yield prefix, local


@pytest.fixture(scope="module")
def defined(modules: rdflib.Graph, schemes: rdflib.Graph) -> set[str]:
    return {str(s) for graph in (modules, schemes) for s in graph.subjects(RDF.type)}


def is_defined(prefix: str, local: str, defined: set[str]) -> bool:
    iri = PREFIXES[prefix] + local
    if iri in defined:
        return True
    if prefix in LISTED:
        return local in LISTED[prefix]
    return prefix in CLOSED and rdflib.URIRef(iri) in CLOSED[prefix]


def test_every_term_that_a_file_uses_is_defined(defined: set[str]):
    files = tracked()
    assert len(files) > 150
    undefined: dict[str, set[str]] = {}
    used = 0
    for path in files:
        for prefix, local in iter_used(path):
            used += 1
            if not is_defined(prefix, local, defined):
                undefined.setdefault(f"{prefix}:{local}", set()).add(path.name)
    assert used > 2_500
    assert undefined == {}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("q.rq", "SELECT * { ?a ess:inTerritori ?b }"),
        ("q.rq", "SELECT * { ?a <https://w3id.org/essaim/ns#inTerritori> ?b }"),
        ("s.ttl", "[] sh:path org:membre ."),
        ("s.ttl", "[] sh:hasValue theme:dansse ."),
        ("l.py", "entity.add(ESS.inTerritori, place)"),
        ("l.py", 'entity.add(PROV["wasUsed"], place)'),
        ("l.yml", "p-plan:isPrecededBy: phase/one"),
    ],
)
def test_an_undefined_term_is_found(name: str, text: str, tmp_path: Path, defined: set[str]):
    (tmp_path / name).write_text(text, encoding="utf-8")
    used = list(iter_used(tmp_path / name))
    assert [term for term in used if not is_defined(*term, defined)], used


def test_every_property_and_class_in_the_graph_is_declared(demo: Workspace, defined: set[str]):
    """What loaders really state, and what rules derive from it."""
    built_in = {str(RDF.type), str(RDFS.label), str(RDFS.seeAlso)}
    stated = set()
    for quad in demo.store().quads():
        if quad.graph_name.value.endswith("/ontology"):
            continue
        stated.add(quad.predicate.value)
        if quad.predicate.value == str(RDF.type) and isinstance(quad.object, NamedNode):
            stated.add(quad.object.value)
    assert len(stated) > 80
    assert stated - defined - built_in == set()


@pytest.mark.parametrize("source", ["festivals", "keep", "museofile", "rne", "sheets"])
def test_every_property_and_class_of_the_golden_statements_is_declared(
    source: str, defined: set[str]
):
    built_in = {str(RDF.type), str(RDFS.label), str(RDFS.seeAlso)}
    for quad in parse(path=ROOT / "tests" / "data" / source / "golden.nq"):
        assert quad.predicate.value in defined | built_in
        if quad.predicate.value == str(RDF.type) and isinstance(quad.object, NamedNode):
            assert quad.object.value in defined
