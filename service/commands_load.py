"""The commands that make and fill a workspace: ``init``, ``sources``, ``load`` and ``status``."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from essaim.ontology.errors import BadInput, Refused, WorkspaceError
from essaim.service.commands import FormatOption, Run, WaitOption, command

if TYPE_CHECKING:
    from essaim.graph.workspace import Generation
    from essaim.loaders.load import Loaded

__all__ = ["register"]

_SHOWN = 10


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    command(app, "init")(init)
    command(app, "sources")(sources)
    command(app, "load")(load)
    command(app, "status")(status)


def init(
    run: Run,
    *,
    keep: Annotated[int, typer.Option(min=1, help="How many generations to keep.")] = 10,
    bare: Annotated[
        bool,
        typer.Option("--bare", help="Any RDF: without the ontology, its rules and its shapes."),
    ] = False,
) -> None:
    """Make a workspace that holds the ontology and nothing else."""
    from essaim.graph.workspace import Workspace  # noqa: PLC0415 - slow to import

    with run.waiting(run.say("checking")):
        workspace = Workspace.create(run.settings.workspace, keep=keep, is_bare=bare)
    run.print(run.say("made", path=str(workspace.path), number=workspace.current().number))
    run.print(run.say("next_load"))


def sources(run: Run, *, format: FormatOption = "table") -> None:  # noqa: A002 - the option's name
    """List the sources there are, with their licences."""
    from essaim.loaders.registry import loader, names  # noqa: PLC0415 - slow to import

    current = _current(run)
    rows: list[dict[str, Any]] = []
    for name in names():
        about = loader(name).source
        record = current.graphs.get(about.graph) if current else None
        rows.append(
            {
                "name": name,
                "title": about.title_fr if run.language == "fr" else about.title_en,
                "publisher": about.publisher,
                "licence": about.licence,
                "homepage": about.homepage,
                "statements": record.count if record else 0,
            }
        )
    columns = ("title", "publisher", "licence", "homepage", "statements")
    headings = {"name": run.say("source"), **{key: run.say(key) for key in columns}}
    if format != "table":
        run.print_rows(format, headings, rows)
        return
    for row in rows:
        run.print(row["name"], style="bold")
        for key in columns:
            shown = row[key] or run.say("not_loaded")
            run.print(f"  {headings[key]}{run.colon} {shown}")


def load(
    run: Run,
    source: Annotated[str, typer.Argument(help='Its name; "essaim sources" lists them.')],
    files: Annotated[
        list[str] | None,
        typer.Argument(
            help="The files to read, or the address of the SPARQL endpoint to ask; "
            "the embedded files by default."
        ),
    ] = None,
    *,
    territory: Annotated[
        list[str] | None,
        typer.Option(help="What to ask an endpoint for: departement:43; everything by default."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Do and report everything, publish nothing.")
    ] = False,
    wait: WaitOption = 0.0,
    format: FormatOption = "table",  # noqa: A002 - the option's name
) -> None:
    """Load a source into the graph, and say what was not understood."""
    from essaim.loaders.load import load as load_source  # noqa: PLC0415 - slow to import
    from essaim.service.audit import Actor, AuditLog  # noqa: PLC0415 - slow to import

    workspace = run.workspace()
    before = workspace.current().number
    steps = {
        "reading": run.say("reading", source=source),
        "publishing": run.say("publishing"),
    }
    endpoints = [text for text in files or () if text.startswith(("http://", "https://"))]
    if len(endpoints) > 1:
        raise BadInput("One endpoint is asked at a time.", "Give one address.")
    with run.waiting(steps["reading"]) as now:
        loaded = load_source(
            workspace,
            source,
            [Path(text) for text in files or () if text not in endpoints],
            endpoint=endpoints[0] if endpoints else "",
            territories=territory or (),
            dry_run=dry_run,
            wait=wait,
            progress=lambda step: now(steps.get(step, step)),
        )
    AuditLog(workspace.path).record_load(Actor.of_command(), loaded, before)
    if format == "table":
        _print_report(run, loaded)
    elif format == "json":
        run.print_json(_report(loaded))
    else:
        issues = [asdict(issue) for issue in loaded.report.issues]
        columns = ("file", "line", "column", "value", "reason")
        run.print_rows(format, {name: name for name in columns}, issues)
    if loaded.publication.outcome == "refused":
        raise _refusal(run, loaded)


def status(run: Run, *, format: FormatOption = "table") -> None:  # noqa: A002 - the option's name
    """Say what the workspace holds."""
    workspace = run.workspace()
    current = workspace.current()
    about = {
        "workspace": str(workspace.path),
        "generation": current.number,
        "created": current.created,
        "note": current.note,
        "content_hash": current.content_hash,
        "statements": current.statements,
        "generations": workspace.numbers(),
    }
    rows: list[dict[str, Any]] = [
        {"graph": iri, "statements": record.count} for iri, record in current.graphs.items()
    ]
    headings = {"graph": run.say("graph"), "statements": run.say("statements")}
    if format == "json":
        run.print_json({**about, "graphs": {row["graph"]: row["statements"] for row in rows}})
        return
    if format == "table":
        kept = ", ".join(map(str, workspace.numbers()))
        for key, value in {**about, "generations": kept}.items():
            run.print(f"{run.say(key)}{run.colon} {value}")
        run.print()
    run.print_rows(format, headings, rows)


def _current(run: Run) -> Generation | None:
    """The current generation, where there is a workspace."""
    try:
        return run.workspace().current()
    except WorkspaceError:
        return None


def _report(loaded: Loaded) -> dict[str, Any]:
    report = loaded.report
    return {
        "source": report.source,
        "outcome": report.outcome,
        "generation": report.generation,
        "rows": report.rows,
        "statements": report.statements,
        "added": report.added,
        "removed": report.removed,
        "entities": dict(sorted(report.entities.items())),
        "warnings": report.warnings,
        "issues": [asdict(issue) for issue in report.issues],
        "findings": [finding.as_dict() for finding in loaded.publication.findings],
        "brought": [finding.as_dict() for finding in loaded.publication.brought],
        "report": str(loaded.folder),
    }


def _print_report(run: Run, loaded: Loaded) -> None:
    report = loaded.report
    run.print(
        run.say(
            report.outcome,
            source=report.source,
            generation=report.generation,
            added=report.added,
            removed=report.removed,
        )
    )
    run.print(run.say("read", rows=report.rows, statements=report.statements))
    for name, count in sorted(report.entities.items()):
        run.print(f"  {count:>7}  {name}")
    _print_some(run, "issues", [issue.sentence() for issue in report.issues])
    _print_some(run, "warnings", report.warnings)
    for key, findings in (
        ("brought", loaded.publication.brought),
        ("findings", loaded.publication.findings),
    ):
        if findings:
            counts = Counter(finding.severity for finding in findings)
            run.print(
                run.say(
                    key,
                    violations=counts["violation"],
                    warnings=counts["warning"],
                    infos=counts["info"],
                )
            )
            if key == "brought":
                _print_sentences(run, [finding.sentence(run.language) for finding in findings])
    run.print(run.say("report", path=str(loaded.folder)))


def _print_some(run: Run, key: str, sentences: list[str]) -> None:
    if not sentences:
        return
    run.print(run.say(key, count=len(sentences)))
    _print_sentences(run, sentences)


def _print_sentences(run: Run, sentences: list[str]) -> None:
    for sentence in sentences[:_SHOWN]:
        run.print(f"  - {sentence}")
    if len(sentences) > _SHOWN:
        run.print(f"  {run.say('more', count=len(sentences) - _SHOWN)}")


def _refusal(run: Run, loaded: Loaded) -> Refused:
    violations = [f for f in loaded.publication.brought if f.severity == "violation"]
    first = violations[0].sentence(run.language) if violations else ""
    return Refused(
        f"{loaded.report.source} is refused, {len(violations)} violations: {first}",
        f"Correct the source; the report is in {loaded.folder}.",
    )
