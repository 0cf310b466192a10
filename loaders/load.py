"""From a source to a published generation, with the report of what was not understood."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
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
from essaim.graph.workspace import Generation, Publication, Workspace
from essaim.loaders.archives import kind_of
from essaim.loaders.changes import Changes, entity_changes
from essaim.loaders.context import Context, EndpointQuery
from essaim.loaders.registry import Loader, loader
from essaim.loaders.report import Report
from essaim.loaders.report_page import report_html, report_text
from essaim.loaders.source import Source
from essaim.ontology.errors import BadInput, Refused
from essaim.ontology.names import curie

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
    endpoint: str = "",
    territories: Sequence[str] = (),
    dry_run: bool = False,
    wait: float = 0.0,
    progress: Callable[[str], None] = lambda _step: None,
) -> Loaded:
    """Read a source and publish what it states.

    Args:
        workspace: where to publish.
        name: the source's name.
        files: the files to read; empty to read the embedded ones.
        endpoint: the address of the SPARQL endpoint to ask, for a source that is one.
        territories: what to ask it for, such as ``departement:43``; empty for everything.
        dry_run: do everything, report everything, publish nothing.
        wait: seconds to wait for another writer when it comes to publishing.
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
    if (endpoint or territories) and chosen.source.reads != "endpoint":
        raise BadInput(f"{name} reads files, it asks no endpoint.", "Give it files.")
    if files and chosen.source.reads == "endpoint":
        message = f"{name} asks a SPARQL endpoint, it reads no files."
        raise BadInput(message, f"essaim load {name} https://…/sparql")
    for path in files:
        kind_of(path)
        if files.count(path) > 1:
            raise BadInput(f"{path} is given twice.", "Give each file once.")
    with tempfile.TemporaryDirectory(prefix="essaim-load-") as place:
        progress("reading")
        former = workspace.current()
        query = EndpointQuery(endpoint, territories, Path(place)) if endpoint else None
        report, stated, retrieved = _read(chosen, files, Path(place), former, query)
        progress("publishing")
        changes = {source_graph(part).value: file for part, (file, _) in stated.items()}
        report.changes = sum(
            (entity_changes(_former(former, graph), file.path) for graph, file in changes.items()),
            start=Changes(),
        )
        for number, (part, (_, used)) in enumerate(stated.items()):
            target = Path(place) / f"provenance-{number}.nt.gz"
            record = _record(chosen.source, part, used, endpoint, retrieved)
            changes[provenance_graph(part).value] = _provenance(record, target)
        publication = workspace.publish(changes, f"load {name}", dry_run=dry_run, wait=wait)
    report.outcome = publication.outcome
    report.generation = publication.generation.number
    report.added, report.removed = publication.added, publication.removed
    report.findings = publication.brought
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    folder = report.write(workspace.path / "reports" / f"{moment}-{name}")
    for ending, told in (("txt", report_text), ("html", report_html)):
        for language in ("fr", "en"):
            text = told(report, language)
            (folder / f"report.{language}.{ending}").write_text(text, encoding="utf-8")
    return Loaded(report, publication, folder)


def _former(generation: Generation, graph: str) -> Path | None:
    """Where what a graph holds in a generation is."""
    return generation.statement_file(graph) if graph in generation.graphs else None


def _read(
    chosen: Loader,
    files: Sequence[Path],
    place: Path,
    former: Generation,
    query: EndpointQuery | None,
) -> tuple[Report, dict[str, tuple[StatementFile, Sequence[Path]]], str]:
    """Run a loader.

    Returns:
        The report; what it states and the files it read, for each part of the source; and the day
        it was retrieved, if that is told.
    """
    name = chosen.source.name
    writers: dict[str, StatementWriter] = {}
    with ExitStack() as stack:

        def sink(part: str) -> Callable[[list[str]], None]:
            path = place / f"statements-{len(writers)}.nt.gz"
            writers[part] = stack.enter_context(StatementWriter(path))
            return writers[part].add_lines

        before = _former(former, source_graph(name).value)
        context = Context(chosen.source, sink(""), files, previous=before, parts=sink, query=query)
        chosen.load(context)
        context.require_all_read()
        finished = {part: writer.finish() for part, writer in writers.items()}
    report = context.report
    report.statements = sum(statements.count for statements in finished.values())
    for statements in finished.values():
        for cls, count in statements.census.classes.items():
            report.entities[curie(cls[1:-1])] += count
    report.files = context.used
    _check_expected(chosen, report)
    if context.parts:
        finished.pop("")
    stated: dict[str, tuple[StatementFile, Sequence[Path]]] = {
        f"{name}/{part}" if part else name: (
            statements,
            [context.parts[part]] if part else context.used,
        )
        for part, statements in finished.items()
    }
    return report, stated, context.retrieved


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


def _record(
    source: Source, part: str, files: Sequence[Path], endpoint: str, retrieved: str
) -> SourceRecord:
    about = "" if part == source.name else f" – {files[0].name}"
    return SourceRecord(
        name=part,
        title_fr=source.title_fr + about,
        title_en=source.title_en + about,
        publisher=source.publisher,
        licence=source.licence,
        homepage=source.homepage,
        version=source.version,
        retrieved=retrieved,
        files=files,
        endpoint=endpoint,
    )


def _provenance(record: SourceRecord, path: Path) -> StatementFile:
    with StatementWriter(path) as writer:
        for triple in iter_provenance(record):
            writer.add(triple)
        return writer.finish()
