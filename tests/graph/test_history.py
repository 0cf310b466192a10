"""Generations can be compared, gone back to, checked, archived, and survive a killed writer."""

from __future__ import annotations

import random
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Store, Triple

from essaim.graph.archive import back_up, restore
from essaim.graph.history import GraphChange, compare, verify
from essaim.graph.statements import StatementWriter
from essaim.graph.workspace import Publication, Workspace
from essaim.ontology.errors import BadInput, WorkspaceError
from essaim.ontology.names import RDF, RDFS, XSD

GRAPH = "https://w3id.org/essaim/graph/source/test"
THING = NamedNode("http://www.w3.org/2002/07/owl#Thing")


def publish(workspace: Workspace, folder: Path, *names: str) -> Publication:
    with StatementWriter(folder / "new.gz") as writer:
        for name in names:
            writer.add(Triple(NamedNode(f"a:{name}"), RDF.type, THING))
            writer.add(Triple(NamedNode(f"a:{name}"), RDFS.label, Literal(name, language="fr")))
        return workspace.publish({GRAPH: writer.finish()}, f"publish {' '.join(names)}")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace.create(tmp_path / "w")
    publish(made, tmp_path, "one", "two")
    publish(made, tmp_path, "two", "three", "four")
    return made


def test_two_generations_are_compared_by_graph_and_by_entity(workspace: Workspace) -> None:
    found = compare(workspace, 2, 3)
    assert found.graphs == [GraphChange(GRAPH, 4, 2)]
    assert found.entities_added == ["a:four", "a:three"]
    assert found.entities_removed == ["a:one"]
    back = compare(workspace, 3, 2)
    assert (back.entities_added, back.entities_removed) == (["a:one"], ["a:four", "a:three"])
    assert compare(workspace, 1, 3).graphs[0].removed == 0
    assert compare(workspace, 3, 1).graphs[0].added == 0
    with pytest.raises(WorkspaceError, match="no generation 9"):
        compare(workspace, 1, 9)


def test_going_back_makes_a_new_generation_with_the_old_content(
    workspace: Workspace, tmp_path: Path
) -> None:
    before = workspace.generation(2)
    made = workspace.roll_back(2)
    assert made.number == 4
    assert made.content_hash == before.content_hash
    assert workspace.numbers() == [1, 2, 3, 4]
    assert verify(workspace, made) == []
    assert publish(workspace, tmp_path, "five").generation.number == 5
    with pytest.raises(WorkspaceError, match="no generation 9"):
        workspace.roll_back(9)


def test_damage_is_found(workspace: Workspace) -> None:
    generation = workspace.current()
    assert verify(workspace, generation) == []
    store = Store(str(generation.path / "store"))
    store.add(next(store.quads_for_pattern(None, None, None, NamedNode(GRAPH))))
    store.update(f"DELETE DATA {{ GRAPH <{GRAPH}> {{ <a:two> a <{THING.value}> }} }}")
    store.flush()
    del store
    file = generation.statement_file(GRAPH)
    data = file.read_bytes()
    file.unlink()
    file.write_bytes(data[:-9])
    problems = verify(workspace, generation)
    assert any("store" in problem for problem in problems)
    assert any("statement file" in problem for problem in problems)


def test_a_backup_restores_the_same_graph(workspace: Workspace, tmp_path: Path) -> None:
    archive = tmp_path / "essaim.tar.gz"
    assert back_up(workspace, archive).number == 3
    restored = restore(archive, tmp_path / "restored")
    assert restored.current().content_hash == workspace.current().content_hash
    assert publish(restored, tmp_path, "six").outcome == "published"
    with pytest.raises(WorkspaceError, match="not empty"):
        restore(archive, tmp_path / "restored")


def test_a_broken_archive_is_refused_whole(workspace: Workspace, tmp_path: Path) -> None:
    archive = tmp_path / "essaim.tar.gz"
    back_up(workspace, archive)
    archive.write_bytes(archive.read_bytes()[:-2000])
    with pytest.raises(BadInput, match="not a whole archive"):
        restore(archive, tmp_path / "restored")
    (tmp_path / "junk").write_text("junk")
    with pytest.raises(BadInput):
        restore(tmp_path / "junk", tmp_path / "restored")
    with pytest.raises(BadInput, match="no file"):
        restore(tmp_path / "nowhere", tmp_path / "restored")
    with tarfile.open(tmp_path / "other.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "junk", "../escape")
    with pytest.raises(BadInput):
        restore(tmp_path / "other.tar.gz", tmp_path / "restored")
    assert not (tmp_path / "restored").exists()
    assert not (tmp_path.parent / "escape").exists()


WRITER = """
import sys
from pathlib import Path
from pyoxigraph import Literal, NamedNode, Triple
from essaim.graph.statements import StatementWriter
from essaim.graph.workspace import Workspace
from essaim.ontology.names import RDFS
workspace, folder = Workspace.open(Path(sys.argv[1])), Path(sys.argv[2])
graph, number = sys.argv[3], int(sys.argv[4])
while True:
    number += 1
    with StatementWriter(folder / "new.gz") as writer:
        for i in range(50):
            subject = NamedNode(f"a:{number}-{i}")
            writer.add(Triple(subject, RDFS.label, Literal(str(number), language="fr")))
        made = workspace.publish({graph: writer.finish()}, str(number))
    print(number, made.generation.number, flush=True)
"""


def test_a_killed_writer_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    """Kill the writer at random moments: what it acknowledged is there, and nothing half done."""
    workspace = Workspace.create(tmp_path / "w")
    rng = random.Random(11)
    number = 0
    for _ in range(6):
        arguments = [str(workspace.path), str(tmp_path), GRAPH, str(number)]
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, *arguments], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        first = writer.stdout.readline()
        time.sleep(rng.random())
        writer.kill()
        acknowledged = [line.split() for line in [first, *writer.communicate()[0].splitlines()]]
        current = workspace.current()
        assert verify(workspace, current) == []
        number, generation = map(int, acknowledged[-1])
        assert current.number in (generation, generation + 1)
        labels = {
            quad.object.value
            for quad in workspace.store().quads(graph=NamedNode(GRAPH))
            if isinstance(quad.object, Literal)
        }
        assert labels in ({str(number)}, {str(number + 1)})
        number = int(labels.pop())


def test_two_spellings_of_a_value_are_one_statement(tmp_path: Path) -> None:
    """The engine stores values: removing one spelling must not remove the other."""
    workspace = Workspace.create(tmp_path / "w")

    def weigh(*spellings: str) -> Publication:
        with StatementWriter(tmp_path / "new.gz") as writer:
            for spelling in spellings:
                weight = Literal(spelling, datatype=XSD.decimal)
                writer.add(Triple(NamedNode("a:one"), NamedNode("a:weighs"), weight))
            return workspace.publish({GRAPH: writer.finish()}, "weigh")

    assert weigh("1.0", "1.00", "2").added == 2
    assert weigh("1").removed == 1
    assert len(list(workspace.store().quads(graph=NamedNode(GRAPH)))) == 1
    assert verify(workspace, workspace.current()) == []
