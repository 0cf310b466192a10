"""What tests of loaders share: loading without a workspace, and golden statements."""

from __future__ import annotations

import csv
import difflib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import openpyxl
import pytest
import yaml
from pyoxigraph import NamedNode, Quad, Triple

from essaim.graph.provenance import source_graph
from essaim.graph.statements import StatementWriter, iter_statements
from essaim.loaders.context import Context, EndpointQuery
from essaim.loaders.report import Report
from essaim.loaders.template import write_template
from essaim.ontology.names import curie

DATA = Path(__file__).parents[1] / "data"


class Stated(NamedTuple):
    """What a loader stated: its report, its statements and their file."""

    report: Report
    triples: set[Triple]
    path: Path
    counts: dict[str, int]

    def objects(self, subject: str, predicate: NamedNode) -> list[str]:
        """The values of a property, sorted."""
        return sorted(
            getattr(t.object, "value", "")
            for t in self.triples
            if t.subject == NamedNode(subject) and t.predicate == predicate
        )

    def subjects(self, predicate: NamedNode, value: Any) -> list[str]:  # noqa: ANN401
        """The subjects that have a value, sorted."""
        return sorted(
            getattr(t.subject, "value", "")
            for t in self.triples
            if t.predicate == predicate and t.object == value
        )


@pytest.fixture
def data() -> Path:
    return DATA


@pytest.fixture
def state(tmp_path: Path) -> Callable[..., Stated]:
    """Load files with a loader and give what it states; nothing is published."""
    made = iter(range(1000))

    def run(
        module: ModuleType,
        files: Sequence[Path] = (),
        previous: Path | None = None,
        query: EndpointQuery | None = None,
    ) -> Stated:
        path = tmp_path / f"stated-{next(made)}.nt.gz"
        with StatementWriter(path) as writer:
            sink = writer.add_lines
            context = Context(module.SOURCE, sink, files, previous=previous, query=query)
            module.load(context)
            classes = writer.finish().census.classes
        counts = {curie(cls[1:-1]): count for cls, count in classes.items()}
        return Stated(context.report, set(iter_statements(path)), path, counts)

    return run


@pytest.fixture
def slice_files(tmp_path: Path) -> Callable[..., list[Path]]:
    """The files of a source's slice, as the source is given them.

    By default every file of ``tests/data/<source>`` but its golden statements; a folder given
    instead has the same files, changed.
    """
    made = iter(range(1000))

    def files(source: str, folder: Path | None = None) -> list[Path]:
        place = folder or DATA / source
        if source in _WRITTEN:
            made_in = tmp_path / f"slice-{next(made)}"
            made_in.mkdir()
            return _WRITTEN[source](place, made_in)
        left = {"golden.nq", *_NOT_IN_SLICE.get(source, ())}
        return [path for path in sorted(place.iterdir()) if path.name not in left]

    return files


def _keep_workbook(folder: Path, made_in: Path) -> list[Path]:
    """The slice as the workbook that keep.eu exports."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, title in KEEP_SHEETS.items():
        sheet = book.create_sheet(title)
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            for row in csv.reader(stream):
                sheet.append(row)
    book.save(made_in / "keep.xlsx")
    return [made_in / "keep.xlsx"]


def _filled_template(folder: Path, made_in: Path) -> list[Path]:
    """The template of practice sheets, filled in by hand."""
    path = made_in / "fiches.xlsx"
    write_template(path)
    book = openpyxl.load_workbook(path)
    for name, told in yaml.safe_load((folder / "fiches.yml").read_text("utf-8")).items():
        header = [cell.value for cell in book[name][1]]
        for number, row in enumerate(told, 2):
            for column, value in row.items():
                book[name].cell(number, header.index(column) + 1, value)
    book.save(path)
    return [path]


KEEP_SHEETS = {"projects": "Projects (lead partners)", "partners": "Partners", "calls": "Calls"}
_WRITTEN: dict[str, Callable[[Path, Path], list[Path]]] = {
    "keep": _keep_workbook,
    "sheets": _filled_template,
}
_NOT_IN_SLICE = {"rne": ("3-elus-epci.csv",), "wikidata": ("extract.ttl",)}


@pytest.fixture
def check_golden() -> Callable[[str, Stated], None]:
    """Compare with ``tests/data/<source>/golden.nq``; ``ESSAIM_GOLDEN=write`` writes it anew."""

    def check(source: str, stated: Stated) -> None:
        graph = source_graph(source)
        lines = sorted(
            f"{Quad(t.subject, t.predicate, t.object, graph)} .\n" for t in stated.triples
        )
        path = DATA / source / "golden.nq"
        if os.environ.get("ESSAIM_GOLDEN") == "write":
            path.write_text("".join(lines), encoding="utf-8")
        kept = path.read_text(encoding="utf-8").splitlines(keepends=True)
        assert lines == kept, "".join(difflib.unified_diff(kept, lines, n=0))

    return check
