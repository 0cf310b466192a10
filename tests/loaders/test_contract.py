"""What holds for every source there is, whatever it reads: run over the registry.

A source has a slice in ``tests/data/<source>``: small files written by hand, in its own layouts,
and ``golden.nq``, what is stated of them (``ESSAIM_GOLDEN=write`` writes it anew).
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

import pytest

from essaim.graph.provenance import source_graph
from essaim.graph.statements import StatementWriter
from essaim.graph.workspace import Workspace
from essaim.loaders.registry import loader, names
from essaim.ontology.errors import EssaimError
from essaim.ontology.names import ESS

Stated: TypeAlias = Any
FILES = [name for name in names() if loader(name).source.reads == "files"]
NO_TABLE = ("openlabs", "rdf", "sheets")
"""Sources whose slice is no table; the layouts of sheets have tests of their own."""


def module_of(source: str) -> ModuleType:
    return import_module(f"essaim.loaders.{source}")


def facts(stated: Stated) -> set[Any]:
    """What is stated but for the files' own digests."""
    return {triple for triple in stated.triples if triple.predicate != ESS.sha256}


def read(path: Path) -> tuple[list[list[str]], dict[str, Any], str]:
    """The cells of a table, how its writer separates them, and its encoding."""
    content = path.read_bytes()
    try:
        encoding, text = "utf-8", content.decode("utf-8")
    except UnicodeDecodeError:
        encoding, text = "cp1252", content.decode("cp1252")
    first = text.splitlines()[0]
    form = {"delimiter": ";" if first.count(";") > first.count(",") else ","}
    return list(csv.reader(text.splitlines(keepends=True), **form)), form, encoding


def write(path: Path, rows: list[list[str]], form: dict[str, Any], encoding: str) -> None:
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream, **form).writerows(rows)


def tables(folder: Path, files: list[Path]) -> list[Path]:
    """The tables of a slice that can be changed cell by cell."""
    is_read = {path.name for path in files}
    made = [path for path in sorted(folder.glob("*.csv")) if files[0].parent != folder]
    return made or [path for path in sorted(folder.glob("*.csv")) if path.name in is_read]


@pytest.mark.parametrize("source", names())
def test_there_is_a_slice_and_what_is_stated_of_it(source: str, data: Path):
    assert (data / source / "golden.nq").is_file()
    assert len(list((data / source).iterdir())) > 1


@pytest.mark.parametrize("source", FILES)
def test_the_slice_states_what_it_did(
    source: str, slice_files: Callable, state: Callable, check_golden: Callable
):
    check_golden(source, state(module_of(source), slice_files(source)))


@pytest.mark.parametrize("source", FILES)
def test_the_order_of_files_does_not_matter(source: str, slice_files: Callable, state: Callable):
    files = slice_files(source)
    stated = state(module_of(source), files)
    assert state(module_of(source), files[::-1]).triples == stated.triples


@pytest.mark.parametrize("source", [name for name in FILES if name not in NO_TABLE])
def test_a_column_that_nobody_knows_is_told(
    source: str, data: Path, tmp_path: Path, slice_files: Callable, state: Callable
):
    files = slice_files(source)
    expected = facts(state(module_of(source), files))
    for table in tables(data / source, files):
        folder = shutil.copytree(data / source, tmp_path / table.stem)
        rows, form, encoding = read(table)
        width = len(rows[0])
        for number, row in enumerate(rows):
            if len(row) == width:
                row.append("?" if number else "Colonne en trop")
        write(folder / table.name, rows, form, encoding)
        stated = state(module_of(source), slice_files(source, folder))
        columns = {
            issue.column
            for issue in stated.report.issues
            if issue.reason == "Column not understood"
        }
        assert "Colonne en trop" in columns
        assert facts(stated) == expected


@pytest.mark.parametrize("source", [name for name in FILES if name not in NO_TABLE])
def test_a_column_that_was_renamed_is_refused_or_told(
    source: str, data: Path, tmp_path: Path, slice_files: Callable, state: Callable
):
    files = slice_files(source)
    expected = state(module_of(source), files)
    for table in tables(data / source, files):
        rows, form, encoding = read(table)
        for place, column in enumerate(rows[0]):
            folder = shutil.copytree(data / source, tmp_path / f"{table.stem}-{place}")
            header = [*rows[0][:place], f"{column} (nouveau)", *rows[0][place + 1 :]]
            write(folder / table.name, [header, *rows[1:]], form, encoding)
            try:
                stated = state(module_of(source), slice_files(source, folder))
            except EssaimError:
                continue
            is_told = stated.report.reasons() != expected.report.reasons()
            is_empty = not any(row[place].strip() for row in rows[1:] if len(row) > place)
            assert is_told or is_empty, f"{table.name}: {column}"


def test_slices_of_all_sources_are_published_together_in_any_order(
    slice_files: Callable, state: Callable, tmp_path: Path
):
    """One graph whatever the order of the loads, with nothing that the shapes refuse."""
    hashes = set()
    for number, order in enumerate((FILES, FILES[::-1])):
        workspace = Workspace.create(tmp_path / f"workspace-{number}")
        half = len(order) // 2
        for part in (order[:half], order[half:]):
            changes = {}
            for source in part:
                stated = state(module_of(source), slice_files(source))
                with StatementWriter(tmp_path / f"{number}-{source}.nt.gz") as writer:
                    for triple in stated.triples:
                        writer.add(triple)
                    changes[source_graph(source).value] = writer.finish()
            publication = workspace.publish(changes, "slices")
            violations = [f.sentence() for f in publication.findings if f.severity == "violation"]
            assert violations == []
        hashes.add(workspace.current().content_hash)
    assert len(hashes) == 1
