"""From a source to a published generation, with the report of what was not understood."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from essaim.graph.provenance import (
    SourceRecord,
    iter_provenance,
    provenance_graph,
    source_graph,
)
from essaim.graph.statements import StatementFile, StatementWriter
from essaim.graph.workspace import Publication, Workspace
from essaim.loaders.context import Context
from essaim.loaders.registry import Loader, loader
from essaim.loaders.report import Report
from essaim.ontology.errors import BadInput, Refused

__all__ = ["Loaded", "load"]


@dataclass(frozen=True)
class Loaded:
    """What a load did.

    Args:
        report: what was read and what was not understood.
        publication: what became of the graph.
        folder: where the report is written.
    """

    report: Report
    publication: Publication
    folder: Path


def load(
    workspace: Workspace,
    name: str,
    files: Sequence[Path] = (),
    *,
    dry_run: bool = False,
    progress: Callable[[str], None] = lambda _step: None,
) -> Loaded:
    """Read a source and publish what it states.

    Args:
        workspace: where to publish.
        name: the source's name.
        files: the files to read; empty to read the embedded ones.
        dry_run: do everything, report everything, publish nothing.
        progress: called with a few words at each step.

    Returns:
        The report and what became of the graph; nothing is published when the outcome is
        ``unchanged`` or ``refused``.

    Raises:
        NotFound: there is no such source.
        BadInput: a file can't be understood at all.
        Refused: there is less in the files than the source promises.

    Example:
        ``load(Workspace.open(Path("essaim-data")), "openlabs")``
    """
    chosen = loader(name)
    for path in files:
        if not path.is_file():
            raise BadInput(f"There is no file {path}.", "Check the path.")
    with tempfile.TemporaryDirectory(prefix="essaim-load-") as place:
        progress("reading")
        before = _previous(workspace, name)
        report, statements = _read(chosen, files, Path(place) / "source.nt.gz", before)
        progress("publishing")
        provenance = _provenance(chosen, report, Path(place) / "provenance.nt.gz")
        publication = workspace.publish(
            {source_graph(name).value: statements, provenance_graph(name).value: provenance},
            f"load {name}",
            dry_run=dry_run,
        )
    report.outcome = publication.outcome
    report.generation = publication.generation.number
    report.added, report.removed = publication.added, publication.removed
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    folder = report.write(workspace.path / "reports" / f"{moment}-{name}")
    return Loaded(report, publication, folder)


def _previous(workspace: Workspace, name: str) -> Path | None:
    """Where what the source states in the current generation is."""
    generation, graph = workspace.current(), source_graph(name).value
    return generation.statement_file(graph) if graph in generation.graphs else None


def _read(
    chosen: Loader, files: Sequence[Path], path: Path, before: Path | None
) -> tuple[Report, StatementFile]:
    with StatementWriter(path) as writer:
        context = Context(chosen.source, writer.add, files, previous=before)
        chosen.load(context)
        statements = writer.finish()
    report = context.report
    report.statements = statements.count
    report.entities = context.counts()
    report.files = context.used
    _check_expected(chosen, report)
    return report, statements


def _check_expected(chosen: Loader, report: Report) -> None:
    for cls, (least, most) in chosen.source.expected.items():
        count = report.entities[cls]
        if count < least:
            raise Refused(
                f"{chosen.source.name} gives {count} {cls}, at least {least} were expected.",
                "Check that the file is complete and is what its name says.",
            )
        if count > most:
            report.warnings.append(f"{count} {cls}, more than the {most} expected.")


def _provenance(chosen: Loader, report: Report, path: Path) -> StatementFile:
    source = chosen.source
    record = SourceRecord(
        name=source.name,
        title_fr=source.title_fr,
        title_en=source.title_en,
        publisher=source.publisher,
        licence=source.licence,
        homepage=source.homepage,
        version=source.version,
        retrieved=source.retrieved,
        files=report.files,
    )
    with StatementWriter(path) as writer:
        for triple in iter_provenance(record):
            writer.add(triple)
        return writer.finish()
