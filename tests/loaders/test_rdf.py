"""RDF files: every format says the same, nothing is fetched, errors name their place."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeAlias

import pyoxigraph
import pytest
from pyoxigraph import RdfFormat

from essaim.graph.workspace import Workspace
from essaim.loaders import rdf
from essaim.loaders.load import load
from essaim.ontology.errors import BadInput
from essaim.ontology.names import ESS, RDFS

Stated: TypeAlias = Any
FILE = Path("rdf") / "partenaire.ttl"
BASE = "https://w3id.org/essaim/graph/source/rdf/partenaire/"
XML = (
    '<?xml version="1.0"?>{}<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    ' xmlns:e="http://example.org/"><rdf:Description rdf:about="http://example.org/a">'
    "<e:b>{}</e:b></rdf:Description></rdf:RDF>"
)


@pytest.fixture
def stated(data: Path, state: Callable) -> Stated:
    return state(rdf, [data / FILE])


def test_every_statement_is_accounted_for(stated: Stated):
    report = stated.report
    assert report.rows == 17
    assert len(stated.triples) == report.rows - report.left_out.total()
    assert report.left_out == {
        "A person's data, never kept: http://xmlns.com/foaf/0.1/mbox": 1,
        "A person's data, never kept: https://schema.org/telephone": 1,
        "An e-mail address or telephone number, never kept": 1,
    }
    assert report.fixes == {"http://schema.org/ written https://schema.org/": 2}


def test_nobody_is_exposed(stated: Stated):
    said = str(stated.triples) + json.dumps([asdict(i) for i in stated.report.issues])
    assert not re.search(r"mailto|tel:|04 71|@example", said)


def test_blank_nodes_get_the_same_iris_each_time(data: Path, state: Callable, stated: Stated):
    assert state(rdf, [data / FILE]).triples == stated.triples
    unnamed = [t for t in stated.triples if "/id/blank/partenaire/" in t.subject.value]
    assert len({t.subject for t in unnamed}) == 3


@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        ("nt", RdfFormat.N_TRIPLES),
        ("nq", RdfFormat.N_QUADS),
        ("trig", RdfFormat.TRIG),
        ("rdf", RdfFormat.RDF_XML),
        ("jsonld", RdfFormat.JSON_LD),
        ("ttl.gz", RdfFormat.TURTLE),
        ("nt.gz", RdfFormat.N_TRIPLES),
    ],
)
def test_every_format_says_the_same(
    data: Path, state: Callable, tmp_path: Path, stated: Stated, ending: str, kind: RdfFormat
):
    quads = pyoxigraph.parse(path=str(data / FILE), format=RdfFormat.TURTLE, base_iri=BASE)
    content = pyoxigraph.serialize((quad.triple for quad in quads), format=kind)
    assert content is not None
    path = tmp_path / f"partenaire.{ending}"
    path.write_bytes(gzip.compress(content) if ending.endswith("gz") else content)
    other = state(rdf, [path])
    assert _shape(other) == _shape(stated)


def _shape(stated: Stated) -> set[str]:
    """What is stated, the numbers of blank nodes apart: formats order statements differently."""
    return {re.sub(r"/id/blank/partenaire/\d+", "/blank", str(t)) for t in stated.triples}


def test_the_graphs_of_a_file_are_one(state: Callable, tmp_path: Path):
    path = tmp_path / "two.trig"
    path.write_text("<a:g> { <a:a> <a:b> 1 } <a:h> { <a:a> <a:b> 2 }", "utf-8")
    stated = state(rdf, [path])
    assert len(stated.triples) == 2
    assert "names 2 graphs" in stated.report.warnings[0]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.ttl", "<a:a> <a:b> 1 .\n<a:a> oops 2 .", "a.ttl, line 2, column 7: oops is not"),
        ("a.nt", "<a:a> <a:b> <a:c> .\n<a:a> .", "a.nt, line 2, column"),
        ("a.jsonld", '{"@id": "a:a"', "a.jsonld, line 1, column"),
        ("a.rdf", "<rdf:RDF", "a.rdf"),
        (
            "a.jsonld",
            '{"@context": "https://example.org/context.jsonld", "@id": "a:a"}',
            "names a JSON-LD context that is elsewhere, and nothing is fetched",
        ),
        (
            "a.rdf",
            XML.format('<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "&x;"),
            "XML entities that lead elsewhere",
        ),
        (
            "a.rdf",
            XML.format('<!DOCTYPE r SYSTEM "http://example.org/r.dtd">', "x"),
            "XML entities that lead elsewhere",
        ),
        (
            "a.owl",
            XML.format(
                '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>', "&b;"
            ),
            "unfold into others",
        ),
        ("a.ttl", "# nothing", "a.ttl states nothing"),
        ("a.ttl", "", "a.ttl is empty"),
        ("a.ttl.exe", "x", "does not say which RDF format"),
        ("a.docx", "<a:a> <a:b> 1 .", "does not say which RDF format"),
    ],
)
def test_files_that_are_refused(state: Callable, tmp_path: Path, name: str, text: str, told: str):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    with pytest.raises(BadInput, match=re.escape(told)) as refusal:
        state(rdf, [path])
    assert refusal.value.hint


def test_entities_that_stand_for_namespaces_are_plain(state: Callable, tmp_path: Path):
    path = tmp_path / "a.owl"
    path.write_text(XML.format('<!DOCTYPE r [<!ENTITY e "http://example.org/">]>', "&e;c"), "utf-8")
    (triple,) = state(rdf, [path]).triples
    assert triple.object.value == "http://example.org/c"


def test_text_that_is_not_utf8(state: Callable, tmp_path: Path):
    path = tmp_path / "a.ttl"
    path.write_bytes('<a:a> <a:b> "été" .'.encode("cp1252"))
    with pytest.raises(BadInput, match=r"a\.ttl, line 1, column 14: Invalid UTF-8"):
        state(rdf, [path])


def test_a_bomb_is_refused(state: Callable, tmp_path: Path):
    path = tmp_path / "a.nt.gz"
    line = b"<http://example.org/a> <http://example.org/b> <http://example.org/c> .\n"
    path.write_bytes(gzip.compress(line * 400_000))
    with pytest.raises(BadInput, match="unpacks to more than"):
        state(rdf, [path])


def test_no_file(state: Callable):
    with pytest.raises(BadInput, match="reads the files you give"):
        state(rdf)


def test_a_bad_file_leaves_the_workspace_as_it_was(data: Path, tmp_path: Path):
    workspace = Workspace.create(tmp_path / "workspace")
    assert load(workspace, "rdf", [data / FILE]).publication.outcome == "published"
    before = workspace.current().content_hash
    bad = tmp_path / "partenaire.ttl"
    bad.write_text("<a:a> <a:b> 1 .\n<a:a> <a:b>", "utf-8")
    with pytest.raises(BadInput, match=r"partenaire\.ttl, line 2"):
        load(workspace, "rdf", [bad])
    assert workspace.current().content_hash == before


def test_files_are_graphs_of_their_own(shared: Path, data: Path, tmp_path: Path):
    workspace = Workspace.create(tmp_path / "workspace")
    folder = shared / "data" / "rdf"
    load(workspace, "rdf", [data / FILE])
    loaded = load(workspace, "rdf", [folder / "insee-geo.ttl", folder / "insee-base.ttl"])
    assert loaded.publication.outcome == "published"
    assert loaded.report.rows == 526 + 212
    named = "Not named in French and English: another name stands for it"
    assert loaded.report.statements == 526 + 212 + 6 + 10
    assert loaded.report.fixes == {named: 11}
    graphs = {g.rpartition("/source/")[2] for g in workspace.current().graphs if "/source/" in g}
    assert graphs == {"rdf/partenaire", "rdf/insee-geo", "rdf/insee-base"}
    titles = workspace.store().rows(
        "SELECT ?title { <https://w3id.org/essaim/graph/source/rdf/insee-geo> rdfs:label ?title }"
    )
    assert {row["title"].value for row in titles} == {
        "Fichier RDF – insee-geo.ttl",
        "RDF file – insee-geo.ttl",
    }


def test_what_a_file_states_is_found(stated: Stated):
    kites = f"{BASE}practice/kites"
    assert stated.objects(kites, RDFS.label) == ["Cerfs-volants", "Kites"]
    assert stated.objects(kites, ESS.theme)
