"""The answer on cross-sector connections: ``connections``."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from essaim.service.commands import FormatOption, Run, command
from essaim.service.printing import (
    JOINED,
    Json,
    LimitOption,
    joined,
    labels,
    print_head,
    print_item,
    print_note,
    print_section,
    print_sources,
)

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    command(app, "connections")(connections)


def connections(
    run: Run,
    *,
    territory: Annotated[str, typer.Option("--territory", help="departement:43, or a name.")],
    from_sector: Annotated[
        str | None, typer.Option("--from-sector", help="Only from this sector.")
    ] = None,
    to_sector: Annotated[
        str | None, typer.Option("--to-sector", help="Only to this sector.")
    ] = None,
    limit: LimitOption = 10,
    format: FormatOption = "table",  # noqa: A002 - the option's name
) -> None:
    """Show the connections across sectors around a territory: those there are, those missing."""
    from essaim.service import jobs  # noqa: PLC0415 - imports the engine

    options = {
        "from_sector": from_sector,
        "to_sector": to_sector,
        "limit": limit,
        "language": run.language,
    }
    request = jobs.AnswerRequest(territory, options)
    reply = run.ask(jobs.connections, timeout=run.settings.answer_timeout, asked=request)
    answer = json.loads(reply.body)
    if format == "json":
        run.print_json(answer)
    elif format == "csv":
        columns = ("kind", "source", "target", "through", "score", "sentence", "sources")
        headings = {name: run.say(f"column_{name}") for name in columns}
        run.print_rows("csv", headings, _connection_rows(answer))
    else:
        _print_connections(run, answer)


def _connection_rows(answer: Json) -> list[dict[str, Any]]:
    return [
        {
            "kind": kind,
            "source": row["source"]["label"],
            "target": row["target"]["label"],
            "through": JOINED.join(labels(row["through"])),
            "score": row.get("score"),
            "sentence": row["sentence"],
            "sources": JOINED.join(row["sources"]),
        }
        for kind, key in (("bridge", "bridges"), ("introduction", "introductions"))
        for row in answer[key]
    ]


def _print_connections(run: Run, answer: Json) -> None:
    run.print(
        run.say(
            "connections_of",
            target=answer["territory"]["label"],
            generation=answer["generation"],
            actors=answer["actors"],
        ),
        style="bold",
    )
    print_section(run, "matrix", answer["matrix"])
    for row in answer["matrix"]:
        print_item(run, f"{row['ties']:>4} ", f"{row['from']['label']} — {row['to']['label']}")
    for key in ("bridges", "introductions"):
        print_section(run, key, answer[key])
        for rank, row in enumerate(answer[key], start=1):
            pair = f"{_actor(row['source'])} → {_actor(row['target'])}"
            print_head(run, rank, pair, row)
            print_item(run, "+", row["sentence"])
            print_item(run, run.say("through") + run.colon, joined(row["through"]))
            print_sources(run, row["sources"])
    print_section(run, "gaps", answer["gaps"])
    for row in answer["gaps"]:
        print_item(run, "-", row["sentence"])
    print_note(run, answer)


def _actor(actor: Json) -> str:
    sectors = ", ".join(labels(actor.get("sectors", ())))
    return f"{actor['label']} ({sectors})" if sectors else str(actor["label"])
