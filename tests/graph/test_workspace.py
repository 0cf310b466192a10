"""A write makes the next generation, whole or not at all."""

from __future__ import annotations

import fcntl
import json
import random
import threading
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from essaim.graph.statements import StatementFile, StatementWriter, difference, iter_statements
from essaim.graph.workspace import Publication, Workspace
from essaim.ontology.errors import BadInput, Refused, WorkspaceBusy, WorkspaceError
from essaim.ontology.names import ESS, RDF, RDFS

GRAPH = "https://w3id.org/essaim/graph/source/test"


def triple(number: int) -> Triple:
    return Triple(NamedNode(f"a:{number}"), NamedNode("a:p"), Literal(f"{number} é\n\"'"))


def written(path: Path, triples: list[Triple]) -> StatementFile:
    with StatementWriter(path) as writer:
        for each in triples:
            writer.add(each)
        return writer.finish()


def publish(workspace: Workspace, folder: Path, triples: list[Triple]) -> Publication:
    return workspace.publish({GRAPH: written(folder / "new.gz", triples)}, "test")


def test_statements_are_sorted_counted_and_told_apart(tmp_path: Path) -> None:
    triples = [triple(i) for i in range(50)]
    shuffled = random.Random(7).sample(triples, 50) + triples[:10]
    one, other = written(tmp_path / "1.gz", triples), written(tmp_path / "2.gz", shuffled)
    assert (one.digest, one.count) == (other.digest, other.count) == (one.digest, 50)
    assert set(iter_statements(one.path)) == set(triples)
    third = written(tmp_path / "3.gz", [*triples[5:], triple(99)])
    changes = list(difference(one.path, third.path))
    assert {t for is_added, t in changes if is_added} == {triple(99)}
    assert {t for is_added, t in changes if not is_added} == set(triples[:5])


def test_statements_beyond_memory_are_merged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    triples = [triple(i) for i in range(50)]
    whole = written(tmp_path / "1.gz", triples)
    monkeypatch.setattr("essaim.graph.statements._CHUNK", 7)
    assert written(tmp_path / "2.gz", triples[::-1] + triples).digest == whole.digest


def test_publishing_makes_a_generation_and_keeps_the_old_one(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "w")
    first = workspace.current()
    made = publish(workspace, tmp_path, [triple(1), triple(2)])
    assert (made.outcome, made.added, made.removed) == ("published", 2, 0)
    changed = publish(workspace, tmp_path, [triple(2), triple(3)])
    assert (changed.added, changed.removed) == (1, 1)
    assert workspace.numbers() == [1, 2, 3]
    store = workspace.store()
    assert {q.subject for q in store.quads(graph=NamedNode(GRAPH))} == {
        NamedNode("a:2"),
        NamedNode("a:3"),
    }
    assert not list(workspace.store(first).quads(graph=NamedNode(GRAPH)))


def test_the_same_statements_change_nothing(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "w")
    publish(workspace, tmp_path, [triple(1), triple(2)])
    before = workspace.current()
    again = publish(workspace, tmp_path, [triple(2), triple(1)])
    assert again.outcome == "unchanged"
    assert workspace.current() == before


def test_the_hash_depends_on_the_content_alone(tmp_path: Path) -> None:
    one, other = Workspace.create(tmp_path / "1"), Workspace.create(tmp_path / "2")
    publish(one, tmp_path, [triple(1)])
    publish(other, tmp_path, [triple(5)])
    assert one.current().content_hash != other.current().content_hash
    publish(other, tmp_path, [triple(1)])
    assert one.current().content_hash == other.current().content_hash


def test_a_violation_refuses_the_whole_write(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "w")
    before = workspace.current()
    run = NamedNode("https://w3id.org/essaim/id/implementation/x")
    bad = [
        Triple(run, RDF.type, ESS.Implementation),
        Triple(run, RDFS.label, Literal("x", language="fr")),
    ]
    refused = publish(workspace, tmp_path, bad)
    assert refused.outcome == "refused"
    assert any(found.severity == "violation" for found in refused.findings)
    assert all(found.message_fr and found.message_en for found in refused.findings)
    assert workspace.current() == before
    assert sorted(p.name for p in (workspace.path / "generations").iterdir()) == ["1"]


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "w")
    changes = {GRAPH: written(tmp_path / "new.gz", [triple(1)])}
    assert workspace.publish(changes, "test", dry_run=True).outcome == "checked"
    assert workspace.numbers() == [1]


def test_what_an_interrupted_write_left_is_swept(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "w")
    for leftover in ("2.tmp", "2"):
        (workspace.path / "generations" / leftover).mkdir()
    assert publish(workspace, tmp_path, [triple(1)]).outcome == "published"
    assert workspace.current().number == 2


def test_a_second_writer_is_told_who_is_at_work(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "w")
    with (workspace.path / "lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(WorkspaceBusy, match="being written"):
            publish(workspace, tmp_path, [triple(1)])


def test_what_is_not_a_workspace_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="no workspace") as error:
        Workspace.open(tmp_path / "nowhere")
    assert "essaim init" in error.value.hint
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    with pytest.raises(WorkspaceError, match="not empty"):
        Workspace.create(tmp_path / "full")
    workspace = Workspace.create(tmp_path / "w")
    with pytest.raises(WorkspaceError, match="already"):
        Workspace.create(tmp_path / "w")
    (workspace.path / "essaim.json").write_text(json.dumps({"format": 99}))
    with pytest.raises(WorkspaceError, match="format 99"):
        Workspace.open(tmp_path / "w")


def test_damage_is_named(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "w")
    (workspace.path / "generations/1/generation.json").write_text("{")
    with pytest.raises(WorkspaceError, match="damaged"):
        workspace.current()
    with pytest.raises(WorkspaceError, match="no generation 9") as error:
        workspace.generation(9)
    assert "1" in error.value.hint
    (workspace.path / "current").write_text("?")
    with pytest.raises(WorkspaceError, match="damaged"):
        workspace.current()


def test_queries_name_their_mistakes(tmp_path: Path) -> None:
    store = Workspace.create(tmp_path / "w").store()
    with pytest.raises(BadInput, match="SELEC"):
        store.query("SELEC * {}")
    with pytest.raises(BadInput, match="at 1:"):
        store.query("SELECT * { ?s ?p }")
    with pytest.raises(Refused):
        store.query("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }")
    with pytest.raises(BadInput, match="select"):
        store.rows("ASK {}")


def test_a_second_writer_can_wait(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "w", is_bare=True)
    held = (workspace.path / "lock").open("a")
    fcntl.flock(held, fcntl.LOCK_EX)
    threading.Timer(0.3, held.close).start()
    made = workspace.publish({GRAPH: written(tmp_path / "new.gz", [triple(1)])}, "test", wait=30)
    assert made.outcome == "published"


def test_as_many_generations_are_kept_as_was_said(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "w", keep=3, is_bare=True)
    for number in range(5):
        publish(workspace, tmp_path, [triple(number)])
    assert workspace.numbers() == [4, 5, 6]
    assert Workspace.open(workspace.path).retain(2) == [4]
    publish(Workspace.open(workspace.path), tmp_path, [triple(9)])
    assert workspace.numbers() == [6, 7]
    with pytest.raises(BadInput, match="0 generations"):
        workspace.retain(0)


def test_a_generation_that_is_read_is_not_removed(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "w", keep=1, is_bare=True)
    publish(workspace, tmp_path, [triple(1)])
    reader = workspace.store()
    publish(workspace, tmp_path, [triple(2)])
    assert workspace.numbers() == [2, 3]
    assert [quad.triple for quad in reader.quads(graph=NamedNode(GRAPH))] == [triple(1)]
    del reader
    publish(workspace, tmp_path, [triple(3)])
    assert workspace.numbers() == [4]


def test_a_query_that_names_its_dataset_sees_that_alone(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "w")
    store = workspace.store()
    everything = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    assert int(store.rows(everything)[0]["n"].value) > 100
    assert not store.rows("SELECT * FROM <a:none> { ?s ?p ?o }")
    assert not store.rows("SELECT * FROM NAMED graph:ontology { ?s ?p ?o }")
    assert store.rows("SELECT * FROM NAMED graph:ontology { GRAPH ?g { ?s ?p ?o } } LIMIT 1")
    answer = store.query("SELECT * { GRAPH ?g { ?s ?p ?o } }", default=["a:none"])
    assert not list(answer)
