"""The answers on practices: ``practices replicable``, ``territories`` and ``lineage``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
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
    print_title,
)

__all__ = ["register"]

WeightOption = Annotated[
    list[str] | None,
    typer.Option("--weight", help="A criterion's weight, need=2; repeatable."),
]
DiversityOption = Annotated[
    float,
    typer.Option(
        "--diversity", min=0, max=1, help="0 ranks by score alone; towards 1, unlike rows first."
    ),
]


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    practices = typer.Typer(
        help="Practices that could take root elsewhere.", no_args_is_help=True,
        rich_markup_mode=None,
    )  # fmt: skip
    command(practices, "replicable")(replicable)
    command(practices, "territories")(territories)
    command(practices, "lineage")(lineage)
    practices.callback()(_practices)
    app.add_typer(practices, name="practices")


def _practices() -> None:
    """Practices that could take root elsewhere."""


def replicable(  # noqa: PLR0913 - one argument for each option
    run: Run,
    *,
    target: Annotated[
        str | None,
        typer.Option("--for", help="A territory or an OpenLab: departement:43, a name, an IRI."),
    ] = None,
    need: Annotated[
        str, typer.Option("--need", help="What is wanted, in a few words; with --for or alone.")
    ] = "",
    limit: LimitOption = 10,
    weight: WeightOption = None,
    theme: Annotated[
        list[str] | None, typer.Option("--theme", help="A theme wanted; repeatable.")
    ] = None,
    public: Annotated[
        list[str] | None, typer.Option("--public", help="A public wanted; repeatable.")
    ] = None,
    sector: Annotated[
        list[str] | None, typer.Option("--sector", help="A sector wanted; repeatable.")
    ] = None,
    gate: Annotated[
        list[str] | None,
        typer.Option(
            "--gate",
            help="Only practices that are described, relevant, evidenced, adaptable; repeatable.",
        ),
    ] = None,
    diversity: DiversityOption = 0.0,
    format: FormatOption = "table",  # noqa: A002 - the option's name
) -> None:
    """Rank the practices that a territory, an OpenLab or a need calls for, with the reasons."""
    from essaim.service import jobs  # noqa: PLC0415 - imports the engine
    from essaim.service.binding import parse_weights  # noqa: PLC0415 - imports the engine

    options = {
        "need": need,
        "limit": limit,
        "weights": parse_weights(weight or ()),
        "themes": theme or (),
        "publics": public or (),
        "sectors": sector or (),
        "gates": gate or (),
        "diversity": diversity,
        "language": run.language,
    }
    request = jobs.AnswerRequest(target, options)
    reply = run.ask(jobs.replicable, timeout=run.settings.answer_timeout, asked=request)
    answer = json.loads(reply.body)
    if format == "json":
        run.print_json(answer)
    elif format == "csv":
        _print_csv(run, answer["rows"], "practice")
    else:
        _print_practices(run, answer)


def territories(
    run: Run,
    practice: Annotated[str, typer.Argument(help="practice:micro-folie, a name, an IRI.")],
    *,
    within: Annotated[
        str | None, typer.Option("--within", help="Only territories within this one: region:84.")
    ] = None,
    limit: LimitOption = 10,
    weight: WeightOption = None,
    diversity: DiversityOption = 0.0,
    format: FormatOption = "table",  # noqa: A002 - the option's name
) -> None:
    """Rank the territories that a practice would suit, with the reasons."""
    from essaim.service import jobs  # noqa: PLC0415 - imports the engine
    from essaim.service.binding import parse_weights  # noqa: PLC0415 - imports the engine

    options = {
        "within": within,
        "limit": limit,
        "weights": parse_weights(weight or ()),
        "diversity": diversity,
        "language": run.language,
    }
    request = jobs.AnswerRequest(practice, options)
    reply = run.ask(jobs.territories, timeout=run.settings.answer_timeout, asked=request)
    answer = json.loads(reply.body)
    if format == "json":
        run.print_json(answer)
    elif format == "csv":
        _print_csv(run, answer["rows"], "territory")
    else:
        _print_territories(run, answer)


def lineage(
    run: Run,
    practice: Annotated[str, typer.Argument(help="practice:micro-folie, a name, an IRI.")],
    *,
    format: FormatOption = "table",  # noqa: A002 - the option's name
) -> None:
    """Show who took a practice up from whom, where and when, and how far it went."""
    from essaim.service import jobs  # noqa: PLC0415 - imports the engine

    request = jobs.AnswerRequest(practice, {"language": run.language})
    reply = run.ask(jobs.lineage, timeout=run.settings.answer_timeout, asked=request)
    answer = json.loads(reply.body)
    if format == "json":
        run.print_json(answer)
    elif format == "csv":
        columns = (
            "territory",
            "iri",
            "year",
            "depth",
            "parent",
            "distance",
            "adapt",
            "carriers",
            "sources",
        )
        headings = {name: run.say(f"column_{name}") for name in columns}
        run.print_rows("csv", headings, _lineage_rows(answer["rows"]))
    else:
        _print_lineage(run, answer)


# rankings


def _print_csv(run: Run, rows: Sequence[Json], subject: str) -> None:
    columns = (
        "rank", subject, "iri", "score", "coverage", "readiness", "fit", "reasons", "missing",
        "contact", "sources",
    )  # fmt: skip
    headings = {name: run.say(f"column_{name}") for name in columns}
    run.print_rows("csv", headings, [_csv_row(*row, subject) for row in enumerate(rows, start=1)])


def _csv_row(rank: int, row: Json, subject: str) -> dict[str, Any]:
    return {
        "rank": rank,
        subject: row[subject]["label"],
        "iri": row[subject]["iri"],
        **{key: row.get(key) for key in ("score", "coverage", "readiness", "fit")},
        "reasons": JOINED.join(_reasons(row)),
        "missing": JOINED.join(row["missing"]),
        "contact": JOINED.join(labels(row["contact"])),
        "sources": JOINED.join(row["sources"]),
    }


def _print_practices(run: Run, answer: Json) -> None:
    if answer["target"] is None:
        title = run.say("replicable_need", generation=answer["generation"])
    else:
        target = answer["target"]["label"]
        title = run.say("replicable_for", target=target, generation=answer["generation"])
    print_title(run, title)
    for part in answer["understood"]:
        found = joined(part["concepts"]) or run.say("as_words")
        print_item(run, f"« {part['text']} »{run.colon}", found, indent=0)
    if answer["needs"]:
        print_item(run, run.say("needs") + run.colon, joined(answer["needs"]), indent=0)
    _print_rows(run, answer["rows"], "practice")
    if answer.get("already_here"):
        run.print()
        run.print(run.say("already_here"), style="bold")
        for row in answer["already_here"]:
            print_item(run, "-", row["practice"]["label"])
            print_sources(run, row["sources"])
    print_note(run, answer)


def _print_territories(run: Run, answer: Json) -> None:
    title = run.say(
        "territories_for", practice=answer["practice"]["label"], generation=answer["generation"]
    )
    print_title(run, title)
    _print_rows(run, answer["rows"], "territory")
    print_section(run, "already_there", answer["already_there"])
    for row in answer["already_there"]:
        year = f" ({row['year']})" if row["year"] else ""
        print_item(run, "-", f"{row['territory']['label']}{year}")
    print_note(run, answer)


def _print_rows(run: Run, rows: Sequence[Json], subject: str) -> None:
    if not rows:
        run.print(run.say("nothing"))
    for rank, row in enumerate(rows, start=1):
        run.print()
        print_head(run, rank, row[subject]["label"], row)
        for sentence in _reasons(row):
            print_item(run, "+", sentence)
        for key, shown in _details(row):
            print_item(run, run.say(key) + run.colon, shown)
        print_sources(run, row["sources"])


def _details(row: Json) -> Iterable[tuple[str, str]]:
    """What is said of a row beside its reasons, where there is something to say."""
    find = [*row["sectors_to_find"], *row["roles_to_find"], *row["skills_to_find"]]
    parts = {
        "missing": _sentences(row["missing"]),
        "adapt": " ; ".join(row["adapt"]),
        "differences": _sentences(row["differences"]),
        "find": joined(find),
        "adopters": joined(row["adopters"]),
        "contact": joined(row["contact"]),
    }
    return [(key, shown) for key, shown in parts.items() if shown]


def _sentences(found: Sequence[str]) -> str:
    return " ; ".join(sentence.rstrip(".") for sentence in found)


def _reasons(row: Json) -> list[str]:
    return [criterion["sentence"] for criterion in row["criteria"] if criterion["value"]]


# lineages


def _lineage_rows(rows: Sequence[Json]) -> list[dict[str, Any]]:
    return [
        {
            "territory": row["territory"]["label"],
            "iri": row["run"]["iri"],
            "year": row["year"],
            "depth": row["depth"],
            "parent": row["parent"],
            "distance": row["distance_km"],
            "adapt": JOINED.join(row["adaptation"]),
            "carriers": JOINED.join(labels(row["carriers"])),
            "sources": JOINED.join(row["sources"]),
        }
        for row in rows
    ]


def _print_lineage(run: Run, answer: Json) -> None:
    practice = answer["practice"]["label"]
    title = run.say("lineage_of", practice=practice, generation=answer["generation"])
    print_title(run, title)
    print_item(run, "", answer["sentence"], indent=0)
    for key in ("derived_from", "derived"):
        print_item(run, run.say(key) + run.colon, joined(answer[key]), indent=0)
    for row in answer["rows"]:
        run.print()
        year = f" ({row['year']})" if row["year"] else ""
        print_item(run, "└" if row["parent"] else "•", f"{row['territory']['label']}{year}",
                   indent=2 * row["depth"])  # fmt: skip
        for text in row["adaptation"]:
            print_item(run, run.say("adapt") + run.colon, text)
        print_item(run, run.say("carried_by") + run.colon, joined(row["carriers"]))
        print_sources(run, row["sources"])
