"""Generations can be listed, compared, gone back to, verified and archived by command."""

from __future__ import annotations

import json
from pathlib import Path

from essaim.graph.workspace import Workspace

from .conftest import Command


def test_generations_are_compared_and_gone_back_to(essaim: Command, tmp_path: Path) -> None:
    place = tmp_path / "w"
    essaim("-w", place, "init")
    essaim("-w", place, "load", "openlabs")
    listed = json.loads(essaim("-w", place, "generations", "--format", "json").out)
    assert [row["generation"] for row in listed] == [1, 2]
    assert listed[1]["note"] == "load openlabs"
    found = json.loads(essaim("-w", place, "diff", 1, 2, "--format", "json").out)
    assert any(iri.endswith("/openlab/nievre") for iri in found["entity_added"])
    assert found["entity_removed"] == []
    shown = essaim("-w", place, "diff", 1, 2)
    assert "Entités ajoutées" in shown.out
    assert essaim("-w", place, "rollback", 1).code == 0
    workspace = Workspace.open(place)
    assert workspace.current().number == 3
    assert workspace.current().content_hash == workspace.generation(1).content_hash
    missing = essaim("-w", place, "rollback", 9)
    assert (missing.code, missing.out) == (2, "")
    assert "no generation 9" in missing.err


def test_a_workspace_is_verified_archived_and_restored(essaim: Command, tmp_path: Path) -> None:
    place, archive, other = tmp_path / "w", tmp_path / "w.tar.gz", tmp_path / "other"
    essaim("-w", place, "init")
    assert "génération 1" in essaim("-w", place, "verify").out.lower()
    assert essaim("-w", place, "backup", "-o", archive).code == 0
    assert essaim("-w", other, "restore", archive).code == 0
    restored, made = Workspace.open(other).current(), Workspace.open(place).current()
    assert restored.content_hash == made.content_hash
    again = essaim("-w", other, "restore", archive)
    assert again.code == 2
    assert "already" in again.err
    damaged = made.statement_file(next(iter(made.graphs)))
    damaged.write_bytes(damaged.read_bytes()[:-9])
    assert essaim("-w", place, "verify").code == 1
    unwritable = essaim("-w", place, "backup", "-o", tmp_path / "no" / "such" / "dir.tar.gz")
    assert unwritable.code == 2
    assert unwritable.err.count("\n") == 1
