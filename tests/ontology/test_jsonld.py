"""The JSON-LD context and its example documents: what plain JSON says in RDF, both ways."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
import rdflib
from pyoxigraph import RdfFormat
from rdflib import OWL, RDF, RDFS
from rdflib.compare import isomorphic

from essaim.graph.statements import StatementWriter
from essaim.graph.workspace import Workspace
from essaim.ontology.jsonld import CONTEXT, context, context_text
from essaim.ontology.names import BASE, ESS, GRAPHS, PREFIXES, VOCABULARIES
from essaim.ontology.terms import terms

FOLDER = Path(__file__).parents[2] / "ontology"
EXAMPLES = sorted((FOLDER / "examples").glob("*.jsonld"))

# rdflib's own JSON-LD parser still makes the graph that rdflib deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")


def local(document: dict[str, Any]) -> dict[str, Any]:
    """A document with the published context replaced by the one at hand."""
    published, base = document["@context"]
    assert published == CONTEXT
    assert base == {"@base": BASE}
    return {**document, "@context": [context()["@context"], base]}


def graph_of(path: Path) -> rdflib.Graph:
    document = local(json.loads(path.read_text(encoding="utf-8")))
    return rdflib.Graph().parse(data=json.dumps(document), format="json-ld")


def test_the_context_file_is_what_the_ontology_gives():
    """``python -c "from essaim.ontology.jsonld import *; print(context_text(), end='')"``."""
    assert (FOLDER / "context.jsonld").read_text(encoding="utf-8") == context_text()


def test_every_term_has_one_key_and_every_key_one_term():
    named = {
        key: entry if isinstance(entry, str) else entry["@id"]
        for key, entry in context()["@context"].items()
        if not key.startswith("@") and entry not in ("@id", "@type")
    }
    keys: dict[str, list[str]] = {}
    for key, name in named.items():
        prefix, _, rest = name.partition(":")
        if prefix in PREFIXES:
            keys.setdefault(PREFIXES[prefix] + rest, []).append(key)
    assert all(len(found) == 1 for found in keys.values())
    assert set(terms()) <= set(keys)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_round_trips(path: Path):
    graph = graph_of(path)
    assert len(graph) > 3
    text = graph.serialize(format="json-ld", context=context()["@context"])
    assert isomorphic(graph, rdflib.Graph().parse(data=text, format="json-ld"))
    keys = {key for node in nodes(json.loads(text)) for key in node}
    assert not [key for key in keys if key.startswith("http")], "a key is missing in the context"


def nodes(value: object) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [node for each in value for node in nodes(each)]
    if isinstance(value, dict):
        inner = [v for key, v in value.items() if key != "@context"]
        return [{k: v for k, v in value.items() if k != "@context"}, *nodes(inner)]
    return []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_two_libraries_read_an_example_alike(path: Path):
    text = json.dumps(local(json.loads(path.read_text(encoding="utf-8"))))
    quads = pyoxigraph.parse(input=text, format=RdfFormat.JSON_LD)
    nt = pyoxigraph.serialize((quad.triple for quad in quads), format=RdfFormat.N_TRIPLES)
    assert nt
    assert isomorphic(graph_of(path), rdflib.Graph().parse(data=nt, format="nt"))


def test_an_example_is_named_for_the_class_it_shows():
    by_name = {term.name.casefold(): term for term in terms().values() if term.kind == "class"}
    for path in EXAMPLES:
        document = json.loads(path.read_text(encoding="utf-8"))
        shown = by_name[path.stem]
        kinds = {rdflib.URIRef(shown.iri)}
        found = {
            above
            for kind in graph_of(path).objects(rdflib.URIRef(BASE + document["id"]), RDF.type)
            for above in [kind, *map(rdflib.URIRef, terms()[str(kind)].above)]
        }
        assert kinds & found, path.name


def test_every_class_that_is_stated_is_shown():
    """Not those worked out from roles, nor each kind of territory and zone."""
    shown = {str(kind) for path in EXAMPLES for kind in graph_of(path).objects(None, RDF.type)}
    roles = {term.iri for term in terms().values() if "Se déduit" in term.meanings.get("fr", "")}
    assert len(roles) == 10
    missing = {
        term.name
        for term in terms().values()
        if term.kind == "class"
        and term.is_ours
        and term.iri not in shown | roles
        and term.module != "territories"
    }
    assert missing == set()


def test_the_examples_use_only_what_is_defined_and_break_no_shape(
    modules: rdflib.Graph, schemes: rdflib.Graph, tmp_path: Path
):
    whole = rdflib.Graph()
    for path in EXAMPLES:
        whole += graph_of(path)
    declared = {str(s) for s in modules.subjects(RDF.type)} | {str(RDF.type), str(RDFS.label)}
    assert {str(p) for p in whole.predicates()} <= declared
    for node in whole.objects():
        if str(node).startswith(VOCABULARIES):
            assert (node, None, None) in schemes, node
        if str(node).startswith(ESS.base):
            assert (node, RDF.type, OWL.Class) in modules, node
    with StatementWriter(tmp_path / "examples.nt.gz") as writer:
        for quad in pyoxigraph.parse(
            input=whole.serialize(format="nt"), format=RdfFormat.N_TRIPLES
        ):
            writer.add(quad.triple)
        statements = writer.finish()
    workspace = Workspace.create(tmp_path / "workspace")
    published = workspace.publish({GRAPHS["source/examples"].value: statements}, "examples")
    violations = [each for each in published.findings if each.severity == "violation"]
    assert [each.sentence("en") for each in violations] == []
    assert published.outcome == "published"
