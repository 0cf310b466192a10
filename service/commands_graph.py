"""The commands about the graph as a whole: ``validate``, ``graph`` and ``export``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from essaim.ontology.errors import BadInput, NotFound
from essaim.service.commands import Run, command, write_file

if TYPE_CHECKING:
    from pyoxigraph import Quad, Triple

    from essaim.graph.store import EmbeddedStore

__all__ = ["register"]

_DAY = 86_400.0
_VIOLATION = b"sh:resultSeverity sh:Violation"

ExportFormat = Literal["nquads", "trig", "turtle", "ntriples", "jsonld", "rdfxml"]

_RDF_FORMATS = {
    "nquads": "N_QUADS",
    "trig": "TRIG",
    "turtle": "TURTLE",
    "ntriples": "N_TRIPLES",
    "jsonld": "JSON_LD",
    "rdfxml": "RDF_XML",
}


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    command(app, "validate")(validate)
    command(app, "graph")(graph)
    command(app, "export")(export)


def validate(
    run: Run,
    *,
    format: Annotated[  # noqa: A002 - the option's name
        Literal["table", "json", "csv", "turtle"],
        typer.Option("--format", "-f", help="How to print it; turtle is SHACL's report graph."),
    ] = "table",
    reference: Annotated[
        bool, typer.Option("--reference", help="Let pySHACL check instead: slow, for comparison.")
    ] = False,
) -> None:
    """Check the whole graph against its shapes; exit code 1 when there is a violation."""
    from essaim.service import jobs  # noqa: PLC0415 - imports the engine

    timeout = _DAY if reference else run.settings.answer_timeout
    if format == "turtle":
        reply = run.ask(
            jobs.validate, timeout=timeout, media_type=jobs.TURTLE, by_reference=reference
        )
        sys.stdout.write(reply.body.decode())
        if _VIOLATION in reply.body:
            raise typer.Exit(1)
        return
    findings = jobs.read_json(run.ask(jobs.validate, timeout=timeout, by_reference=reference))
    rows = [
        {
            "severity": run.say(found["severity"]) if format == "table" else found["severity"],
            "focus": found["focus"],
            "message": found["message_fr" if run.language == "fr" else "message_en"],
            "value": found["value"],
            "path": found["path"],
        }
        for found in findings
    ]
    if format == "json":
        run.print_json(findings)
    elif not rows and format == "table":
        run.print(run.say("valid"))
    else:
        names = ("severity", "focus", "message")
        headings: dict[str, str] = {name: run.say(name) for name in names}
        if format == "csv":
            headings |= {"value": "value", "path": "path"}
        run.print_rows(format, headings, rows)
    if any(found["severity"] == "violation" for found in findings):
        raise typer.Exit(1)


def graph(
    run: Run,
    iri: Annotated[str, typer.Argument(help="An IRI, openlab:nievre, departement:43, a name.")],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="The HTML file to write.")],
    depth: Annotated[int, typer.Option("--depth", min=1, max=3, help="How many steps away.")] = 1,
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=2_000, help="How many neighbours to show.")
    ] = 200,
) -> None:
    """Draw what is around an entity, as one HTML file to open or to mail."""
    from essaim.service import jobs  # noqa: PLC0415 - imports the engine

    request = jobs.ViewRequest(iri=iri, depth=depth, limit=limit, language=run.language)
    reply = run.ask(jobs.explore, timeout=run.settings.answer_timeout, asked=request)
    size = write_file(output, lambda stream: stream.write(reply.body))
    run.notes.print(run.say("written", path=str(output), size=size), soft_wrap=True)


def export(
    run: Run,
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to write; the output if none.")
    ] = None,
    format: Annotated[  # noqa: A002 - the option's name
        ExportFormat, typer.Option("--format", "-f", help="How to write it.")
    ] = "nquads",
    graph: Annotated[
        str | None, typer.Option("--graph", help="Only this named graph: its IRI or source.")
    ] = None,
) -> None:
    """Write the graph, or one named graph, in a standard format."""
    import pyoxigraph  # noqa: PLC0415 - imports the engine

    from essaim.ontology.names import PREFIXES  # noqa: PLC0415 - imports the engine

    chosen = getattr(pyoxigraph.RdfFormat, _RDF_FORMATS[format])
    store = run.workspace().store()
    statements = _iter_statements(store, graph, in_graphs=chosen.supports_datasets)

    def write(stream: Any) -> None:  # noqa: ANN401
        pyoxigraph.serialize(statements, stream, chosen, prefixes=dict(PREFIXES))

    with run.waiting(run.say("writing")):
        if output is None:
            write(sys.stdout.buffer)
            sys.stdout.buffer.flush()
            return
        size = write_file(output, write)
    run.notes.print(run.say("written", path=str(output), size=size), soft_wrap=True)


def _iter_statements(
    store: EmbeddedStore, graph: str | None, *, in_graphs: bool
) -> Iterator[Quad] | Iterator[Triple]:
    """The statements to write, with the graph that holds each where the format can say it."""
    from pyoxigraph import NamedNode  # noqa: PLC0415 - imports the engine

    chosen = None if graph is None else NamedNode(_graph_iri(store, graph))
    quads = store.quads(graph=chosen)
    return iter(quads) if in_graphs else (quad.triple for quad in quads)


def _graph_iri(store: EmbeddedStore, name: str) -> str:
    """The IRI of a named graph, from its IRI, its short name or its source's name.

    Raises:
        NotFound: there is none.
    """
    from essaim.ontology.names import GRAPHS  # noqa: PLC0415 - imports the engine

    known = store.graphs()
    short = name.removeprefix("graph:")
    for candidate in (name, GRAPHS.base + short, f"{GRAPHS.base}source/{short}"):
        if candidate in known:
            return candidate
    shorts = [iri.removeprefix(GRAPHS.base).removeprefix("source/") for iri in known]
    if not known:
        raise BadInput("The graph is empty.", 'Load a source with "essaim load".')
    raise NotFound("graph", name, shorts, "essaim status")
