"""The commands that look after generations: list, compare, go back, verify, back up, restore."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from essaim.ontology.errors import WorkspaceError
from essaim.service.commands import FormatOption, Run, command, compact

__all__ = ["register"]

_SHOWN = 20

NumberArgument = Annotated[int, typer.Argument(help="The number of a generation.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    command(app, "generations")(generations)
    command(app, "diff")(diff)
    command(app, "rollback")(rollback)
    command(app, "verify")(verify)
    command(app, "backup")(backup)
    command(app, "restore")(restore)


def generations(run: Run, *, format: FormatOption = "table") -> None:  # noqa: A002 - the option's name
    """List the generations that are kept; the last one is current."""
    workspace = run.workspace()
    kept = [workspace.generation(number) for number in workspace.numbers()]
    rows = [
        {
            "generation": generation.number,
            "created": generation.created[:19],
            "note": generation.note,
            "statements": generation.statements,
            "content_hash": generation.content_hash,
        }
        for generation in kept
    ]
    headings = {key: run.say(key) for key in rows[0]}
    if format == "table":
        rows = [{**row, "content_hash": str(row["content_hash"])[:12]} for row in rows]
    run.print_rows(format, headings, rows)


def diff(
    run: Run,
    before: NumberArgument,
    after: NumberArgument,
    *,
    format: FormatOption = "table",  # noqa: A002 - the option's name
) -> None:
    """Compare two generations: statements by graph, entities added and removed."""
    from essaim.graph.history import compare  # noqa: PLC0415 - slow to import

    with run.waiting(run.say("comparing")):
        found = compare(run.workspace(), before, after)
    changes = {"entity_added": found.entities_added, "entity_removed": found.entities_removed}
    if format == "json":
        graphs = [vars(change) for change in found.graphs]
        run.print_json({"before": before, "after": after, "graphs": graphs, **changes})
        return
    headings = {"graph": run.say("graph"), "added": "+", "removed": "−"}
    rows = [
        {
            "graph": compact(change.graph),
            "added": change.added,
            "removed": change.removed,
        }
        for change in found.graphs
    ]
    run.print_rows(format, headings, rows)
    if format == "table":
        for key, entities in changes.items():
            run.print(f"{run.say(key, count=len(entities))}")
            for entity in entities[:_SHOWN]:
                run.print(f"  {compact(entity)}")
            if len(entities) > _SHOWN:
                run.print("  …")


def rollback(run: Run, number: NumberArgument) -> None:
    """Make an earlier generation's content current again, as a new generation."""
    from essaim.service.audit import Actor, AuditLog  # noqa: PLC0415 - slow to import

    workspace = run.workspace()
    before = workspace.current().number
    made = workspace.roll_back(number)
    AuditLog(workspace.path).record(
        Actor.of_command(), "rollback", "published", to=number, before=before, after=made.number
    )
    run.print(run.say("rolled_back", number=number, generation=made.number))


def verify(run: Run) -> None:
    """Check that the current generation holds what was published; exit code 1 when not."""
    from essaim.graph.history import verify as verify_generation  # noqa: PLC0415 - slow to import

    workspace = run.workspace()
    current = workspace.current()
    with run.waiting(run.say("checking")):
        problems = verify_generation(workspace, current)
    for problem in problems:
        run.print(problem)
    if problems:
        raise typer.Exit(1)
    run.print(run.say("verified", generation=current.number))


def backup(
    run: Run,
    output: Annotated[Path, typer.Option("--output", "-o", help="The archive to write.")],
) -> None:
    """Write the current generation into one archive file."""
    from essaim.graph.archive import back_up  # noqa: PLC0415 - slow to import

    with run.waiting(run.say("archiving")):
        generation = back_up(run.workspace(), output)
    run.print(run.say("backed_up", generation=generation.number, path=str(output)))


def restore(
    run: Run,
    archive: Annotated[Path, typer.Argument(help='A file written by "essaim backup".')],
) -> None:
    """Make the workspace from an archive file, and check it."""
    from essaim.graph.archive import restore as restore_archive  # noqa: PLC0415 - slow to import

    if run.settings.workspace.joinpath("essaim.json").exists():
        message = f"{run.settings.workspace} is a workspace already."
        raise WorkspaceError(message, "Name a new directory with --workspace.")
    with run.waiting(run.say("archiving")):
        workspace = restore_archive(archive, run.settings.workspace)
    number = workspace.current().number
    run.print(run.say("made", path=str(workspace.path), number=number))
