"""SPARQL updates make the next generation, and only in graphs that are for them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from essaim.graph.history import compare, verify
from essaim.graph.updates import GraphBody, clear_graph, merge_graph, replace_graph, update
from essaim.graph.workspace import Publication, Workspace
from essaim.ontology.errors import BadInput, Refused
from essaim.queries.updates import DEFAULT_GRAPH, read_writes, with_dataset

CURATION = "https://w3id.org/essaim/graph/curation"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Workspace.create(tmp_path_factory.mktemp("kept") / "workspace").path


@pytest.fixture
def workspace(kept: Path, tmp_path: Path) -> Workspace:
    return Workspace.open(Path(shutil.copytree(kept, tmp_path / "workspace")))


@pytest.fixture
def bare(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "bare", is_bare=True)


def run(workspace: Workspace, text: str) -> Publication:
    return workspace.revise(update(text, has_union=not workspace.is_bare), "update")


def count(workspace: Workspace, pattern: str) -> int:
    return len(workspace.store().rows(f"SELECT * {{ {pattern} }}"))


@pytest.mark.parametrize(
    ("text", "graphs", "flags"),
    [
        ("INSERT DATA { <a:s> <a:p> 1 }", {DEFAULT_GRAPH}, (False, False)),
        ("INSERT DATA { GRAPH <a:g> { <a:s> <a:p> 1 } }", {"a:g"}, (False, False)),
        ("DELETE WHERE { GRAPH ?g { ?s ?p ?o } }", set(), (True, False)),
        ("WITH <a:g> DELETE { ?s ?p ?o } WHERE { GRAPH <a:read> { ?s ?p ?o } }",
         {"a:g", DEFAULT_GRAPH}, (False, True)),
        ("INSERT { GRAPH <a:g> { ?s ?p ?o } } USING <a:read> WHERE { ?s ?p ?o }",
         {"a:g"}, (False, True)),
        ("CLEAR SILENT GRAPH <a:g> ; DROP DEFAULT", {"a:g", DEFAULT_GRAPH}, (False, False)),
        ("CLEAR ALL", set(), (True, False)),
        ("DROP NAMED", set(), (True, False)),
        ("COPY <a:f> TO GRAPH <a:g>", {"a:f", "a:g"}, (False, False)),
        ("MOVE DEFAULT TO <a:g>", {"a:g", DEFAULT_GRAPH}, (False, False)),
        ("LOAD <a:file> INTO GRAPH <a:g>", {"a:g"}, (False, False)),
        ("LOAD <a:file>", {DEFAULT_GRAPH}, (False, False)),
        ("PREFIX x: <a:> CREATE GRAPH x:g", {"a:g"}, (False, False)),
        ("BASE <http://e/x/> CREATE GRAPH <g>", {"http://e/x/g"}, (False, False)),
        ("CREATE GRAPH <a:\\u0067>", {"a:g"}, (False, False)),
        ('INSERT DATA { GRAPH <a:g> { <a:s> <a:p> "CLEAR" } } # DROP', {"a:g"}, (False, False)),
    ],
)  # fmt: skip
def test_what_an_update_writes_to_is_told_from_its_text(
    text: str, graphs: set[str], flags: tuple[bool, bool]
) -> None:
    found = read_writes(text)
    assert (found.graphs, (found.any_graph, found.has_dataset)) == (graphs, flags)


@pytest.mark.parametrize(
    "text",
    ["CLEAR SILENTGRAPH <a:g>", "INSERT DATA { trueGRAPH <a:g> { <a:s> <a:p> 1 } }", "EXPLODE ALL"],
)
def test_a_word_out_of_place_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="has no place"):
        read_writes(text)


def test_a_dataset_is_put_before_each_where_that_has_a_template() -> None:
    text = "DELETE WHERE { ?s ?p ?o } ; DELETE { ?s ?p ?o } INSERT { } WHERE { { ?s ?p ?o } }"
    assert with_dataset(text, ["a:g"], ["a:h"]) == (
        "DELETE WHERE { ?s ?p ?o } ; DELETE { ?s ?p ?o } INSERT { } "
        "USING <a:g> USING NAMED <a:h> WHERE { { ?s ?p ?o } }"
    )


def test_an_update_makes_the_next_generation(bare: Workspace) -> None:
    made = run(
        bare,
        "INSERT DATA { GRAPH graph:curation { id:x rdfs:label 'x'@fr } GRAPH <a:g> { <a:s> a 1 } }",
    )
    assert (made.outcome, made.added, made.removed) == ("published", 2, 0)
    assert bare.numbers() == [1, 2]
    assert made.generation.graphs[CURATION].count == 1
    changed = run(bare, "DELETE DATA { GRAPH <a:g> { <a:s> a 1 } }")
    assert (changed.added, changed.removed) == (0, 1)
    assert [c.graph for c in compare(bare, 2, 3).graphs] == ["a:g"]
    assert verify(bare, bare.current()) == []
    assert run(bare, "DELETE DATA { GRAPH <a:g> { <a:s> a 1 } }").outcome == "unchanged"
    dropped = run(bare, "DROP GRAPH <a:g>")
    assert "a:g" not in dropped.generation.graphs
    assert verify(bare, bare.current()) == []


def test_the_patterns_of_an_update_read_the_union(workspace: Workspace) -> None:
    run(workspace, "INSERT DATA { GRAPH <a:one> { <a:s> <a:p> 1 } }")
    made = run(
        workspace,
        "INSERT { GRAPH graph:curation { ?s <a:q> ?o } } WHERE { ?s <a:p> ?o }",
    )
    assert made.added == 1
    named = "INSERT { GRAPH <a:two> { ?s <a:q> ?g } } WHERE { GRAPH ?g { ?s <a:p> 1 } }"
    assert run(workspace, named).added == 1
    none = "WITH <a:two> INSERT { ?s <a:r> ?o } WHERE { ?s <a:p> ?o }"
    assert run(workspace, none).outcome == "unchanged"


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { GRAPH graph:ontology { <a:s> <a:p> 1 } }",
        "INSERT DATA { GRAPH <https://w3id.org/essaim/graph/source/openlabs> { <a:s> <a:p> 1 } }",
        "WITH graph:inferred DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "COPY DEFAULT TO graph:ontology",
        "MOVE graph:ontology TO <a:g>",
        "DROP ALL",
        "DELETE WHERE { GRAPH ?g { ?s ?p ?o } }",
        "BASE <https://w3id.org/essaim/graph/> CLEAR GRAPH <ontology>",
        "INSERT DATA { GRAPH <https://w3id.org/essaim/graph/restricted/x> { <a:s> <a:p> 1 } }",
        "LOAD <http://127.0.0.1:1/x>",
        "INSERT { <a:s> <a:p> ?o } WHERE { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
    ],
)
def test_what_is_not_for_updates_is_refused(workspace: Workspace, text: str) -> None:
    before = workspace.current()
    with pytest.raises(Refused) as refused:
        run(workspace, text)
    assert refused.value.hint
    assert workspace.current() == before


def test_an_update_that_breaks_a_shape_is_refused(workspace: Workspace) -> None:
    before = workspace.current()
    bad = "INSERT DATA { GRAPH graph:curation { id:x a ess:Implementation ; rdfs:label 'x'@fr } }"
    refused = run(workspace, bad)
    assert refused.outcome == "refused"
    assert any(found.severity == "violation" for found in refused.findings)
    assert workspace.current() == before


def test_mistakes_are_named_and_leave_nothing(workspace: Workspace) -> None:
    for text in ("INSERT DATA { ?s ?p ?o }", "SELECT * { ?s ?p ?o }", "INSERT DATA {"):
        with pytest.raises(BadInput):
            run(workspace, text)
    with pytest.raises(BadInput, match="twice"):
        update("WITH <a:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", has_union=True, using=["a:h"])
    assert workspace.numbers() == [1]
    assert sorted(p.name for p in (workspace.path / "generations").iterdir()) == ["1"]


def test_a_bare_workspace_takes_any_rdf_and_keeps_graphs_apart(bare: Workspace) -> None:
    assert bare.current().graphs == {}
    text = "INSERT DATA { <a:s> <a:p> 1, [] . GRAPH <a:g> { <a:s> <a:p> 2 } } ; CREATE GRAPH <a:e>"
    made = run(bare, text)
    assert {iri: record.count for iri, record in made.generation.graphs.items()} == {
        DEFAULT_GRAPH: 2, "a:g": 1, "a:e": 0,
    }  # fmt: skip
    assert verify(bare, bare.current()) == []
    assert count(bare, "<a:s> ?p ?o") == 2
    assert count(Workspace.open(bare.path), "GRAPH ?g { ?s ?p ?o }") == 1
    assert (
        run(bare, "DELETE { GRAPH ?g { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o } }").removed == 1
    )
    assert run(bare, "DROP ALL").generation.graphs == {}


def test_graphs_are_replaced_merged_and_removed(bare: Workspace, tmp_path: Path) -> None:
    def turtle(name: str, text: str) -> list[GraphBody]:
        (tmp_path / name).write_text(text)
        return [GraphBody(tmp_path / name, "text/turtle", "http://e/")]

    body, more = turtle("body", "<s> <p> 1, 2 ."), turtle("more", "<s> <p> 3 .")
    bare.revise(replace_graph("a:g", body, is_bare=True), "put")
    bare.revise(merge_graph("a:g", more, is_bare=True), "post")
    assert bare.current().graphs["a:g"].count == 3
    bare.revise(replace_graph("a:g", more, is_bare=True), "put")
    bare.revise(merge_graph(DEFAULT_GRAPH, more, is_bare=True), "post")
    assert {g: r.count for g, r in bare.current().graphs.items()} == {"a:g": 1, DEFAULT_GRAPH: 1}
    bare.revise(clear_graph("a:g", is_bare=True), "delete")
    assert list(bare.current().graphs) == [DEFAULT_GRAPH]
    assert verify(bare, bare.current()) == []
    broken = turtle("broken", "<s> <p>")
    with pytest.raises(BadInput, match="Turtle"):
        bare.revise(replace_graph("a:g", broken, is_bare=True), "put")
    with pytest.raises(Refused):
        replace_graph("https://w3id.org/essaim/graph/inferred", body, is_bare=False)


def test_a_dry_run_of_an_update_writes_nothing(bare: Workspace) -> None:
    revision = update("INSERT DATA { <a:s> <a:p> 1 }", has_union=False)
    assert bare.revise(revision, "update", dry_run=True).outcome == "checked"
    assert bare.numbers() == [1]
