"""The two answers: ``practices replicable`` and ``connections``."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer

from essaim.service.commands import FormatOption, Run, command, visible

__all__ = ["register"]

_JOINED = " | "

Json = Mapping[str, Any]
LimitOption = Annotated[
    int, typer.Option("--limit", min=1, max=1_000, help="How many to give at the most.")
]


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    practices = typer.Typer(
        help="Practices that could take root elsewhere.", no_args_is_help=True,
        rich_markup_mode=None,
    )  # fmt: skip
    command(practices, "replicable")(replicable)
    practices.callback()(_practices)
    app.add_typer(practices, name="practices")
    command(app, "connections")(connections)


def _practices() -> None:
    """Practices that could take root elsewhere."""


def replicable(
    run: Run,
    *,
    target: Annotated[
        str,
        typer.Option("--for", help="A territory or an OpenLab: departement:43, a name, an IRI."),
    ],
    limit: LimitOption = 10,
    weight: Annotated[
        list[str] | None, typer.Option("--weight", help="A criterion's weight, need=2; repeatable.")
    ] = None,
    theme: Annotated[
        list[str] | None, typer.Option("--theme", help="A theme wanted; repeatable.")
    ] = None,
    public: Annotated[
        list[str] | None, typer.Option("--public", help="A public wanted; repeatable.")
    ] = None,
    sector: Annotated[
        list[str] | None, typer.Option("--sector", help="A sector wanted; repeatable.")
    ] = None,
    format: FormatOption = "table",  # noqa: A002 - the option's name
) -> None:
    """Rank the practices that a territory or an OpenLab could take up, with the reasons."""
    from essaim.service import jobs  # noqa: PLC0415 - imports the engine
    from essaim.service.binding import parse_weights  # noqa: PLC0415 - imports the engine

    options = {
        "limit": limit,
        "weights": parse_weights(weight or ()),
        "themes": theme or (),
        "publics": public or (),
        "sectors": sector or (),
        "language": run.language,
    }
    request = jobs.AnswerRequest(target, options)
    reply = run.ask(jobs.replicable, timeout=run.settings.answer_timeout, asked=request)
    answer = json.loads(reply.body)
    if format == "json":
        run.print_json(answer)
    elif format == "csv":
        columns = (
            "rank", "practice", "iri", "score", "coverage", "readiness", "fit", "reasons",
            "missing", "contact", "sources",
        )  # fmt: skip
        headings = {name: run.say(f"column_{name}") for name in columns}
        run.print_rows("csv", headings, _practice_rows(answer["rows"]))
    else:
        _print_practices(run, answer)


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


# practices


def _practice_rows(rows: Sequence[Json]) -> list[dict[str, Any]]:
    return [
        {
            "rank": rank,
            "practice": row["practice"]["label"],
            "iri": row["practice"]["iri"],
            **{key: row.get(key) for key in ("score", "coverage", "readiness", "fit")},
            "reasons": _JOINED.join(_reasons(row)),
            "missing": _JOINED.join(row["missing"]),
            "contact": _JOINED.join(_labels(row["contact"])),
            "sources": _JOINED.join(row["sources"]),
        }
        for rank, row in enumerate(rows, start=1)
    ]


def _print_practices(run: Run, answer: Json) -> None:
    target = answer["target"]["label"]
    run.print(
        run.say("replicable_for", target=target, generation=answer["generation"]), style="bold"
    )
    if answer["needs"]:
        _print_item(run, run.say("needs") + run.colon, _joined(answer["needs"]), indent=0)
    if not answer["rows"]:
        run.print(run.say("nothing"))
    for rank, row in enumerate(answer["rows"], start=1):
        run.print()
        _print_head(run, rank, row["practice"]["label"], row)
        for sentence in _reasons(row):
            _print_item(run, "+", sentence)
        for key, shown in _details(row):
            _print_item(run, run.say(key) + run.colon, shown)
        _print_sources(run, row["sources"])
    if answer.get("already_here"):
        run.print()
        run.print(run.say("already_here"), style="bold")
        for row in answer["already_here"]:
            _print_item(run, "-", row["practice"]["label"])
            _print_sources(run, row["sources"])
    _print_note(run, answer)


def _details(row: Json) -> Iterable[tuple[str, str]]:
    """What is said of a practice beside its reasons, where there is something to say."""
    parts = {
        "missing": " ; ".join(sentence.rstrip(".") for sentence in row["missing"]),
        "adapt": " ; ".join(row.get("adapt", ())),
        "find": _joined(row.get("sectors_to_find", ())),
        "adopters": _joined(row["adopters"]),
        "contact": _joined(row["contact"]),
    }
    return [(key, shown) for key, shown in parts.items() if shown]


def _reasons(row: Json) -> list[str]:
    return [criterion["sentence"] for criterion in row["criteria"] if criterion["value"]]


# connections


def _connection_rows(answer: Json) -> list[dict[str, Any]]:
    return [
        {
            "kind": kind,
            "source": row["source"]["label"],
            "target": row["target"]["label"],
            "through": _JOINED.join(_labels(row["through"])),
            "score": row.get("score"),
            "sentence": row["sentence"],
            "sources": _JOINED.join(row["sources"]),
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
    _print_section(run, "matrix", answer["matrix"])
    for row in answer["matrix"]:
        _print_item(run, f"{row['ties']:>4} ", f"{row['from']['label']} — {row['to']['label']}")
    for key in ("bridges", "introductions"):
        _print_section(run, key, answer[key])
        for rank, row in enumerate(answer[key], start=1):
            pair = f"{_actor(row['source'])} → {_actor(row['target'])}"
            _print_head(run, rank, pair, row)
            _print_item(run, "+", row["sentence"])
            _print_item(run, run.say("through") + run.colon, _joined(row["through"]))
            _print_sources(run, row["sources"])
    _print_section(run, "gaps", answer["gaps"])
    for row in answer["gaps"]:
        _print_item(run, "-", row["sentence"])
    _print_note(run, answer)


def _print_section(run: Run, key: str, rows: Sequence[Json]) -> None:
    run.print()
    run.print(run.say(key), style="bold")
    if not rows:
        run.print(f"    {run.say('nothing')}")


def _actor(actor: Json) -> str:
    sectors = ", ".join(_labels(actor.get("sectors", ())))
    return f"{actor['label']} ({sectors})" if sectors else str(actor["label"])


# lines


def _print_head(run: Run, rank: int, name: str, row: Json) -> None:
    """A line with a rank, a name, and the score and coverage beneath it."""
    for line in _wrapped(run, f"{rank:>2}. ", name, 0):
        run.print(line, style="bold")
    score, coverage = row.get("score"), row.get("coverage")
    if score is not None:
        known = "" if coverage is None else f" · {run.say('coverage')} {coverage:.0%}"
        shown = f"{score:.2f}"
        if run.language == "fr":
            shown, known = shown.replace(".", ","), known.replace("%", " %")
        run.print(f"    {run.say('score')} {shown}{known}")


def _print_item(run: Run, mark: str, text: str, indent: int = 4) -> None:
    if text:
        for line in _wrapped(run, f"{mark} ", text, indent):
            run.print(line)


def _print_sources(run: Run, sources: Sequence[str]) -> None:
    """The sources, one a line and never folded, so that they can be followed."""
    mark = f"{run.say('sources')}{run.colon} "
    for source in sources:
        run.print(f"    {mark}{source}", style="dim")
        mark = " " * len(mark)


def _print_note(run: Run, answer: Json) -> None:
    if answer.get("note"):
        run.print()
        for line in _wrapped(run, "", answer["note"], 0):
            run.print(line, style="dim")


def _wrapped(run: Run, mark: str, text: str, indent: int) -> list[str]:
    width = max(40, min(run.out.width, 100))
    return textwrap.wrap(
        visible(text),
        width,
        initial_indent=" " * indent + mark,
        subsequent_indent=" " * (indent + min(len(mark), 4)),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _labels(things: Iterable[Json]) -> list[str]:
    return [str(thing["label"]) for thing in things]


def _joined(things: Iterable[Json]) -> str:
    return ", ".join(_labels(things))
