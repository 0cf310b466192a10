"""The commands that ask: ``query`` and ``queries``."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer

from essaim.ontology.errors import BadInput
from essaim.service.commands import Format, FormatOption, Run, command, compact

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    command(app, "queries")(queries)
    command(app, "query")(query)


def queries(run: Run, *, format: FormatOption = "table") -> None:  # noqa: A002 - the option's name
    """List the named queries with their parameters."""
    from essaim.queries.catalogue import catalogue  # noqa: PLC0415 - imports the engine

    rows = [
        {
            "name": each.name,
            "summary": each.summary_fr if run.language == "fr" else each.summary_en,
            "parameters": ", ".join(each.parameters),
        }
        for each in catalogue().values()
    ]
    if format == "table":
        for row in rows:
            takes = f" ({row['parameters']})" if row["parameters"] else ""
            run.print(f"{row['name']}{takes}", style="bold")
            run.print(f"  {row['summary']}")
        return
    headings = {
        "name": run.say("query"),
        "summary": run.say("summary"),
        "parameters": run.say("parameters"),
    }
    run.print_rows(format, headings, rows)


def query(
    run: Run,
    query: Annotated[str, typer.Argument(metavar="NAME_OR_FILE", help="A named query or a .rq.")],
    *,
    param: Annotated[
        list[str] | None,
        typer.Option("--param", "-p", help="A parameter, k=v; may be repeated."),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say what the query takes, and do not run it.")
    ] = False,
    format: FormatOption = "table",  # noqa: A002 - the option's name
) -> None:
    """Run a named query, or a file with one in SPARQL."""
    from essaim.queries.catalogue import named_query, read_query  # noqa: PLC0415
    from essaim.service import jobs  # noqa: PLC0415 - imports the engine

    text = _read(query)
    chosen = read_query(query, text) if text else named_query(query)
    if explain:
        _explain(run, chosen.parameters.values(), format)
        return
    values = _values(param or ())
    for name in values:
        chosen.parameter(name)
    request = jobs.QueryRequest(
        name=chosen.name,
        text=text,
        values=values,
        language=run.language,
        graph_type="application/ld+json" if format == "json" else "text/turtle",
        max_rows=run.settings.max_rows,
    )
    reply = run.ask(jobs.named, asked=request)
    if reply.media_type == jobs.JSON:
        _print_answer(run, format, json.loads(reply.body))
    else:
        sys.stdout.write(reply.body.decode())
    if reply.truncated:
        run.notes.print(run.say("cut", count=run.settings.max_rows))


def _read(name: str) -> str:
    """The text of a file; ``""`` when the argument is no file's name."""
    path = Path(name)
    if path.suffix != ".rq" and not path.is_file():
        return ""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadInput(f"There is no file {name}.", 'See "essaim queries", or check it.') from None
    except UnicodeDecodeError:
        raise BadInput(f"{name} is not UTF-8.", "Save it as UTF-8.") from None
    except OSError as error:
        raise BadInput(f"{name} can't be read: {error.strerror}.", "Check the file.") from None
    if not text.strip():
        raise BadInput(f"{name} is empty.", "Write a SPARQL query in it.")
    return text


def _values(given: list[str] | tuple[str, ...]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip() or not value.strip():
            message = f'The parameter "{text}" can\'t be read.'
            raise BadInput(message, "Write it as --param name=value.")
        values.setdefault(name.strip(), []).append(value.strip())
    return values


def _explain(run: Run, parameters: Any, form: Format) -> None:  # noqa: ANN401
    rows = [
        {
            "name": each.name,
            "kind": each.kind,
            "meaning": each.fr if run.language == "fr" else each.en,
            "default": each.default,
        }
        for each in parameters
    ]
    headings = {
        "name": run.say("parameter"),
        "kind": run.say("kind"),
        "meaning": run.say("meaning"),
        "default": run.say("default"),
    }
    run.print_rows(form, headings, rows)


def _print_answer(run: Run, form: Format, content: dict[str, Any]) -> None:
    if form == "json":
        run.print_json(content)
    elif "boolean" in content:
        run.print_rows(form, {"boolean": "?"}, [content]) if form == "csv" else run.print(
            run.say("yes" if content["boolean"] else "no")
        )
    elif not content["rows"] and form == "table":
        run.print(run.say("no_rows"))
    else:
        headings = {column["name"]: column["label"] for column in content["columns"]}
        if form == "table":
            headings = _without_addresses(headings)
            content["rows"] = [{k: _short(v) for k, v in row.items()} for row in content["rows"]]
        run.print_rows(form, headings, content["rows"])


def _without_addresses(headings: Mapping[str, str]) -> dict[str, str]:
    """On a screen, the columns without those whose entities another column names.

    By the custom of the named queries, ``practiceLabel`` names ``practice`` or ``practiceFound``,
    and ``label`` names the column before it.
    """
    names = list(headings)
    followed = dict(pairwise(names))
    return {
        name: heading
        for name, heading in headings.items()
        if f"{name.removesuffix('Found')}Label" not in headings and followed.get(name) != "label"
    }


def _short(value: Any) -> Any:  # noqa: ANN401
    """On a screen, a list of pages is the list of their sites; JSON and CSV have them whole."""
    pages = value.split() if isinstance(value, str) else []
    if not pages or not all(page.startswith(("http://", "https://")) for page in pages):
        return value
    if len(pages) == 1 and compact(pages[0]) != pages[0]:
        return value
    sites = (page.split("/")[2].removeprefix("www.") for page in pages)
    return ", ".join(dict.fromkeys(sites))
